"""A resolution: votes for, against and abstaining, counted against a quorum and a threshold.

It decides whether a resolution is carried, and says every number on which that rests. It knows no by-laws and no voters;
votes are whole numbers, so that one member may have one vote or a class may have a weight. All arithmetic is exact.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from evidence.messages import N_
from governance.counting.errors import Cause, ImpossibleTally, InvalidResolutionRule


class Base(StrEnum):
    """Of what the threshold is a share."""

    FOR_AND_AGAINST = "for-and-against"
    CAST = "cast"
    ROLL = "roll"


class Reason(StrEnum):
    """Why a resolution is carried or lost."""

    CARRIED = "carried"
    NOBODY_VOTED = "nobody-voted"
    QUORUM_NOT_MET = "quorum-not-met"
    TIED = "tied"
    TOO_FEW_FOR = "too-few-for"


#: Each reason in a sentence; the fields of the count fill the placeholders.
REASONS: Mapping[Reason, str] = MappingProxyType(
    {
        Reason.CARRIED: N_("%(for_votes)d votes for; %(threshold_needed)d were needed."),
        Reason.NOBODY_VOTED: N_("Nobody voted."),
        Reason.QUORUM_NOT_MET: N_("%(cast)d votes were cast; the quorum is %(quorum_needed)d."),
        Reason.TIED: N_("As many votes against as for: a tie is lost."),
        Reason.TOO_FEW_FOR: N_("%(for_votes)d votes for; %(threshold_needed)d were needed."),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ResolutionRule:
    """What a resolution needs to be carried.

    The quorum is the greater of a share of the roll, rounded up, and a number of votes. The threshold is a share of `base`,
    "at least" it or, with `strictly_more`, "more than" it: of 10 votes, at least half is 5 and more than half is 6.

    Raises:
        InvalidResolutionRule: a share is below none or above the whole, or would ask for more than all of it.
    """

    quorum_numerator: int
    quorum_denominator: int
    #: At least so many votes, however small the roll.
    quorum_minimum: int
    base: Base
    threshold_numerator: int
    threshold_denominator: int
    strictly_more: bool

    def __post_init__(self) -> None:
        if not 0 <= self.quorum_numerator <= self.quorum_denominator or not self.quorum_denominator:
            raise InvalidResolutionRule(Cause(N_("the quorum is a share from none to all")))
        if self.quorum_minimum < 0:
            raise InvalidResolutionRule(Cause(N_("the quorum cannot be fewer than no votes")))
        if not 0 < self.threshold_numerator <= self.threshold_denominator:
            raise InvalidResolutionRule(Cause(N_("the threshold is a share above none, up to all")))
        if self.strictly_more and self.threshold_numerator == self.threshold_denominator:
            raise InvalidResolutionRule(Cause(N_("nobody can have more than all the votes")))

    def quorum_needed(self, roll: int) -> int:
        """Return how many votes must be cast, abstentions among them."""
        share = -(-roll * self.quorum_numerator // self.quorum_denominator)
        return max(share, self.quorum_minimum)

    def share_needed(self, base_votes: int) -> int:
        """Return the smallest whole number of votes that is the threshold's share of `base_votes`."""
        parts = base_votes * self.threshold_numerator
        if self.strictly_more:
            return parts // self.threshold_denominator + 1
        return -(-parts // self.threshold_denominator)

    def to_canonical(self) -> dict[str, int | str]:
        """Return the rule as numbers and text, for a record that others can check."""
        return {
            "quorum_numerator": self.quorum_numerator,
            "quorum_denominator": self.quorum_denominator,
            "quorum_minimum": self.quorum_minimum,
            "base": self.base.value,
            "threshold_numerator": self.threshold_numerator,
            "threshold_denominator": self.threshold_denominator,
            "comparison": "more-than" if self.strictly_more else "at-least",
        }

    @classmethod
    def from_canonical(cls, record: Mapping[str, int | str]) -> "ResolutionRule":
        """Read a rule as `to_canonical` wrote it.

        Raises:
            KeyError, ValueError: something is missing or is no number; the record was not written here.
            InvalidResolutionRule: the numbers make no rule.
        """
        return cls(
            quorum_numerator=int(record["quorum_numerator"]),
            quorum_denominator=int(record["quorum_denominator"]),
            quorum_minimum=int(record["quorum_minimum"]),
            base=Base(str(record["base"])),
            threshold_numerator=int(record["threshold_numerator"]),
            threshold_denominator=int(record["threshold_denominator"]),
            strictly_more=_either(record["comparison"], "more-than", "at-least"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ResolutionCount:
    """The outcome of a resolution with its arithmetic. Votes may carry weights, so these are votes and not heads."""

    for_votes: int
    against: int
    abstain: int
    cast: int
    roll: int
    quorum_needed: int
    quorum_met: bool
    base: Base
    #: The votes of which the threshold is a share.
    base_votes: int
    #: The fewest votes for that carry it, given how everybody else voted.
    threshold_needed: int
    carried: bool
    #: Everything that stood in the way, or that it is carried.
    reasons: tuple[Reason, ...]

    def to_canonical(self) -> dict[str, int | str]:
        """Return the outcome as numbers and text, for a certificate and its digest."""
        return {
            "for": self.for_votes,
            "against": self.against,
            "abstain": self.abstain,
            "cast": self.cast,
            "roll": self.roll,
            "quorum_needed": self.quorum_needed,
            "quorum": "met" if self.quorum_met else "not-met",
            "base": self.base.value,
            "base_votes": self.base_votes,
            "threshold_needed": self.threshold_needed,
            "outcome": "carried" if self.carried else "lost",
            "reasons": " ".join(reason.value for reason in self.reasons),
        }

    @classmethod
    def from_canonical(cls, record: Mapping[str, int | str]) -> "ResolutionCount":
        """Read an outcome as `to_canonical` wrote it.

        Raises:
            KeyError, ValueError: something is missing or is no number; the record was not written here.
        """
        return cls(
            for_votes=int(record["for"]),
            against=int(record["against"]),
            abstain=int(record["abstain"]),
            cast=int(record["cast"]),
            roll=int(record["roll"]),
            quorum_needed=int(record["quorum_needed"]),
            quorum_met=_either(record["quorum"], "met", "not-met"),
            base=Base(str(record["base"])),
            base_votes=int(record["base_votes"]),
            threshold_needed=int(record["threshold_needed"]),
            carried=_either(record["outcome"], "carried", "lost"),
            reasons=tuple(Reason(word) for word in str(record["reasons"]).split()),
        )


def count_resolution(rule: ResolutionRule, *, for_votes: int, against: int, abstain: int, roll: int) -> ResolutionCount:
    """Count a resolution.

    Every vote cast counts for the quorum, abstentions too. A resolution needs more votes for than against, whatever its
    threshold: a tie is lost, because nobody has a casting vote. When nobody votes it is lost.

    Raises:
        ImpossibleTally: a number is negative, or more votes are cast than the roll holds.
    """
    cast = for_votes + against + abstain
    if min(for_votes, against, abstain, roll) < 0 or cast > roll:
        raise ImpossibleTally(cast, roll)
    base_votes = {
        Base.FOR_AND_AGAINST: for_votes + against,
        Base.CAST: cast,
        Base.ROLL: roll,
    }[rule.base]
    majority = base_votes // 2 + 1 if rule.base is Base.FOR_AND_AGAINST else against + 1
    needed = max(rule.share_needed(base_votes), majority)
    quorum_needed = rule.quorum_needed(roll)
    obstacles = {
        Reason.NOBODY_VOTED: cast == 0,
        Reason.QUORUM_NOT_MET: cast < quorum_needed,
        Reason.TIED: for_votes == against > 0,
        Reason.TOO_FEW_FOR: for_votes < needed and cast > 0 and not for_votes == against > 0,
    }
    reasons = tuple(reason for reason, stands in obstacles.items() if stands)
    return ResolutionCount(
        for_votes=for_votes,
        against=against,
        abstain=abstain,
        cast=cast,
        roll=roll,
        quorum_needed=quorum_needed,
        quorum_met=cast >= quorum_needed,
        base=rule.base,
        base_votes=base_votes,
        threshold_needed=needed,
        carried=not reasons,
        reasons=reasons or (Reason.CARRIED,),
    )


def _either(value: int | str, yes: str, no: str) -> bool:
    """Return whether it is the first of two words."""
    if value not in {yes, no}:
        raise ValueError(f"expected {yes!r} or {no!r}, not {value!r}")
    return value == yes
