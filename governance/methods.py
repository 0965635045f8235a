"""The rules by which members can vote among options, what a ballot of each holds, and the rule of one vote with its figures.

How votes are counted stands in `governance.counting`; here stands what is asked of a voter, and what whoever opens a vote has to
set. The rule of a vote is frozen in its header.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from governance.choice_errors import CapAboveDots, FigureOutOfRange, NotVotedBy
from governance.counting.errors import InvalidSeats, OneSeatOnly
from governance.counting.resolution import ResolutionRule
from governance.counting.rules import rule_named

#: The most points or dots that may be asked for: what people can still tell apart, and can add up.
MOST_POINTS = 100


class Form(StrEnum):
    """What a ballot holds."""

    #: One option.
    ONE = "one"
    #: Any number of options, all alike.
    APPROVED = "approved"
    #: Options in order, as many as the voter likes.
    RANKED = "ranked"
    #: A number of points for each option.
    POINTS = "points"


@dataclass(frozen=True)
class Method:
    """What voting by a rule asks for."""

    form: Form
    #: Whether several options may share a place.
    equal_ranks: bool = False
    one_seat: bool = False
    #: The most points for one option that are proposed; none where there are no points.
    usual_cap: int | None = None
    #: The number of dots that is proposed; none where there are no dots to share out.
    usual_dots: int | None = None


#: Every rule by which a vote can be held, in the order in which they are offered.
METHODS: Mapping[str, Method] = MappingProxyType(
    {
        "scottish-stv": Method(Form.RANKED),
        "meek-stv": Method(Form.RANKED, equal_ranks=True),
        "meek-stv-9": Method(Form.RANKED),
        "irv": Method(Form.RANKED, one_seat=True),
        "schulze": Method(Form.RANKED, equal_ranks=True),
        "schulze-margins": Method(Form.RANKED, equal_ranks=True),
        "ranked-pairs": Method(Form.RANKED, equal_ranks=True),
        "plurality": Method(Form.ONE),
        "approval": Method(Form.APPROVED),
        "score": Method(Form.POINTS, usual_cap=5),
        "star": Method(Form.POINTS, usual_cap=5),
        "dots": Method(Form.POINTS, usual_cap=3, usual_dots=5),
    }
)


@dataclass(frozen=True)
class ElectionRule:
    """A counting rule by its name (`governance.counting.rules`), how many are elected, and the figures of the ballot."""

    name: str
    seats: int
    #: The most points that a ballot may give one option.
    cap: int | None = None
    #: The most points that a ballot may give all options together.
    dots: int | None = None

    @property
    def method(self) -> Method:
        """What voting by it asks for."""
        return METHODS[self.name]

    def to_canonical(self) -> dict[str, object]:
        """Return the rule as it stands in a header: figures only where there are any."""
        figures = {"cap": self.cap, "dots": self.dots}
        return {"name": self.name, "seats": self.seats, **{key: value for key, value in figures.items() if value}}

    def check(self) -> None:
        """Refuse a rule that nobody could vote by.

        Raises:
            UnknownRule, NotVotedBy, InvalidSeats, OneSeatOnly, FigureOutOfRange, CapAboveDots
        """
        rule_named(self.name)
        if self.name not in METHODS:
            raise NotVotedBy(self.name)
        if self.seats < 1:
            raise InvalidSeats(self.seats)
        if self.method.one_seat and self.seats > 1:
            raise OneSeatOnly(self.seats, self.name)
        _check_figure("cap", self.cap, asked=self.method.usual_cap is not None)
        _check_figure("dots", self.dots, asked=self.method.usual_dots is not None)
        if self.cap and self.dots and self.cap > self.dots:
            raise CapAboveDots(self.cap, self.dots)


Rule = ResolutionRule | ElectionRule


def _check_figure(about: str, figure: int | None, *, asked: bool) -> None:
    if (figure is not None) != asked or (figure is not None and not 1 <= figure <= MOST_POINTS):
        raise FigureOutOfRange(MOST_POINTS, about)
