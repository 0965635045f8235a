"""Opening a vote: the question, its options and its roll are frozen, in that order the header last.

What is asked, who may answer and until when is decided by the caller and can never be changed afterwards. The record of it is
a link of the chain.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import insert
from sqlalchemy.orm import Session

from evidence.columns import table_of
from evidence.identifiers import new_id
from governance import chain, headers, rolls
from governance.choice_errors import OnlyRankingsOutside
from governance.counting.lots import drawn
from governance.counts import ANSWERS, written
from governance.errors import (
    ClosesBeforeOpening,
    EmptyRoll,
    NoCandidates,
    RankingsNotWeighed,
    TakesNoPaper,
    TooFewToBeSecret,
)
from governance.methods import ElectionRule, Form, Rule
from governance.models import Kind, Option, Proposal, Secrecy
from governance.weights import EQUAL, Weighting

#: The fewest voters, or ballots, that may share what a secret ballot shows, unless the caller asks for more.
LEAST_TOGETHER = 3


@dataclass(frozen=True)
class BylawsUsed:
    """The version of the by-laws that a rule was taken from, and the digest of its figures, which the caller knows."""

    version: int
    digest: str


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
    #: The day whose members, shares and classes make the roll.
    record_on: date
    #: Codes of the candidates; none for a resolution, whose answers are fixed.
    candidates: Sequence[str] = ()
    #: Digest of whose code is whose, which the caller knows.
    candidates_digest: str | None = None
    #: Until when the roll can be challenged; nothing where it cannot.
    challenges_until: datetime | None = None
    #: Whether votes on paper or in the room are counted too.
    takes_paper: bool = False
    secret_least: int = LEAST_TOGETHER
    #: What was announced to be taken for the lot; without it the roll's fingerprint is.
    public_value: str = ""
    weighting: Weighting = EQUAL
    #: Whether the options are texts and no people.
    is_choice: bool = False
    bylaws: BylawsUsed | None = None


def open_proposal(session: Session, question: Question, voters: Iterable[rolls.Voter]) -> UUID:
    """Freeze roll and options, write the header, link its record to the chain, and return the proposal's id.

    The order of the candidates is drawn by lot here, before anybody can vote, from the head of the chain and a public value:
    where the counting rule asks for a lot, it falls on the first of the tied in this order.

    Raises:
        EmptyRoll, NoCandidates, ClosesBeforeOpening, WeightTooHigh, ClassTooHeavy
        TooFewToBeSecret: a secret vote in which a class with its weight has so few voters that a ballot could name its voter.
        TakesNoPaper, RankingsNotWeighed, OnlyRankingsOutside: what another system cannot do.
        UnknownRule, NotVotedBy, InvalidSeats, OneSeatOnly, FigureOutOfRange, CapAboveDots: see `methods.ElectionRule.check`.
    """
    if question.closes_at <= question.opens_at:
        raise ClosesBeforeOpening
    if question.secrecy is Secrecy.EXTERNAL and question.takes_paper:
        raise TakesNoPaper
    roll = list(voters)
    _check_answers(question)
    _check_roll(question, roll)
    proposal_id, head = new_id(), chain.head(session)
    frozen = rolls.freeze(session, proposal_id, roll)
    public_value = question.public_value or frozen.digest
    options = _options(question, head.hash, public_value)
    session.execute(
        insert(table_of(Option)),
        [
            {"proposal_id": proposal_id, "code": code, "position": position}
            for position, code in enumerate(options, start=1)
        ],
    )
    header = Proposal(
        id=proposal_id,
        kind=_kind(question),
        secrecy=question.secrecy,
        rule=written(question.rule),
        text_digest=question.text_digest,
        roll_digest=frozen.digest,
        roll_size=frozen.size,
        opens_at=question.opens_at,
        closes_at=question.closes_at,
        record_on=question.record_on,
        roll_weight=sum(voter.weight for voter in roll),
        weighting=question.weighting.written() if question.weighting.caps else None,
        challenges_until=question.challenges_until and min(question.challenges_until, question.closes_at),
        takes_paper=question.takes_paper,
        secret_least=question.secret_least,
        lot_head=head.hash,
        lot_value=public_value,
        candidates_digest=question.candidates_digest,
        bylaws_version=question.bylaws.version if question.bylaws else None,
        bylaws_digest=question.bylaws.digest if question.bylaws else None,
    )
    session.add(header)
    session.flush()
    chain.append(session, chain.LinkKind.OPENED, proposal_id, headers.digest_of(header, options), after=head)
    return proposal_id


def _kind(question: Question) -> Kind:
    if not isinstance(question.rule, ElectionRule):
        return Kind.RESOLUTION
    return Kind.CHOICE if question.is_choice else Kind.ELECTION


def _check_answers(question: Question) -> None:
    if not isinstance(question.rule, ElectionRule):
        return
    question.rule.check()
    if not question.candidates:
        raise NoCandidates
    if question.secrecy is Secrecy.EXTERNAL and question.rule.method.form is not Form.RANKED:
        raise OnlyRankingsOutside
    if question.secrecy is Secrecy.EXTERNAL and question.weighting.caps:
        raise RankingsNotWeighed


def _check_roll(question: Question, roll: Sequence[rolls.Voter]) -> None:
    if not roll:
        raise EmptyRoll
    heads = Counter((voter.class_code, voter.weight) for voter in roll)
    question.weighting.check(heads)
    if question.secrecy is not Secrecy.SECRET:
        return
    for (class_code, weight), count in sorted(heads.items()):
        if count < question.secret_least:
            raise TooFewToBeSecret(class_code, weight, count, question.secret_least)


def _options(question: Question, chain_head: str, public_value: str) -> list[str]:
    """Return the answers of a resolution, or the candidates in the order that is drawn."""
    if not isinstance(question.rule, ElectionRule):
        return list(ANSWERS)
    codes = headers.in_plain_order(question.candidates)
    drawing = drawn(len(codes), chain_head=chain_head, public_value=public_value)
    return [codes[index] for index in drawing.order]
