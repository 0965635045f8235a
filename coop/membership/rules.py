"""What the database itself refuses in the membership room: rows that last are only ever added."""

from coop.membership.models import Application, ApplicationDecision, Member, MembershipTerms
from evidence.columns import table_of
from evidence.rules import Rule, append_only

RULES: tuple[Rule, ...] = tuple(
    rule
    for mapped in (MembershipTerms, Application, ApplicationDecision, Member)
    for rule in append_only(table_of(mapped))
)
