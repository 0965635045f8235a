"""What happened in the demonstration so far: money, votes and an election, and what is left to do on the day it is built."""

import random
from datetime import timedelta
from functools import partial
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from coop import clock, cooperative
from coop.assembly import elections, operations, voting
from coop.assembly.models import Candidacy, Majority, Motion, MotionWords
from coop.assembly.operations import Words
from coop.books.operations import NewEntry, record_entry, seal
from coop.community.operations import ProfileText, edit_profile
from coop.database import db, write
from coop.demonstration import roles
from coop.demonstration.builder import OPERATOR, SEED, Stage, admit, apply, join, local, receive
from coop.demonstration.people import cast
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


def book_money(stage: Stage) -> None:
    """Enter what happened on the bank account, each entry on its day."""
    stage.progress("keeping the books")
    for days, text, debit, credit, amount_minor in _MONEY:
        with clock.at(local(stage.ago(days=days), 15)):

            def work(session: Session, asked: tuple[str, str, str, int] = (text, debit, credit, amount_minor)) -> UUID:
                text, debit, credit, amount_minor = asked
                lines = [Line(debit, amount_minor), Line(credit, -amount_minor)]
                entry = NewEntry(cooperative.today(session), text, lines, uuid4())
                return record_entry(session, stage.role(session, roles.TREASURER), entry)

            write(work)


def decide(stage: Stage) -> None:
    """Hold the votes that are over: one carried, one lost, one special resolution just short."""
    dice = random.Random(SEED)  # noqa: S311 - a story, not a secret
    for words, days, majority, weights in (
        (_FUND, 120, Majority.ORDINARY, (78, 14, 8)),
        (_FEE, 75, Majority.ORDINARY, (30, 60, 10)),
        (_NAME, 40, Majority.SPECIAL, (69, 26, 5)),
    ):
        stage.progress(f"voting: {words.title}")
        motion_id = _propose(stage, words, days_ago=days + 14, majority=majority)
        with clock.at(local(stage.ago(days=days), 9)):
            _open(stage, motion_id, days=7)
        with clock.at(local(stage.ago(days=days - 3), 19)):
            _vote(stage, motion_id, dice, share=0.62, weights=weights)
        with clock.at(local(stage.ago(days=days - 7), 9) + timedelta(minutes=5)):
            write(partial(voting.close_motion, actor=WORKER, motion_id=motion_id))


def elect(stage: Stage) -> None:
    """Elect the first board: nine candidates, five seats, ranked ballots in an urn."""
    stage.progress("electing the board")
    words = Words("Election of the board", "Five seats. The board meets monthly and answers to the annual meeting.")
    with clock.at(local(stage.ago(days=100), 10)):
        motion_id = write(
            lambda session: operations.call_election(session, stage.role(session, roles.SECRETARY), words=words)
        )
    candidates = _stand(stage, motion_id, first=12, count=9, days_ago=95)
    with clock.at(local(stage.ago(days=86), 9)):
        _open(stage, motion_id, days=10)
    with clock.at(local(stage.ago(days=80), 20)):
        _rank(stage, motion_id, candidates)
    with clock.at(local(stage.ago(days=76), 9) + timedelta(minutes=5)):
        write(partial(voting.close_motion, actor=WORKER, motion_id=motion_id))
    with clock.at(local(stage.ago(days=75), 9)):
        write(
            lambda session: elections.record_board(session, stage.role(session, roles.SECRETARY), motion_id=motion_id)
        )


def leave_open(stage: Stage) -> None:
    """Leave something to do: votes, nominations, an application, a payment, a share to issue, a debate."""
    stage.progress("leaving something to do")
    dice = random.Random(SEED + 1)  # noqa: S311 - a story, not a secret
    motion_id = _propose(stage, _LANGUAGE, days_ago=9, majority=Majority.ORDINARY)
    with clock.at(stage.ago(hours=26)):
        _open(stage, motion_id, days=5)
    with clock.at(stage.ago(hours=5)):
        _vote(stage, motion_id, dice, share=0.3, weights=(70, 20, 10))
    soon = _propose(stage, _RECORDS, days_ago=5, majority=Majority.ORDINARY)
    with clock.at(stage.ago(days=3)):
        _open(stage, soon, days=3, minutes=10)
    with clock.at(stage.ago(hours=3)):
        _vote(stage, soon, dice, share=0.5, weights=(64, 28, 8))
    _propose(
        stage,
        Words(
            "Meet in person once a year",
            "Screens are fine for work and poor for trust. Should we meet once a year, each time in another place, and "
            "what may it cost?",
        ),
        days_ago=2,
        majority=Majority.ORDINARY,
    )
    words = Words("By-election: two seats on the board", "Two members of the board step down. Nominations are open.")
    with clock.at(stage.ago(days=4)):
        election_id = write(
            lambda session: operations.call_election(
                session, stage.role(session, roles.SECRETARY), words=words, seats=2
            )
        )
    _stand(stage, election_id, first=30, count=2, days_ago=2)
    _newcomers(stage)
    with clock.at(stage.ago(minutes=30)):
        while write(lambda session: seal(session, WORKER)):
            pass


