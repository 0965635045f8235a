"""The counting rules by name. A new rule is one more line in the table; nothing else knows which rules there are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Protocol

from evidence.messages import N_
from governance.counting import scottish_stv
from governance.counting.errors import UnknownRule
from governance.counting.profiles import RankedProfile
from governance.counting.result import CountResult


class Counting(Protocol):
    """A function that counts ranked ballots."""

    def __call__(
        self, profile: RankedProfile, seats: int | None = None, lot: Sequence[int] | None = None
    ) -> CountResult:
        """Count the ballots of a profile."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A counting rule under its name. Rules with one name differ in detail, so the variant is stated, with its source."""

    name: str
    variant: str
    source: str
    count: Counting


_ALL = (
    Rule(
        name="scottish-stv",
        variant=N_(
            "Single transferable vote by the Scottish rules: Droop quota, the largest surplus first, all papers of an elected"
            " candidate passed on at a reduced value, five decimal places cut off, ties by earlier stages and then by lot."
        ),
        source="Scottish Local Government Elections Order 2007 (SSI 2007/42), Schedule 1, Part III, rules 45 to 52",
        count=scottish_stv.count,
    ),
)

#: Every rule, in the order in which they are listed.
RULES: Mapping[str, Rule] = MappingProxyType({rule.name: rule for rule in _ALL})


def rule_named(name: str) -> Rule:
    """Return the rule with this name.

    Raises:
        UnknownRule: there is none; the message lists those there are.
    """
    try:
        return RULES[name]
    except KeyError:
        raise UnknownRule(name, ", ".join(RULES)) from None
