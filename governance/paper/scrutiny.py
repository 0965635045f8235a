"""What scrutineers do: mark who was given a ballot, and enter what they found, each on a sheet of their own.

Neither marks nor sheets are ever changed. What counts is what the newest sheets of two scrutineers agree on. A third who
found something else holds the count up until both of the two have looked again, that is, until each has entered a sheet after
that one; so nobody is overruled unseen, and nobody can hold a count up for ever by being away.
"""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import combinations
from uuid import UUID

from sqlalchemy import func, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, aliased

from evidence.columns import table_of
from evidence.identifiers import new_id
from evidence.races import LostRace
from governance.ballots import Clock, entry_on_roll, held_open
from governance.choices import written
from governance.counts import digest_of, options_of, rule_of
from governance.errors import (
    AlreadyCounted,
    GovernanceRefusal,
    NoSuchProposal,
    NotYetOpen,
    TakesNoPaper,
    UnknownOption,
)
from governance.methods import Rule
from governance.models import Outcome, Participation, Proposal, RollEntry, Secrecy, Withdrawal
from governance.paper import errors
from governance.paper.models import PaperMark, PaperSheet, marked
from governance.paper.sheets import SPOILT, Answer, BallotsFound, Findings, VotesFound, read

#: Class and weight, which a secret ballot shows.
Group = tuple[str, int]


def mark(session: Session, proposal_id: UUID, voter_ref: UUID, *, clock: Clock) -> UUID:
    """Mark that a voter was given a ballot on paper or in the room, or in a roll-call handed one in; return the roll entry.

    In a secret vote this is the gate, and there is no time; in a roll-call the time decides which vote of a voter is the last.
    A refusal ends the transaction: nothing more can be done in it.

    Raises:
        NoSuchProposal, TakesNoPaper, NotYetOpen, VotingClosed, NotOnRoll, AlreadyMarked, HasBallotInUrn
    """
    # Before the gate is the place for what comes: a proxy whose holder gets the ballot, a conflict of interest to declare.
    proposal, now = held_open(session, proposal_id, None, clock)
    if not proposal.takes_paper:
        raise TakesNoPaper
    entry = entry_on_roll(session, proposal, voter_ref)
    # Casting on the screen and marking take their turns.
    session.execute(select(RollEntry.id).where(RollEntry.id == entry.id).with_for_update())
    if session.get(Participation, entry.id) is not None and session.get(Withdrawal, entry.id) is None:
        raise errors.HasBallotInUrn
    row = {"roll_entry_id": entry.id, "marked_at": now if proposal.secrecy is Secrecy.OPEN else None}
    try:
        session.execute(insert(table_of(PaperMark)), [row])
    except IntegrityError as error:
        raise errors.AlreadyMarked from error
    return entry.id


def enter_sheet(session: Session, proposal_id: UUID, by_ref: UUID, findings: Findings, *, clock: Clock) -> UUID:
    """Enter what a scrutineer found, while the vote is open or until it is counted, and return the sheet's id.

    It takes the place of the scrutineer's earlier sheets. The same once more is a sheet of its own: a second look at the same
    ballots, which `agreed` knows from the first.

    Raises:
        NoSuchProposal, TakesNoPaper, NotYetOpen, AlreadyCounted
        OtherVote, NotMarked, VotersMissing, LessThanNone, MoreBallotsThanMarks, SheetDoesNotAddUp
        UnknownOption, RepeatedOption, EmptyBallot
        LostRace: the same scrutineer entered another sheet at this moment.
    """
    proposal = session.scalar(select(Proposal).where(Proposal.id == proposal_id).with_for_update(read=True))
    if proposal is None:
        raise NoSuchProposal
    now = clock()
    if not proposal.takes_paper:
        raise TakesNoPaper
    if now < proposal.opens_at:
        raise NotYetOpen(proposal.opens_at)
    if session.get(Outcome, proposal_id) is not None:
        raise AlreadyCounted
    check(session, proposal, findings)
    mine = (PaperSheet.proposal_id == proposal_id, PaperSheet.by_ref == by_ref)
    sheet_id, content = new_id(), findings.written()
    row = {
        "id": sheet_id,
        "proposal_id": proposal_id,
        "by_ref": by_ref,
        "number": 1 + (session.scalar(select(func.max(PaperSheet.number)).where(*mine)) or 0),
        "content": content,
        "digest": digest_of(content),
        "entered_at": now,
    }
    try:
        session.execute(insert(table_of(PaperSheet)), [row])
    except IntegrityError as error:
        raise LostRace from error
    return sheet_id


