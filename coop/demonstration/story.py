"""What happened in the demonstration so far: money, votes and an election, and what is left to do on the day it is built."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from coop import cooperative
from coop.assembly import elections, operations, voting
from coop.assembly.models import Candidacy, Majority, Motion, MotionWords
from coop.assembly.operations import Words
from coop.books.operations import NewEntry, record_entry
from coop.demonstration import roles
from coop.demonstration.growth import SEED, admit, arrive, keep_books, receive, say_what_you_do
from coop.demonstration.people import cast
from coop.demonstration.stage import OPERATOR, Stage
from coop.identity.people import add_person
from coop.membership import operations as membership
from coop.membership.models import Participant
from coop.permissions import WORKER
from coop.signed_in import actor_of
from governance.models import RollEntry
from ledger import chart
from ledger.posting import Line

_CHOICES = ("for", "against", "abstain")

#: What happened on the bank account: days ago, text, debit, credit, amount in minor units.
_MONEY = (
    (380, "Grant of the Rākau Trust for the first year", chart.BANK, chart.GRANT_INCOME, 2_400_000),
    (372, "Web hosting, first year", chart.HOSTING, chart.BANK, 48_000),
    (350, "Insurance of the board", chart.INSURANCE, chart.BANK, 61_250),
    (341, "Coaching in prototyping, four sessions", chart.BANK, chart.COACHING_INCOME, 72_000),
    (330, "Coach for four sessions", chart.COACHES, chart.BANK, 50_400),
    (301, "Fellowship, first cohort: fees", chart.BANK, chart.FELLOWSHIP_INCOME, 960_000),
    (288, "Venue and travel of the first cohort", chart.VENUE_AND_TRAVEL, chart.BANK, 214_380),
    (262, "Wages of the coordinator, first half", chart.WAGES, chart.BANK, 1_180_000),
    (240, "Marketplace fees, first quarter", chart.BANK, chart.MARKETPLACE_INCOME, 31_815),
    (215, "Coaching in prototyping, nine sessions", chart.BANK, chart.COACHING_INCOME, 162_000),
    (204, "Coaches for nine sessions", chart.COACHES, chart.BANK, 113_400),
    (181, "Accountant: set-up of the books", chart.ACCOUNTING_AND_LEGAL, chart.BANK, 92_000),
    (150, "Fellowship, second cohort: fees", chart.BANK, chart.FELLOWSHIP_INCOME, 1_120_000),
    (139, "Venue and travel of the second cohort", chart.VENUE_AND_TRAVEL, chart.BANK, 241_905),
    (120, "Marketplace fees, second quarter", chart.BANK, chart.MARKETPLACE_INCOME, 44_260),
    (88, "Wages of the coordinator, second half", chart.WAGES, chart.BANK, 1_180_000),
    (52, "Donation at the spring gathering", chart.BANK, chart.DONATIONS, 18_540),
    (20, "Web hosting, second year", chart.HOSTING, chart.BANK, 52_800),
    (6, "Coaching in prototyping, six sessions", chart.BANK, chart.COACHING_INCOME, 108_000),
)

_DEBATE = (
    "I like the direction. What would it mean for groups that have nobody at a desk?",
    "We tried something like it in our valley. It took longer than planned and was worth it.",
)
_STATEMENTS = (
    "I have coordinated volunteers for eight years and kept the accounts of a trust. I would look after members' questions.",
    "I work with rivers and with numbers. The co-op should stay small enough to know its members.",
    "As a nursery manager I know what it is to plan three winters ahead. I stand for steady growth and fair pay for coaches.",
    "I came for the coaching and stayed for the people. I would bring in younger members.",
)

_FUND = Words(
    "A tool library for small groups",
    "Small groups need a bat detector twice a year and cannot buy one.\n\n"
    "**We resolve** to spend up to NZD 3,000 on a shared library of field tools: two acoustic recorders, a thermal camera "
    "and a set of eDNA samplers. Members book them free; others pay the postage and a small fee.",
)
_LANGUAGE = Words(
    "Te reo Māori first on every page",
    "Our name and much of our work come from te ao Māori.\n\n"
    "**We resolve** that pages and notices carry te reo Māori first and English second, starting with the pages that "
    "members use most, and that translators are paid for it.",
)
_FEE = Words(
    "Marketplace fee of 8 % instead of 10 %",
    "The fee was set at the founding, before anybody had sold anything.\n\n"
    "**We resolve** to lower it to 8 % from the first day of next month. The treasurer reckons that this costs the co-op "
    "about NZD 600 a year at today's sales.",
)
_NAME = Words(
    "Change of name to Kanopi Aotearoa",
    "There is a firm of a similar name overseas. **We resolve**, as a special resolution, to change our name to *Kanopi "
    "Aotearoa*.",
)
_RECORDS = Words(
    "Share our monitoring records with the national database",
    "Some of us already do, each in their own way.\n\n"
    "**We resolve** that Kanopi offers one export to the national database, on for those who choose it and off for "
    "everybody else, and that places of threatened species are blurred.",
)
_MEET = Words(
    "Meet in person once a year",
    "Screens are fine for work and poor for trust. Should we meet once a year, each time in another place, and what may it "
    "cost?",
)
_BOARD = Words("Election of the board", "Five seats. The board meets monthly and answers to the annual meeting.")
_BY_ELECTION = Words("By-election: two seats on the board", "Two members of the board step down. Nominations are open.")


@dataclass(frozen=True)
class Vote:
    """How a vote goes: when it opens and closes, which share of the members votes, and in about which proportions."""

    opens_at: datetime
    closes_at: datetime
    cast_at: datetime
    share: float
    #: For, against, abstain.
    weights: tuple[int, int, int]


def book_money(stage: Stage) -> None:
    """Enter what happened on the bank account, each entry on its day."""
    for days, text, debit, credit, amount_minor in _MONEY:
        lines = [Line(debit, amount_minor), Line(credit, -amount_minor)]
        stage.at(stage.ago(days=days, hour=15), partial(_enter, stage, text, lines))


def decide(stage: Stage) -> None:
    """Hold the votes that are over: one carried, one lost, one special resolution just short."""
    for words, days, majority, weights in (
        (_FUND, 120, Majority.ORDINARY, (78, 14, 8)),
        (_FEE, 75, Majority.ORDINARY, (30, 60, 10)),
        (_NAME, 40, Majority.SPECIAL, (66, 29, 5)),
    ):
        opens_at = stage.ago(days=days, hour=9)
        vote = Vote(opens_at, opens_at + timedelta(days=7), opens_at + timedelta(days=3, hours=10), 0.62, weights)
        _propose(stage, words, opens_at - timedelta(days=14), majority, vote)


def elect(stage: Stage) -> None:
    """Elect the first board: nine candidates, five seats, ranked ballots in an urn."""
    opens_at = stage.ago(days=86, hour=9)

    def called(motion_id: UUID) -> None:
        _stand(stage, motion_id, opens_at - timedelta(days=9), slice(12, 21))
        stage.at(opens_at, partial(_open, stage, motion_id, opens_at + timedelta(days=10)))
        stage.at(opens_at + timedelta(days=6), partial(_rank, stage, motion_id))
        _count(stage, motion_id, opens_at + timedelta(days=10, minutes=5))
        record = partial(_record_board, stage, motion_id)
        stage.at(opens_at + timedelta(days=11), record)

    _call_election(stage, _BOARD, opens_at - timedelta(days=14), None, called)


def leave_open(stage: Stage) -> None:
    """Leave something to do: votes, nominations, an application, a payment, a share to issue, a debate."""
    now = stage.now
    opened, soon = now - timedelta(hours=26), now - timedelta(days=3)
    _propose(
        stage,
        _LANGUAGE,
        stage.ago(days=9, hour=8),
        Majority.ORDINARY,
        Vote(opened, opened + timedelta(days=5), now - timedelta(hours=5), 0.3, (70, 20, 10)),
    )
    _propose(
        stage,
        _RECORDS,
        stage.ago(days=6, hour=8),
        Majority.ORDINARY,
        Vote(soon, now + timedelta(minutes=10), now - timedelta(hours=3), 0.5, (64, 28, 8)),
    )
    _propose(stage, _MEET, stage.ago(days=3, hour=8), Majority.ORDINARY, None)
    _call_election(
        stage,
        _BY_ELECTION,
        stage.ago(days=4),
        2,
        lambda motion_id: _stand(stage, motion_id, stage.ago(days=2), slice(30, 32)),
    )
    _newcomers(stage)
    stage.at(stage.ago(minutes=30), keep_books)


def _enter(stage: Stage, text: str, lines: Sequence[Line], session: Session) -> UUID:
    entry = NewEntry(cooperative.today(session), text, lines, uuid4())
    return record_entry(session, stage.role(session, roles.TREASURER), entry)


def _propose(stage: Stage, words: Words, moment: datetime, majority: Majority, vote: Vote | None) -> None:
    """Let a member write a motion, two others say something about it, and, where there is a vote, all of it happen."""
    dice = random.Random(words.title)  # noqa: S311 - a story, not a secret

    def write_it(session: Session) -> tuple[UUID, list[UUID]]:
        author, *others = dice.sample(stage.ordinary_people(), 3)
        motion_id = operations.write_motion(
            session, stage.acting(session, author), author_id=author, words=words, majority=majority
        )
        return motion_id, others

    def go_on(written: tuple[UUID, list[UUID]]) -> None:
        motion_id, others = written
        for hours, who, text in zip((5, 26), others, _DEBATE, strict=True):
            stage.at(moment + timedelta(hours=hours), partial(_say, stage, motion_id, who, text))
        if vote is not None:
            stage.progress(f"voting: {words.title}")
            stage.at(vote.opens_at, partial(_open, stage, motion_id, vote.closes_at))
            stage.at(vote.cast_at, partial(_vote, stage, motion_id, vote, dice))
            if vote.closes_at < stage.now:
                _count(stage, motion_id, vote.closes_at + timedelta(minutes=5))

    stage.at(moment, write_it, go_on)


def _say(stage: Stage, motion_id: UUID, who: UUID, text: str, session: Session) -> UUID:
    return operations.comment(session, stage.acting(session, who), motion_id=motion_id, author_id=who, text=text)


def _open(stage: Stage, motion_id: UUID, closes_at: datetime, session: Session) -> UUID:
    """Let the secretary open the vote."""
    seen = voting.words_digest(session.get_one(MotionWords, motion_id))
    return voting.open_motion(
        session, stage.role(session, roles.SECRETARY), motion_id=motion_id, closes_at=closes_at, seen=seen
    )


def _vote(stage: Stage, motion_id: UUID, vote: Vote, dice: random.Random, session: Session) -> None:
    """Let a share of the members vote. The roles have yet to."""
    for who in _on_roll(stage, motion_id, session):
        if dice.random() < vote.share:
            choice = dice.choices(_CHOICES, vote.weights)[0]
            actor = stage.acting(session, who)
            voting.cast_vote(session, actor, motion_id=motion_id, participant_id=who, choice=choice)


def _rank(stage: Stage, motion_id: UUID, session: Session) -> None:
    """Let two members in three rank some of the candidates; some candidates are better known than others."""
    dice = random.Random(SEED + 3)  # noqa: S311 - a story, not a secret
    rows = session.execute(
        select(Candidacy.option_code)
        .join(Participant, Participant.id == Candidacy.participant_id)
        .where(Candidacy.motion_id == motion_id)
        .order_by(Participant.name)
    )
    fame = {code: place for place, (code,) in enumerate(rows, start=1) if code is not None}
    for who in _on_roll(stage, motion_id, session):
        if dice.random() < 0.66:
            length = dice.choice((1, 2, 3, 3, 4, 5, len(fame)))
            ranking = sorted(fame, key=lambda code: dice.random() ** (1 / fame[code]), reverse=True)[:length]
            actor = stage.acting(session, who)
            voting.cast_ballot(session, actor, motion_id=motion_id, participant_id=who, ranking=ranking)


def _count(stage: Stage, motion_id: UUID, moment: datetime) -> None:
    stage.at(moment, partial(voting.close_motion, actor=WORKER, motion_id=motion_id))


def _call_election(
    stage: Stage, words: Words, moment: datetime, seats: int | None, then: Callable[[UUID], None]
) -> None:
    def call(session: Session) -> UUID:
        return operations.call_election(session, stage.role(session, roles.SECRETARY), words=words, seats=seats)

    stage.at(moment, call, then)


def _stand(stage: Stage, motion_id: UUID, moment: datetime, which: slice) -> None:
    """Let some members stand for election."""

    def work(session: Session) -> None:
        for number, who in enumerate(stage.ordinary_people()[which]):
            statement = _STATEMENTS[number % len(_STATEMENTS)]
            actor = stage.acting(session, who)
            elections.stand(session, actor, motion_id=motion_id, participant_id=who, statement=statement)

    stage.at(moment, work)


def _record_board(stage: Stage, motion_id: UUID, session: Session) -> UUID:
    return elections.record_board(session, stage.role(session, roles.SECRETARY), motion_id=motion_id)


def _newcomers(stage: Stage) -> None:
    """One applicant waits for the board, one has yet to pay, one for the share; the role of a participant asks for nothing."""
    *asking, looking = cast(60, SEED + 2, "newcomer")[:4]

    def go_on(ids: list[UUID]) -> None:
        _, owing, paid = ids
        stage.at(stage.ago(days=3), lambda session: admit(stage, session, [owing, paid]))
        stage.at(stage.ago(days=1), lambda session: receive(stage, session, [paid]))

    def look_around(session: Session) -> None:
        person_id = add_person(
            session, OPERATOR, name=looking.name, email=roles.PARTICIPANT.email, password_hash=stage.password_hash
        )
        actor = actor_of(session, person_id, "command")
        participant_id = membership.create_individual(session, actor, name=looking.name)
        stage.people[participant_id] = person_id
        say_what_you_do(stage, session, participant_id, looking)

    stage.at(stage.ago(days=6), lambda session: arrive(stage, session, asking), go_on)
    stage.at(stage.ago(days=1), look_around)


def _on_roll(stage: Stage, motion_id: UUID, session: Session) -> list[UUID]:
    """Return the members on the roll of a vote in the order of joining, without those that the roles act for."""
    on_roll = set(
        session.scalars(
            select(Participant.id)
            .join(RollEntry, RollEntry.voter_ref == Participant.voter_ref)
            .join(Motion, Motion.proposal_id == RollEntry.proposal_id)
            .where(Motion.id == motion_id)
        )
    )
    return [one for one in stage.ordinary_members() if one in on_roll]