def _newcomers(stage: Stage) -> None:
    """One applicant waits for the board, one has yet to pay, one for the share; the role of a participant asks for nothing."""
    *asking, looking = cast(60, SEED + 2, "newcomer")[:4]
    with clock.at(stage.ago(days=6)):
        joined = write(lambda session: [join(stage, session, someone) for someone in asking])
        write(lambda session: [apply(stage, session, *one) for one in joined])
    _, owing, paid = (participant_id for participant_id, _ in joined)
    with clock.at(stage.ago(days=3)):
        write(lambda session: admit(stage, session, [owing, paid]))
    with clock.at(stage.ago(days=1)):
        write(lambda session: receive(stage, session, [paid]))

    def look_around(session: Session) -> None:
        person_id = add_person(
            session, OPERATOR, name="Sefa Tawhai", email=roles.PARTICIPANT.email, password_hash=stage.password_hash
        )
        participant_id = membership.create_individual(
            session, actor_of(session, person_id, "command"), name="Sefa Tawhai"
        )
        text = ProfileText("Sefa Tawhai", looking.place, looking.offers, looking.seeks, "", is_listed=True)
        edit_profile(session, actor_of(session, person_id, "command"), participant_id=participant_id, text=text)

    with clock.at(stage.ago(days=1)):
        write(look_around)


def _propose(stage: Stage, words: Words, *, days_ago: float, majority: Majority) -> UUID:
    """Let a member write a motion and two others say something about it."""
    dice = random.Random(words.title)  # noqa: S311 - a story, not a secret
    author, first, second = dice.sample(_individuals(stage), 3)
    with clock.at(local(stage.ago(days=days_ago), 8)):
        motion_id = write(
            lambda session: operations.write_motion(
                session, stage.acting(session, author), author_id=author, words=words, majority=majority
            )
        )
    for hours, participant_id, text in ((5, first, _DEBATE[0]), (26, second, _DEBATE[1])):
        with clock.at(local(stage.ago(days=days_ago), 8) + timedelta(hours=hours)):

            def say(session: Session, who: UUID = participant_id, words: str = text) -> UUID:
                return operations.comment(
                    session, stage.acting(session, who), motion_id=motion_id, author_id=who, text=words
                )

            write(say)
    return motion_id


def _open(stage: Stage, motion_id: UUID, *, days: int, minutes: int = 0) -> None:
    """Let the secretary open the vote."""
    closes_at = clock.now() + timedelta(days=days, minutes=minutes)

    def work(session: Session) -> UUID:
        seen = voting.words_digest(session.get_one(MotionWords, motion_id))
        return voting.open_motion(
            session, stage.role(session, roles.SECRETARY), motion_id=motion_id, closes_at=closes_at, seen=seen
        )

    write(work)


def _vote(stage: Stage, motion_id: UUID, dice: random.Random, *, share: float, weights: tuple[int, int, int]) -> None:
    """Let a share of the members vote for, against or abstain, in about the given proportions. The roles have yet to."""
    voters = [one for one in _on_roll(stage, motion_id) if dice.random() < share]
    votes = [(one, dice.choices(_CHOICES, weights)[0]) for one in voters]

    def work(session: Session) -> None:
        for participant_id, choice in votes:
            voting.cast_vote(
                session,
                stage.acting(session, participant_id),
                motion_id=motion_id,
                participant_id=participant_id,
                choice=choice,
            )

    write(work)


def _rank(stage: Stage, motion_id: UUID, candidates: list[UUID]) -> None:
    """Let two members in three rank some of the candidates; some candidates are better known than others."""
    dice = random.Random(SEED + 3)  # noqa: S311 - a story, not a secret
    voters = [one for one in _on_roll(stage, motion_id) if dice.random() < 0.66]

    def work(session: Session) -> None:
        rows = session.execute(select(Candidacy.participant_id, Candidacy.option_code))
        codes = {participant_id: code for participant_id, code in rows if code is not None}
        fame = {codes[one]: len(candidates) - place for place, one in enumerate(candidates)}
        for participant_id in voters:
            length = dice.choice((1, 2, 3, 3, 4, 5, len(fame)))
            ranking = sorted(fame, key=lambda code: dice.random() ** (1 / fame[code]), reverse=True)[:length]
            voting.cast_ballot(
                session,
                stage.acting(session, participant_id),
                motion_id=motion_id,
                participant_id=participant_id,
                ranking=ranking,
            )

    write(work)


def _stand(stage: Stage, motion_id: UUID, *, first: int, count: int, days_ago: int) -> list[UUID]:
    """Let members stand for election."""
    candidates = _individuals(stage)[first : first + count]

    def work(session: Session) -> None:
        for number, participant_id in enumerate(candidates):
            elections.stand(
                session,
                stage.acting(session, participant_id),
                motion_id=motion_id,
                participant_id=participant_id,
                statement=_STATEMENTS[number % len(_STATEMENTS)],
            )

    with clock.at(local(stage.ago(days=days_ago), 12)):
        write(work)
    return candidates


def _individuals(stage: Stage) -> list[UUID]:
    """Return the members who are people and none of the roles, in the order of joining."""
    taken = set(stage.persons.values())
    seen: set[UUID] = set()
    found = []
    for participant_id in stage.members:
        person_id = stage.people[participant_id]
        # Whoever acts for an organisation as well came as themselves first.
        if person_id not in taken and person_id not in seen:
            found.append(participant_id)
        seen.add(person_id)
    return found


def _on_roll(stage: Stage, motion_id: UUID) -> list[UUID]:
    """Return the members on the roll of a vote in the order of joining, without those that the roles act for."""
    taken = set(stage.persons.values())
    on_roll = set(
        db.session.scalars(
            select(Participant.id)
            .join(RollEntry, RollEntry.voter_ref == Participant.voter_ref)
            .join(Motion, Motion.proposal_id == RollEntry.proposal_id)
            .where(Motion.id == motion_id)
        )
    )
    return [one for one in stage.members if one in on_roll and stage.people[one] not in taken]
