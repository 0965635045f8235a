"""Opening a vote: the question, its options and its roll are frozen, in that order the header last.

What is asked, who may answer and until when is decided by the caller and can never be changed afterwards.
"""

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import insert
from sqlalchemy.orm import Session

from evidence.columns import table_of
from evidence.identifiers import new_id
from governance import rolls
from governance.counting.profiles import RankedProfile
from governance.counting.rules import rule_named
from governance.counts import ANSWERS, ElectionRule, Rule, kind_of, written
from governance.errors import ClosesBeforeOpening, EmptyRoll, NoCandidates
from governance.models import Option, Proposal, Secrecy


@dataclass(frozen=True)
class Question:
    """What is put to a vote."""

    rule: Rule
    secrecy: Secrecy
    #: Digest of the words that are voted on.
    text_digest: str
    opens_at: datetime
    #: The first moment at which no vote is taken any more.
    closes_at: datetime
    #: Codes of the candidates; none for a resolution, whose answers are fixed.
    candidates: Sequence[str] = ()


def open_proposal(session: Session, question: Question, voters: Iterable[rolls.Voter]) -> UUID:
    """Freeze roll and options, write the header, and return the proposal's id.

    The order of the candidates is drawn by lot here, before anybody can vote: where the counting rule asks for a lot, it falls
    on the first of the tied in this order.

    Raises:
        EmptyRoll, NoCandidates, ClosesBeforeOpening
        UnknownRule, WrongBallots: an election by a rule that does not exist, or that counts no rankings.
    """
    if question.closes_at <= question.opens_at:
        raise ClosesBeforeOpening
    proposal_id = new_id()
    options = list(ANSWERS)
    if isinstance(question.rule, ElectionRule):
        # What is cast in an election is a ranking.
        rule_named(question.rule.name).check_counts(RankedProfile)
        options = list(question.candidates)
        secrets.SystemRandom().shuffle(options)
    if not options:
        raise NoCandidates
    roll = rolls.freeze(session, proposal_id, voters)
    if not roll.size:
        raise EmptyRoll
    session.execute(
        insert(table_of(Option)),
        [
            {"proposal_id": proposal_id, "code": code, "position": position}
            for position, code in enumerate(options, start=1)
        ],
    )
    header = {
        "id": proposal_id,
        "kind": kind_of(question.rule),
        "secrecy": question.secrecy,
        "rule": written(question.rule),
        "text_digest": question.text_digest,
        "roll_digest": roll.digest,
        "roll_size": roll.size,
        "opens_at": question.opens_at,
        "closes_at": question.closes_at,
    }
    session.execute(insert(table_of(Proposal)), [header])
    return proposal_id
