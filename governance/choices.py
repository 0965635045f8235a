"""What a ballot says, whatever the rule: which answers can be given, how each is written once and for all, and how it is read.

The written choice is canonical JSON, so that two ballots that say the same are the same text. It knows no database. Forms of a
choice: the answer to a resolution; a list with the one option, with those approved, or with the options in order, where a list in
the list holds those that share a place; an object with the points of each option that is given any.
"""

import json
from collections.abc import Iterable, Mapping, Sequence

from evidence.canonical import canonical_bytes
from governance.choice_errors import (
    NobodyChosen,
    NoPointsGiven,
    PlaceShared,
    TooManyChosen,
    TooManyDots,
    TooManyPoints,
)
from governance.counting.profiles import Points, PointsProfile, RankedProfile, Ranking, collapsed, collapsed_points
from governance.counting.sorted_ballots import SortedBallots
from governance.errors import EmptyBallot, GovernanceRefusal, RepeatedOption, UnknownOption
from governance.headers import in_plain_order
from governance.methods import ElectionRule, Form, Rule

#: The answer to a resolution; codes of options, one place after the other; or points by code.
Choice = str | Sequence[str | Sequence[str]] | Mapping[str, int]


def written(rule: Rule, options: Sequence[str], choice: Choice) -> str:
    """Return the canonical JSON of an answer that can be given with these options. Anything may be passed in.

    Raises:
        UnknownOption, RepeatedOption, EmptyBallot, NobodyChosen, NoPointsGiven
        TooManyChosen, PlaceShared, TooManyPoints, TooManyDots
    """
    if not isinstance(rule, ElectionRule):
        if not isinstance(choice, str) or choice not in options:
            raise UnknownOption
        return canonical_bytes(choice).decode()
    if rule.method.form is Form.POINTS:
        return canonical_bytes(_given(rule, options, choice)).decode()
    places = _places(options, choice)
    named = [code for place in places for code in place]
    if len(set(named)) < len(named):
        raise RepeatedOption
    match rule.method.form:
        case Form.ONE | Form.APPROVED if not named:
            raise NobodyChosen
        case Form.ONE if len(named) > 1:
            raise TooManyChosen
        case Form.RANKED if not named:
            raise EmptyBallot
        case Form.RANKED if len(named) > len(places) and not rule.method.equal_ranks:
            raise PlaceShared
        case Form.RANKED:
            said: object = [place[0] if len(place) == 1 else in_plain_order(place) for place in places]
        case _:
            said = in_plain_order(named)
    return canonical_bytes(said).decode()


def can_be_given(rule: Rule, options: Sequence[str], text: str) -> bool:
    """Say whether a text is what `written` makes of some answer."""
    try:
        return written(rule, options, json.loads(text)) == text
    except (ValueError, RecursionError, GovernanceRefusal):
        return False


def ranking_of(rule: Rule, choice: Choice, index_of: Mapping[str, int]) -> Ranking:
    """Return a written choice, read again, as a ranking of indexes. Options that are approved share one place.

    Raises:
        KeyError: it names an option that there is not.
    """
    if isinstance(choice, str):
        return ((index_of[choice],),)
    if isinstance(rule, ElectionRule) and rule.method.form is Form.APPROVED:
        return (tuple(sorted(index_of[str(code)] for code in choice)),)
    if not any(isinstance(place, list) for place in choice):
        # Nearly all ballots, and there may be very many.
        return tuple([(index_of[code],) for code in choice])  # type: ignore[index]  # no place is a list
    places = [[place] if isinstance(place, str) else place for place in choice]
    return tuple(tuple(sorted(index_of[code] for code in place)) for place in places)


def profile_of(
    rule: ElectionRule, options: Sequence[str], ballots: Iterable[tuple[Choice, int]]
) -> RankedProfile | PointsProfile:
    """Return written choices, read again, as ballots that a rule counts. The order of the options is the lot.

    Raises:
        KeyError, InvalidProfile: a ballot says what cannot be said.
    """
    index_of = {code: index for index, code in enumerate(options)}
    if rule.method.form is not Form.POINTS:
        rankings = ((ranking_of(rule, choice, index_of), weight) for choice, weight in ballots)
        return collapsed(options, rankings, seats=rule.seats)
    rows = ((points_of(choice, options), weight) for choice, weight in ballots)
    return collapsed_points(options, rows, seats=rule.seats, cap=rule.cap, dots=rule.dots)


def profile_of_texts(
    rule: ElectionRule, options: Sequence[str], texts: Sequence[tuple[str, int]]
) -> RankedProfile | PointsProfile:
    """Return written choices, each once with its votes. Rankings in which nobody shares a place stay the texts that they are."""
    # Where somebody shares a place, a list begins within the list.
    if rule.method.form is Form.RANKED and not any(text.rfind("[") for text, _ in texts):
        ballots = SortedBallots(options, texts)
        return RankedProfile(title="", candidates=tuple(options), seats=rule.seats, ballots=ballots)
    # All at once: a text each would take several times as long.
    read = json.loads(f"[{','.join(text for text, _ in texts)}]")
    return profile_of(rule, options, zip(read, (votes for _, votes in texts), strict=True))


def points_of(choice: Choice, options: Sequence[str]) -> Points:
    """Return a written choice, read again, as the points of each option.

    Raises:
        KeyError: it gives no points, or gives them to an option that there is not.
    """
    if not isinstance(choice, Mapping) or not set(choice) <= set(options):
        raise KeyError("these are no points for these options")
    return tuple(choice.get(code, 0) for code in options)


def _places(options: Sequence[str], choice: object) -> list[list[str]]:
    """Return the codes of each place.

    Raises:
        UnknownOption: it is no list of options, or of lists of them.
    """
    if not isinstance(choice, list | tuple):
        raise UnknownOption
    places = [list(place) if isinstance(place, list | tuple) else [place] for place in choice]
    if not all(place and all(code in options for code in place) for place in places):
        raise UnknownOption
    return places


def _given(rule: ElectionRule, options: Sequence[str], choice: object) -> dict[str, int]:
    """Return the points of those who are given any.

    Raises:
        UnknownOption, NoPointsGiven, TooManyPoints, TooManyDots
    """
    if not isinstance(choice, Mapping):
        raise UnknownOption
    if not all(code in options and type(points) is int and points >= 0 for code, points in choice.items()):
        raise UnknownOption
    given = {code: points for code, points in choice.items() if points}
    if not given:
        raise NoPointsGiven
    for code, points in given.items():
        if rule.cap is not None and points > rule.cap:
            raise TooManyPoints(code, points, rule.cap)
    if rule.dots is not None and (together := sum(given.values())) > rule.dots:
        raise TooManyDots(together, rule.dots)
    return given
