"""What counting refuses, one class for each refusal, with a message that can be translated.

A message may hold another one, as a ballot file's error holds its cause; whoever translates the outer one translates that too.
"""

from dataclasses import dataclass
from typing import Any

from evidence.messages import N_, Refusal


class Cause(Refusal):
    """What is wrong with a line of a ballot file: one class, because there are dozens of things and one place to say them."""

    def __init__(self, text: str, /, **numbers_and_names: "int | str | Cause") -> None:
        super().__init__(text)
        self.message = text  # type: ignore[misc]  # each cause brings its own text
        self._values = numbers_and_names

    def values(self) -> dict[str, Any]:
        """Return what fills the placeholders."""
        return dict(self._values)


@dataclass(eq=False)
class BallotFileError(Refusal):
    """A ballot file has a bad line; none of the file is taken."""

    message = N_("%(name)s, line %(line)d: %(cause)s")

    name: str
    line: int | None
    cause: Cause


@dataclass(eq=False)
class UnusableBallotFileError(BallotFileError):
    """A ballot file cannot be used for a reason that no single line shows; `line` is None."""

    message = N_("%(name)s: %(cause)s")


@dataclass(eq=False)
class InvalidProfile(Refusal):
    """Ballots put together by a program contradict each other or the list of candidates."""

    message = N_("These ballots cannot be counted: %(cause)s.")

    cause: Cause


@dataclass(eq=False)
class UnknownRule(Refusal):
    """No rule has this name."""

    message = N_("There is no counting rule called “%(name)s”. The rules are: %(names)s.")
    about = "rule"

    name: str
    names: str


@dataclass(eq=False)
class SeatsMissing(Refusal):
    """Neither the ballots nor the caller say how many are to be elected."""

    message = N_("The ballots do not say how many seats there are. Say how many are to be elected.")
    about = "seats"


@dataclass(eq=False)
class InvalidSeats(Refusal):
    """Somebody has to be elected."""

    message = N_("There must be at least one seat, not %(seats)d.")
    about = "seats"

    seats: int


@dataclass(eq=False)
class OneSeatOnly(InvalidSeats):
    """The rule finds one winner and has no meaning for several."""

    message = N_("%(rule)s elects one, not %(seats)d.")

    rule: str


@dataclass(eq=False)
class WrongBallots(Refusal):
    """The rule counts another kind of ballot."""

    message = N_("%(rule)s counts %(expected)s; these ballots hold %(found)s.")

    rule: str
    expected: Cause
    found: Cause


@dataclass(eq=False)
class InvalidLot(Refusal):
    """A lot that leaves out a candidate, or names one twice, could leave a tie unbroken."""

    message = N_("The order of the lot must name each of the %(count)d candidates once.")
    about = "lot"

    count: int


@dataclass(eq=False)
class EqualPreferences(Refusal):
    """The rule counts one candidate at a time, and a ballot gives two the same preference."""

    message = N_("%(rule)s cannot count equal preferences: a ballot ranks %(candidates)s together.")

    rule: str
    candidates: str


@dataclass(eq=False)
class EqualPreferencesOnLine(EqualPreferences):
    """The same, where the line of the ballot file is known."""

    message = N_(
        "Line %(line)d: %(rule)s cannot count equal preferences, and this ballot ranks %(candidates)s together."
    )

    line: int


@dataclass(eq=False)
class InvalidResolutionRule(Refusal):
    """A rule for resolutions that could never be met, or that has no meaning."""

    message = N_("This rule for resolutions does not work: %(cause)s.")

    cause: Cause


@dataclass(eq=False)
class ImpossibleTally(Refusal):
    """More votes than the roll holds, or fewer than none."""

    message = N_("%(cast)d votes cannot have been cast on a roll of %(roll)d.")

    cast: int
    roll: int
