"""Pabulib files (.pb): a budget, projects with their costs, and a line for each ballot that approves projects.

Projects and ballots are numbered from 1; who voted is not known here.
"""

import csv
from collections.abc import Iterator, Sequence
from fractions import Fraction
from io import StringIO

from evidence.messages import N_
from governance.counting.errors import Cause, InvalidProfile
from governance.counting.files.pabulib import PLACES, read_amount
from governance.counting.profiles import BudgetProfile
from governance.counting.writing.names import one_line, told_apart


def lines(profile: BudgetProfile) -> Iterator[str]:
    """Yield a Pabulib file line by line.

    Raises:
        InvalidProfile: the budget or a cost has no finite decimals, or more digits than the format's readers take.
    """
    amounts = [_decimal(amount) for amount in (profile.budget, *profile.costs)]
    yield "META\n"
    yield "key;value\n"
    meta = {
        "description": one_line(profile.title),
        "num_projects": len(profile.candidates),
        "num_votes": sum(profile.ballots.values()),
        "budget": amounts[0],
        "vote_type": "approval",
    }
    yield from (_line((key, str(value))) for key, value in meta.items())
    yield "PROJECTS\n"
    yield "project_id;cost;name\n"
    for number, (name, cost) in enumerate(zip(told_apart(profile.candidates), amounts[1:], strict=True), 1):
        yield _line((str(number), cost, name))
    yield "VOTES\n"
    yield "voter_id;vote\n"
    voter = 0
    for choice, weight in profile.ballots.items():
        approved = ",".join(str(index + 1) for index in choice)
        for voter in range(voter + 1, voter + weight + 1):  # noqa: B020  # the numbers go on from ballot to ballot
            yield f"{voter};{approved}\n"


def _decimal(amount: Fraction) -> str:
    """Write an amount with as many decimals as it has."""
    units = amount * 10**PLACES
    text = f"{units.numerator // 10**PLACES}.{units.numerator % 10**PLACES:0{PLACES}d}".rstrip("0").rstrip(".")
    if units.denominator != 1 or read_amount(text) != amount:
        raise InvalidProfile(Cause(N_("an amount cannot be written with %(places)d decimals"), places=PLACES))
    return text


def _line(cells: Sequence[str]) -> str:
    line = StringIO()
    csv.writer(line, delimiter=";", lineterminator="\n").writerow(cells)
    return line.getvalue()
