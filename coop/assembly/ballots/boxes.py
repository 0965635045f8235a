"""How the boxes of a ballot are read, and filled with what a ballot says.

Names of boxes: `choice` for one answer or option; `approve-<code>` for each option that is ticked; `rank-<code>` for its place;
`points-<code>` for its points, whether they are radios or a number. Whether a ballot can be counted is decided in governance.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from coop.assembly.errors import PointsUnreadable, RankRepeated, RankSkipped, RankUnreadable
from evidence.messages import Refusal
from governance.choices import Choice
from governance.errors import UnknownOption
from governance.methods import ElectionRule, Form

#: Up to so many points each option has a row of radios; beyond it, a number box.
MOST_RADIOS = 5

_BOX = {Form.APPROVED: "approve-", Form.RANKED: "rank-", Form.POINTS: "points-"}


@dataclass(frozen=True)
class Filled:
    """A ballot as it was filled in: what it says, or what is wrong beside which option."""

    choice: Choice
    #: The boxes as they were filled in, by the code of the option.
    values: Mapping[str, str]
    errors: Mapping[str, Refusal] = field(default_factory=dict)


@dataclass(frozen=True)
class Sheet:
    """What the form of a ballot shows: which boxes it has, and what stands in them."""

    rule: ElectionRule
    values: Mapping[str, str]

    @property
    def radios(self) -> range | None:
        """The points that an option can be given by a row of radios; nothing where they are written into a box."""
        has_radios = self.rule.cap is not None and self.rule.cap <= MOST_RADIOS and self.rule.dots is None
        return range((self.rule.cap or 0) + 1) if has_radios else None

    @property
    def left(self) -> int:
        """How many dots are left, as far as the boxes can be read."""
        return (self.rule.dots or 0) - sum(int(text) for text in self.values.values() if _is_whole(text))


def read_boxes(boxes: Mapping[str, str], rule: ElectionRule, codes: Sequence[str]) -> Filled:
    """Read a ballot by its rule. An empty box is no place, no tick and no points.

    Raises:
        UnknownOption: a box for an option that there is not.
    """
    form = rule.method.form
    if form is Form.ONE:
        choice = boxes.get("choice", "")
        return Filled([choice] if choice else [], {choice: "1"})
    start = _BOX[form]
    values = {name.removeprefix(start): text.strip() for name, text in boxes.items() if name.startswith(start)}
    if not set(values) <= set(codes):
        raise UnknownOption
    filled = {code: text for code, text in values.items() if text}
    if form is Form.APPROVED:
        return Filled([code for code in codes if code in filled], values)
    if form is Form.POINTS:
        return _points(rule, filled, values)
    return _ranking(rule, filled, values, len(codes))


def boxes_of(rule: ElectionRule, choice: Choice) -> dict[str, str]:
    """Return the boxes that say what a written choice says, by their names."""
    if isinstance(choice, Mapping):
        return {f"points-{code}": str(points) for code, points in choice.items()}
    places = [[place] if isinstance(place, str) else place for place in choice]
    if rule.method.form is Form.RANKED:
        return {f"rank-{code}": str(place) for place, rank in enumerate(places, start=1) for code in rank}
    codes = [code for rank in places for code in rank]
    return {"choice": codes[0]} if rule.method.form is Form.ONE else {f"approve-{code}": "1" for code in codes}


def as_typed(boxes: Mapping[str, str], rule: ElectionRule) -> dict[str, str]:
    """Return what stands in the boxes, so that a wrong change code does not cost the ballot."""
    if rule.method.form is Form.ONE:
        return {boxes.get("choice", ""): "1"}
    start = _BOX[rule.method.form]
    found = {name.removeprefix(start): text for name, text in boxes.items() if name.startswith(start)}
    return {code: text for code, text in found.items() if _is_whole(text)}


def _points(rule: ElectionRule, filled: Mapping[str, str], values: Mapping[str, str]) -> Filled:
    assert rule.cap is not None
    errors = {
        code: PointsUnreadable(text[:10], rule.cap)
        for code, text in filled.items()
        if not _is_whole(text) or int(text) > rule.cap
    }
    return Filled({code: int(text) for code, text in filled.items() if code not in errors}, values, errors)


def _ranking(rule: ElectionRule, filled: Mapping[str, str], values: Mapping[str, str], most: int) -> Filled:
    """Read places 1, 2, 3 ... without a gap, and without a repeat where nobody may share one."""
    errors: dict[str, Refusal] = {
        code: RankUnreadable(text[:10], most)
        for code, text in filled.items()
        if not (_is_whole(text) and 1 <= int(text) <= most)
    }
    places = {code: int(text) for code, text in filled.items() if code not in errors}
    often = Counter(places.values())
    if not rule.method.equal_ranks:
        errors |= {code: RankRepeated(place) for code, place in places.items() if often[place] > 1}
    for expected, place in enumerate(sorted(often), start=1):
        if place != expected and not errors:
            errors[next(code for code in places if places[code] == place)] = RankSkipped(expected)
    ranks = [[code for code in places if places[code] == place] for place in sorted(often)]
    return Filled(ranks, values, errors)


def _is_whole(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 4
