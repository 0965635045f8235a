"""How scrutineers write down a ballot of an election: each candidate has a letter.

`B A C` puts B first, then A, then C; `B A=C` lets A and C share a place; where there is no order, `A C` names two; and `A5 C3` gives
points. While each candidate has one letter, nothing need stand between them.
"""

import json
import re
from collections.abc import Sequence

from coop.assembly.desk.errors import LetterUnknown
from coop.assembly.desk.queries import Choice
from governance.choices import Choice as Said
from governance.choices import written
from governance.methods import ElectionRule, Form
from governance.paper.sheets import Answer

_POINTS = re.compile(r"([A-Z]+)\s*[:=]?\s*([0-9]{1,4})(?![0-9])")
_BETWEEN = re.compile(r"[\s,;>]+")
_ONE_LETTER_EACH = 26


def read_letters(text: str, rule: ElectionRule, choices: Sequence[Choice]) -> Answer:
    """Return the answer that letters stand for, as ballots hold it.

    Raises:
        LetterUnknown, or what `choices.written` refuses.
    """
    codes = {choice.letter: choice.code for choice in choices}
    said: Said = _points(text.upper(), codes) if rule.method.form is Form.POINTS else _places(text.upper(), codes)
    return written(rule, list(codes.values()), said)


def in_letters(answer: Answer, choices: Sequence[Choice]) -> str:
    """Return an answer as scrutineers write it; the answer to a resolution as its code."""
    said = json.loads(answer)
    letters = {choice.code: choice.letter for choice in choices}
    match said:
        case str():
            return said
        case dict():
            return " ".join(f"{letters[code]}{said[code]}" for code in letters if code in said)
        case _:
            places = ([place] if isinstance(place, str) else place for place in said)
            return " ".join("=".join(letters.get(code, "?") for code in place) for place in places)


def _places(text: str, codes: dict[str, str]) -> list[list[str]]:
    pieces = _BETWEEN.split(text.replace("=", " = ")) if len(codes) > _ONE_LETTER_EACH else _BETWEEN.sub("", text)
    places: list[list[str]] = []
    shares = False
    for piece in filter(None, pieces):
        if piece == "=" and places and not shares:
            shares = True
            continue
        code = _code(piece, codes)
        if shares:
            places[-1].append(code)
        else:
            places.append([code])
        shares = False
    if shares:
        raise LetterUnknown("=")
    return places


def _points(text: str, codes: dict[str, str]) -> dict[str, int]:
    points: dict[str, int] = {}
    for letter, number in _POINTS.findall(text):
        code = _code(letter, codes)
        if code in points:
            raise LetterUnknown(f"{letter} … {letter}")
        points[code] = int(number)
    if rest := _BETWEEN.sub("", _POINTS.sub("", text)):
        raise LetterUnknown(rest[:10])
    return points


def _code(letter: str, codes: dict[str, str]) -> str:
    if letter not in codes:
        raise LetterUnknown(letter[:10])
    return codes[letter]
