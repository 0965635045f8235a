"""What may be known once a vote is counted: the numbers, who voted how in a roll-call, the ballots of a secret vote.

Everything here starts from what was declared, so that nothing of a running vote can get out, and shows of the ballots what
`governance.shown` lets out. Governance counts codes; here they get their names back.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from flask_babel import gettext
from sqlalchemy import select
from sqlalchemy.orm import Session

from coop.assembly.errors import BallotsWithheld, NoBallotList
from coop.assembly.models import Candidacy, Motion, MotionWords
from coop.membership.models import Participant
from evidence.spreadsheets import plain_cell
from governance.choices import Choice, points_of, ranking_of
from governance.counting import writing
from governance.counting.resolution import ResolutionCount
from governance.counts import options_of, rule_of
from governance.declared import Declared
from governance.headers import in_plain_order
from governance.methods import ElectionRule, Form
from governance.models import Kind, RollEntry, Secrecy
from governance.shown import Shown, are_withheld, cast_of, how_shown


@dataclass(frozen=True)
class RollCallLine:
    """How somebody voted by roll-call, as the result shows it."""

    name: str
    choice: Choice
    cast_at: datetime


@dataclass(frozen=True)
class OnPaper:
    """How many votes came from paper or the room, and how many more said nothing that can be counted."""

    votes: int
    spoilt: int


@dataclass(frozen=True)
class BallotLine:
    """A counted secret ballot: its receipt, and what it says.

    Where few share a class, it has no receipt: these stand in a list of their own.
    """

    commitment: str
    nonce: str
    choice: Choice
    weight: int


def count_of(outcome: Declared) -> ResolutionCount:
    """Return the count of a resolution."""
    return ResolutionCount.from_canonical(_count(outcome))


def elected_codes(outcome: Declared) -> list[str]:
    """Return the elected in the order in which they were elected."""
    count = _count(outcome)
    if "order" in count:
        return list(count["order"][: count["seats"]])
    return [code for stage in count["stages"] for code in stage["elected"]]


def cast(outcome: Declared) -> int:
    """Return how many voted."""
    return int(outcome.record["ballots"]["cast"])


def heads(outcome: Declared) -> int:
    """Return how many voters cast the votes."""
    ballots = outcome.record["ballots"]
    return int(ballots.get("heads", ballots["cast"]))


def on_paper(outcome: Declared) -> OnPaper | None:
    """Return what came from paper and from the room, if anything did."""
    found = outcome.record["ballots"].get("paper")
    return OnPaper(int(found["ballots"]), int(found["spoilt"])) if found else None


def roll(outcome: Declared) -> int:
    """Return how many heads are on the roll that counts."""
    found = outcome.record["roll"]
    return int(found["final"]["heads"] if "final" in found else found["size"])


def candidate_names(session: Session, motion_id: UUID) -> dict[str, str]:
    """Return the names of the candidates by their codes. Two of one name are told apart, because counts are read by name."""
    rows = session.execute(
        select(Candidacy.option_code, Participant.name)
        .join(Participant, Participant.id == Candidacy.participant_id)
        .where(Candidacy.motion_id == motion_id, Candidacy.option_code.is_not(None))
        .order_by(Candidacy.option_code)
    )
    names = {str(code): " ".join(name.split()) for code, name in rows}
    repeated = {name for name in names.values() if list(names.values()).count(name) > 1}
    return {code: f"{name} ({code})" if name in repeated else name for code, name in names.items()}


def option_words(words: MotionWords | None) -> dict[str, str]:
    """Return the options of a choice by their codes on the ballot; nothing of words that were erased."""
    lines = words.options.split("\n") if words and words.options else []
    return {f"c{number}": option for number, option in enumerate(lines, start=1)}


def option_names(session: Session, motion_id: UUID) -> dict[str, str]:
    """Return what is on a ballot by its codes: the names of candidates, or the words of options; nothing for a resolution."""
    motion = session.get_one(Motion, motion_id)
    if motion.kind is not Kind.CHOICE:
        return candidate_names(session, motion_id)
    words = option_words(session.get(MotionWords, motion_id))
    codes = options_of(session, motion.proposal_id) if motion.proposal_id else []
    return words or {code: gettext("(erased) %(code)s", code=code) for code in in_plain_order(codes)}


def named_count(outcome: Declared, names: Mapping[str, str], title: str) -> dict[str, Any]:
    """Return the count of an election with names in the place of codes, in the form in which counts are published."""
    return {**_named(_count(outcome), names), "title": title}


def roll_call(session: Session, outcome: Declared) -> list[RollCallLine]:
    """Return who voted how, by name."""
    cast_by = {row["entry"]: row for row in cast_of(session, outcome).rows}
    rows = session.execute(
        select(RollEntry.id, Participant.name)
        .outerjoin(Participant, Participant.voter_ref == RollEntry.voter_ref)
        .where(RollEntry.proposal_id == outcome.proposal_id)
        .order_by(Participant.name_key, RollEntry.id)
    )
    return [
        RollCallLine(name or gettext("(erased)"), row["choice"], row["cast_at"])
        for entry_id, name in rows
        if (row := cast_by.get(str(entry_id))) is not None
    ]


@dataclass(frozen=True)
class BallotList:
    """The ballots of a secret vote, as they may be listed."""

    #: In the order of their receipts, or of their answers where receipts stand apart.
    lines: tuple[BallotLine, ...]
    #: The receipts that stand apart from the answers.
    receipts: tuple[str, ...] = ()


def secret_ballots(session: Session, outcome: Declared) -> BallotList:
    """Return the ballots of a secret vote.

    Raises:
        NoBallotList, BallotsWithheld
    """
    need_ballot_list(session, outcome)
    found = cast_of(session, outcome)
    if found.shown is Shown.ROWS:
        return BallotList(
            tuple(BallotLine(row["receipt"], row["nonce"], row["choice"], row["weight"]) for row in found.rows)
        )
    return BallotList(
        tuple(BallotLine("", "", choice, weight) for choice, weight in found.answers), tuple(found.receipts)
    )


def need_ballot_list(session: Session, outcome: Declared) -> None:
    """Refuse where there is no list of ballots, or where it would name voters: before the first line of a file is sent.

    Raises:
        NoBallotList, BallotsWithheld
    """
    refusal = why_no_list(session, outcome)
    if refusal is not None:
        raise refusal


def why_no_list(session: Session, outcome: Declared) -> NoBallotList | BallotsWithheld | None:
    """Return why there is no list of ballots, or nothing where there is one."""
    if outcome.proposal.secrecy is not Secrecy.SECRET:
        return NoBallotList()
    if are_withheld(session, outcome):
        return BallotsWithheld(heads(outcome), outcome.proposal.secret_least or 0)
    return None


def need_answers(session: Session, outcome: Declared) -> None:
    """Refuse where the ballots of a vote that was counted elsewhere are so few that what they say is withheld.

    Raises:
        BallotsWithheld
    """
    if how_shown(session, outcome) is Shown.ELSEWHERE:
        raise BallotsWithheld(heads(outcome), outcome.proposal.secret_least or 0)


def blt(session: Session, outcome: Declared, names: Mapping[str, str], title: str) -> Iterator[str]:
    """Yield the lines of a BLT file from which other programs get the same result.

    The candidates stand in the order that was drawn at the opening: where a count needs a lot, it falls on the first.
    """
    codes = options_of(session, outcome.proposal_id)
    rule, index_of = rule_of(outcome.proposal), {code: index for index, code in enumerate(codes)}
    lines = secret_ballots(session, outcome).lines
    ballots = ((ranking_of(rule, one.choice, index_of), one.weight) for one in lines)
    yield from writing.blt.lines([names[code] for code in codes], ballots, seats=_count(outcome)["seats"], title=title)


def table(session: Session, outcome: Declared, names: Mapping[str, str]) -> Iterator[str]:
    """Yield the lines of a CSV file of the ballots: receipt, random number, and each option's place or points, or the answer."""
    lines = secret_ballots(session, outcome).lines
    rule, codes = rule_of(outcome.proposal), options_of(session, outcome.proposal_id)
    if not isinstance(rule, ElectionRule):
        yield from writing.table.answered_lines((one.commitment, one.nonce, str(one.choice)) for one in lines)
        return
    header = [plain_cell(names[code]) for code in codes]
    if rule.method.form is Form.POINTS:
        given = ((one.commitment, one.nonce, points_of(one.choice, codes)) for one in lines)
        yield from writing.table.receipted_points_lines(header, given)
        return
    index_of = {code: index for index, code in enumerate(codes)}
    ranked = ((one.commitment, one.nonce, ranking_of(rule, one.choice, index_of)) for one in lines)
    yield from writing.table.receipted_lines(header, ranked)


def _count(outcome: Declared) -> Any:
    return outcome.record["count"]


def _named(value: Any, names: Mapping[str, str]) -> Any:
    """Put names in the place of codes, wherever they stand in a count."""
    match value:
        case str():
            return names.get(value, value)
        case list():
            return [_named(item, names) for item in value]
        case dict():
            return {
                names.get(key, key): _named_event(item, names) if key == "event" else _named(item, names)
                for key, item in value.items()
            }
        case _:
            return value


def _named_event(event: str, names: Mapping[str, str]) -> str:
    """Put the name in the place of the code in "Surplus transferred: c3 (5.00000)"."""
    what, separator, rest = event.partition(": ")
    code, space, amount = rest.partition(" ")
    return f"{what}{separator}{names[code]}{space}{amount}" if code in names else event
