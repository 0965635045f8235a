"""What may be known once a vote is counted: the numbers, who voted how in a roll-call, the ballots of a secret vote.

Everything here starts from an outcome, so that nothing of a running vote can get out. Governance counts codes; here they get
their names back.
"""

import json
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
from governance.counts import options_of, rule_of, standing_open_ballots
from governance.headers import in_plain_order
from governance.methods import ElectionRule, Form, Rule
from governance.models import Ballot, Kind, Outcome, Proposal, Secrecy


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
    """A counted secret ballot: its receipt, and what it says."""

    commitment: str
    nonce: str
    choice: Choice


def count_of(outcome: Outcome) -> ResolutionCount:
    """Return the count of a resolution."""
    return ResolutionCount.from_canonical(_count(outcome))


def elected_codes(outcome: Outcome) -> list[str]:
    """Return the elected in the order in which they were elected."""
    count = _count(outcome)
    if "order" in count:
        return list(count["order"][: count["seats"]])
    return [code for stage in count["stages"] for code in stage["elected"]]


def cast(outcome: Outcome) -> int:
    """Return how many voted."""
    return int(json.loads(outcome.result)["ballots"]["cast"])


def heads(outcome: Outcome) -> int:
    """Return how many voters cast the votes."""
    ballots = json.loads(outcome.result)["ballots"]
    return int(ballots.get("heads", ballots["cast"]))


def on_paper(outcome: Outcome) -> OnPaper | None:
    """Return what came from paper and from the room, if anything did."""
    found = json.loads(outcome.result)["ballots"].get("paper")
    return OnPaper(int(found["ballots"]), int(found["spoilt"])) if found else None


def roll(outcome: Outcome) -> int:
    """Return how many heads are on the roll that counts."""
    found = json.loads(outcome.result)["roll"]
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


def named_count(outcome: Outcome, names: Mapping[str, str], title: str) -> dict[str, Any]:
    """Return the count of an election with names in the place of codes, in the form in which counts are published."""
    return {**_named(_count(outcome), names), "title": title}


def roll_call(session: Session, outcome: Outcome) -> list[RollCallLine]:
    """Return who voted how, by name."""
    ballots = standing_open_ballots(outcome.proposal_id).subquery()
    rows = session.execute(
        select(Participant.name, ballots.c.choice, ballots.c.cast_at)
        .select_from(ballots)
        .outerjoin(Participant, Participant.voter_ref == ballots.c.voter_ref)
        .order_by(Participant.name_key, ballots.c.id)
    )
    return [RollCallLine(name or gettext("(erased)"), json.loads(choice), at) for name, choice, at in rows]


def secret_ballots(session: Session, outcome: Outcome) -> list[BallotLine]:
    """Return the ballots of a secret vote in the order of their receipts.

    Raises:
        NoBallotList, BallotsWithheld
    """
    need_ballot_list(session, outcome)
    rows = session.execute(
        select(Ballot.commitment, Ballot.nonce, Ballot.choice)
        .where(Ballot.proposal_id == outcome.proposal_id)
        .order_by(Ballot.commitment)
    )
    return [BallotLine(commitment, nonce, json.loads(choice)) for commitment, nonce, choice in rows]


def need_ballot_list(session: Session, outcome: Outcome) -> None:
    """Refuse where there is no list of ballots, or where it would name voters: before the first line of a file is sent.

    Raises:
        NoBallotList, BallotsWithheld
    """
    proposal = session.get_one(Proposal, outcome.proposal_id)
    if proposal.secrecy is not Secrecy.SECRET:
        raise NoBallotList
    found, least = heads(outcome), proposal.secret_least or 0
    if 0 < found < least:
        raise BallotsWithheld(found, least)


def blt(session: Session, outcome: Outcome, names: Mapping[str, str], title: str) -> Iterator[str]:
    """Yield the lines of a BLT file from which other programs get the same result.

    The candidates stand in the order that was drawn at the opening: where a count needs a lot, it falls on the first.
    """
    codes = options_of(session, outcome.proposal_id)
    rule, index_of = _rule(session, outcome), {code: index for index, code in enumerate(codes)}
    ballots = ((ranking_of(rule, one.choice, index_of), 1) for one in secret_ballots(session, outcome))
    yield from writing.blt.lines([names[code] for code in codes], ballots, seats=_count(outcome)["seats"], title=title)


def table(session: Session, outcome: Outcome, names: Mapping[str, str]) -> Iterator[str]:
    """Yield the lines of a CSV file of the ballots: receipt, random number, and each option's place or points, or the answer."""
    lines = secret_ballots(session, outcome)
    rule, codes = _rule(session, outcome), options_of(session, outcome.proposal_id)
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


def _rule(session: Session, outcome: Outcome) -> Rule:
    return rule_of(session.get_one(Proposal, outcome.proposal_id))


def _count(outcome: Outcome) -> Any:
    return json.loads(outcome.result)["count"]


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
