"""What the database itself refuses in the community room: that an introduction was asked for and answered is only ever added."""

from coop.community.models import Introduction, IntroductionAnswer
from evidence.columns import table_of
from evidence.rules import Rule, append_only

RULES: tuple[Rule, ...] = tuple(
    rule for mapped in (Introduction, IntroductionAnswer) for rule in append_only(table_of(mapped))
)
