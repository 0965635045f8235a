"""What the database refuses about powers."""

from coop.identity.models import PowerEnding, PowerGrant
from evidence.columns import table_of
from evidence.rules import Rule, append_only

RULES: tuple[Rule, ...] = (*append_only(table_of(PowerGrant)), *append_only(table_of(PowerEnding)))
