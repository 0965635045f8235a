"""What a ballot says, in words: to be checked before it is cast, and to be read after the count."""

from collections.abc import Mapping
from dataclasses import dataclass

from flask_babel import gettext, ngettext

from governance.choices import Choice
from governance.methods import ElectionRule, Form


@dataclass(frozen=True)
class InWords:
    """A ballot in words: a line for each place or option, and which options it leaves out."""

    #: Whether the order of the lines is what the voter says.
    is_ordered: bool
    lines: tuple[str, ...]
    left_out: str


def in_words(rule: ElectionRule, choice: Choice, names: Mapping[str, str]) -> InWords:
    """Return what a written choice says, read again. `names` has all options by their codes."""
    form = rule.method.form
    if isinstance(choice, Mapping):
        lines = [_points(rule, names[code], points) for code, points in _most_first(choice)]
    else:
        lines = [" = ".join(names[code] for code in place) for place in _places(choice)]
    said = choice if isinstance(choice, Mapping) else {code for place in _places(choice) for code in place}
    others = ", ".join(name for code, name in names.items() if code not in said)
    left_out = {
        Form.RANKED: gettext("Not ranked: %(names)s.", names=others),
        Form.APPROVED: gettext("Not ticked: %(names)s.", names=others),
        Form.POINTS: gettext("Nothing for: %(names)s.", names=others),
    }
    return InWords(form is Form.RANKED, tuple(lines), left_out.get(form, "") if others else "")


def in_one_line(rule: ElectionRule, choice: Choice, names: Mapping[str, str]) -> str:
    """Return what a written choice says, read again, in one line: `1. Aroha, 2. Ben = Cara` or `Aroha 5, Ben 3`."""
    if isinstance(choice, Mapping):
        return ", ".join(f"{names[code]} {points}" for code, points in _most_first(choice))
    places = [" = ".join(names[code] for code in place) for place in _places(choice)]
    if rule.method.form is Form.RANKED:
        places = [f"{number}. {place}" for number, place in enumerate(places, start=1)]
    return ", ".join(places)


def _places(choice: Choice) -> list[list[str]]:
    return [[place] if isinstance(place, str) else list(place) for place in choice]


def _most_first(points: Mapping[str, int]) -> list[tuple[str, int]]:
    return sorted(points.items(), key=lambda given: -given[1])


def _points(rule: ElectionRule, name: str, points: int) -> str:
    if rule.dots is None:
        return str(ngettext("%(name)s: %(num)s point", "%(name)s: %(num)s points", points, name=name))
    return str(ngettext("%(name)s: %(num)s dot", "%(name)s: %(num)s dots", points, name=name))