def newest_sheets(session: Session, proposal_id: UUID) -> list[PaperSheet]:
    """Return the newest sheet of each scrutineer, in the order in which they were entered."""
    later = aliased(PaperSheet)
    superseded = (
        select(later.id)
        .where(
            later.proposal_id == PaperSheet.proposal_id,
            later.by_ref == PaperSheet.by_ref,
            later.number > PaperSheet.number,
        )
        .exists()
    )
    query = select(PaperSheet).where(PaperSheet.proposal_id == proposal_id, ~superseded)
    return list(session.scalars(query.order_by(PaperSheet.entered_at, PaperSheet.id)))


def agreed(session: Session, proposal: Proposal) -> tuple[PaperSheet, PaperSheet] | None:
    """Return the sheets of two scrutineers that count, or nothing as long as there are none.

    They say the same, they fit all that are marked by now, and whatever a third scrutineer found otherwise was entered before
    both of them.
    """
    sheets = newest_sheets(session, proposal.id)
    for first, second in combinations(sheets, 2):
        at_odds = (other for other in sheets if other.content != first.content)
        if first.content == second.content and all(other.entered_at < first.entered_at for other in at_odds):
            return (first, second) if fits(session, proposal, first) else None
    return None


def waits(session: Session, proposal: Proposal) -> bool:
    """Say whether a vote cannot be counted yet because its scrutineers do not agree."""
    return proposal.takes_paper and marked(session, proposal.id) > 0 and agreed(session, proposal) is None


def check(session: Session, proposal: Proposal, findings: Findings) -> None:
    """Refuse findings that cannot be of this vote and of the voters who are marked by now.

    Raises:
        OtherVote, NotMarked, VotersMissing, LessThanNone, MoreBallotsThanMarks, SheetDoesNotAddUp
        UnknownOption, RepeatedOption, EmptyBallot
    """
    groups = marked_groups(session, proposal.id)
    match findings:
        case VotesFound() if proposal.secrecy is Secrecy.OPEN:
            _check_votes(findings, set(groups))
            answers = {answer for answer in findings.votes.values() if answer != SPOILT}
        case BallotsFound() if proposal.secrecy is Secrecy.SECRET:
            _check_ballots(findings, Counter(groups.values()))
            answers = {pile.answer for pile in findings.piles}
        case _:
            raise errors.OtherVote
    rule, options = rule_of(proposal), options_of(session, proposal.id)
    for answer in answers:
        _check_answer(rule, options, answer)


def fits(session: Session, proposal: Proposal, sheet: PaperSheet) -> bool:
    """Say whether a sheet, which did when it was entered, still fits: somebody may have been marked since."""
    try:
        check(session, proposal, read(sheet.content))
    except GovernanceRefusal:
        return False
    return True


def marked_groups(session: Session, proposal_id: UUID) -> dict[UUID, Group]:
    """Return class and weight of each entry of the roll that is marked."""
    rows = session.execute(
        select(RollEntry.id, RollEntry.class_code, RollEntry.weight)
        .join(PaperMark, PaperMark.roll_entry_id == RollEntry.id)
        .where(RollEntry.proposal_id == proposal_id)
    )
    return {entry_id: (class_code, weight) for entry_id, class_code, weight in rows}


def _check_votes(findings: VotesFound, entries: set[UUID]) -> None:
    if not set(findings.votes) <= entries:
        raise errors.NotMarked
    if missing := len(entries) - len(findings.votes):
        raise errors.VotersMissing(missing)


def _check_ballots(findings: BallotsFound, marks: Mapping[Group, int]) -> None:
    if min([findings.spoilt, findings.not_returned, *findings.piles.values()]) < 0:
        raise errors.LessThanNone
    ballots: Counter[Group] = Counter()
    for pile, many in findings.piles.items():
        ballots[pile.class_code, pile.weight] += many
    for (class_code, weight), many in sorted(ballots.items()):
        of_group = marks.get((class_code, weight), 0)
        if many > of_group:
            raise errors.MoreBallotsThanMarks(class_code, weight, many, of_group)
    if findings.voters != sum(marks.values()):
        raise errors.SheetDoesNotAddUp(findings.voters, sum(marks.values()))


def _check_answer(rule: Rule, options: Sequence[str], answer: Answer) -> None:
    """Refuse an answer that cannot be given, or that is not written as ballots are."""
    try:
        choice = json.loads(answer)
    except ValueError as error:
        raise UnknownOption from error
    if written(rule, options, choice) != answer:
        raise UnknownOption
