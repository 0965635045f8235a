"""The annual round of the demonstration's first year: closed, approved, reported, decided at the annual meeting, posted and paid.

Each step is prepared and approved by those who would in life, weeks apart, and leaves its rows as they do.
"""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from coop import cooperative
from coop.approvals import operations as approvals
from coop.assembly import solvency
from coop.assembly.meetings import agenda, calling, notice, opening, records
from coop.assembly.meetings.calling import When
from coop.assembly.meetings.models import AgendaItem, ItemKind, MeetingKind, Presence
from coop.assembly.operations import Words
from coop.books.acts import YEAR_CLOSE
from coop.books.surplus.acts import SURPLUS_POST, posting_of
from coop.books.surplus.operations import prepare_plan
from coop.books.years.closing import what_is_closed
from coop.database import db, write
from coop.demonstration import polling, roles, shop, voices
from coop.demonstration.stage import Stage
from coop.demonstration.two import approve_act, by_two
from coop.payments.payouts.accounts import change_account
from coop.permissions import Actor, Power
from coop.reports import accounts, editions, reviews, words
from coop.reports.models import Conclusion
from coop.reports.reviews import NewReview
from coop.reports.statements import accounts_of
from ledger import chart
from ledger.surplus.plan import Rates
from ledger.years.closing import year_named

#: A fifth to the reserve, a tenth to the community fund, half of each member's share paid out.
_RATES = Rates(reserve_bp=2_000, fund_bp=1_000, cash_bp=5_000)
#: Days after the end of the year. An edition is out the day after it is prepared. Twenty working days after that, at the very
#: most 28 days on, the meeting may be held; a fortnight more leaves room for every public holiday there may be, Christmas included.
_CLOSED, _APPROVED, _PLANNED, PUBLISHED = 20, 27, 30, 35
_CALLED, NOTICED, MET, _RECORDED, _POSTED, _PAID, REPORTED = 36, 38, 79, 87, 90, 97, 103
#: A meeting at seven in the evening; the votes close a week later at noon.
_EVENING, _NOON, _VOTING_DAYS = 19, 12, 7


@dataclass
class Round:
    """What came about on the way."""

    stage: Stage
    ids: dict[str, UUID] = field(default_factory=dict)

    @property
    def year_id(self) -> UUID:
        """Return the first fiscal year."""
        return self.ids["year"]

    def keep(self, name: str) -> Callable[[UUID], None]:
        """Return a function that keeps an id under a name."""
        return partial(self.ids.__setitem__, name)

    def at(self, days: int, work: Callable[[Session], object], hour: int = 10, minute: int = 0) -> None:
        """Set up a scene so many days after the end of the year."""
        self.stage.at(self.stage.calendar.since_year_end(days, hour, minute), work)


def go_round(stage: Stage) -> None:
    """Set up the whole round."""
    played = Round(stage)
    name = str(stage.calendar.year_end.year)
    stage.at(stage.calendar.since_year_end(2), lambda session: year_named(session, name).id, played.keep("year"))
    _close(played)
    _approve(played)
    _plan(played)
    _publish(played, PUBLISHED, voices.LETTER, "")
    _meet(played)
    _post(played)
    _pay(played)
    _publish(played, REPORTED, voices.SECOND_LETTER, voices.REASON)


def appoint(stage: Stage) -> None:
    """Let the new board appoint the officers for two years, after the interim of the founding."""
    starts_on = stage.calendar.year_end + timedelta(days=_RECORDED + 3)
    for role, power in (
        (roles.TREASURER, Power.TREASURER),
        (roles.SECRETARY, Power.SECRETARY),
        (roles.AUDITOR, Power.AUDITOR),
        (roles.SCRUTINEER, Power.SCRUTINEER),
        (roles.SECOND_SCRUTINEER, Power.SCRUTINEER),
    ):
        by_two(
            stage,
            stage.calendar.since_year_end(_RECORDED + 1, hour=14),
            "power.grant",
            partial(_grant, stage, role, power, starts_on, starts_on + timedelta(days=730)),
            prepared_by=roles.ADMINISTRATOR,
            words_of_it=voices.APPOINTMENT,
        )


def grant_waiting(stage: Stage) -> None:
    """Leave an act for the board to approve: a second treasurer, prepared by the administrator."""
    starts_on = stage.calendar.today + timedelta(days=7)

    def prepare(session: Session) -> UUID:
        someone = stage.people[stage.ordinary_people()[4]]
        arguments = _arguments(session, someone, Power.TREASURER, starts_on, starts_on + timedelta(days=365))
        actor = stage.role(session, roles.ADMINISTRATOR)
        return approvals.prepare(session, actor, kind="power.grant", arguments=arguments, words=voices.SECOND_TREASURER)

    stage.at(stage.ago(hours=20), prepare)


def _close(played: Round) -> None:
    """Close the year: prepared by the treasurer, approved by a director."""
    moment = played.stage.calendar.since_year_end(_CLOSED)
    by_two(
        played.stage,
        moment,
        YEAR_CLOSE,
        lambda session: what_is_closed(session, played.year_id),
        prepared_by=roles.TREASURER,
    )


def _approve(played: Round) -> None:
    """Let the board approve the accounts, two directors sign them, and the auditor review them."""

    def approve(session: Session) -> None:
        seen = accounts_of(session, played.year_id).digest
        today = cooperative.today(session)
        chair = played.stage.role(session, roles.BOARD)
        accounts.approve_accounts(
            session, chair, year_id=played.year_id, decided_on=today, minute=voices.MINUTE, seen=seen
        )

    def sign(session: Session) -> None:
        seen = accounts_of(session, played.year_id).digest
        for director in _directors(played.stage, session):
            accounts.sign_accounts(session, director, year_id=played.year_id, seen=seen)

    def review(session: Session) -> None:
        written = NewReview(Conclusion.CLEAN, "Wei Chen", voices.REVIEW)
        seen = accounts_of(session, played.year_id).digest
        auditor = played.stage.role(session, roles.AUDITOR)
        reviews.write_review(session, auditor, year_id=played.year_id, review=written, seen=seen)

    played.at(_APPROVED, approve, hour=18)
    played.at(_APPROVED, sign, hour=19)
    played.at(_APPROVED + 2, review)


def _plan(played: Round) -> None:
    """Let the treasurer plan the distribution, and the directors state that the co-op stays solvent."""

    def plan(session: Session) -> UUID:
        return prepare_plan(session, played.stage.role(session, roles.TREASURER), year_id=played.year_id, rates=_RATES)

    def state(session: Session) -> None:
        plan_id = played.ids["plan"]
        chair, *others = _directors(played.stage, session)
        solvency.state(session, chair, plan_id=plan_id, grounds=voices.GROUNDS)
        statement = solvency.solvency_of(session, plan_id)
        assert statement is not None
        for director in (chair, *others):
            solvency.sign(session, director, plan_id=plan_id, seen=statement.digest)

    played.stage.at(played.stage.calendar.since_year_end(_PLANNED), plan, played.keep("plan"))
    played.at(_PLANNED + 2, state, hour=18)


def _publish(played: Round, days: int, letter: str, reason: str) -> None:
    """Publish an edition of the report: prepared by the secretary, approved by a director the next day."""
    stage = played.stage
    moment = stage.calendar.since_year_end(days)

    def write_words(session: Session) -> None:
        secretary = stage.role(session, roles.SECRETARY)
        revision = words.words_of(session, played.year_id).revision
        written = words.Words("Mārama Pōtae", letter, voices.STORY, reason, revision)
        words.edit_words(session, secretary, year_id=played.year_id, words=written)

    def prepare(_: object) -> None:
        # Drawing the PDF takes no transaction.
        draft = editions.draft(db.session(), played.year_id)
        act_id = write(lambda session: editions.prepare_edition(session, stage.role(session, roles.SECRETARY), draft))
        stage.at(moment + timedelta(days=1), partial(approve_act, stage, act_id))

    stage.at(moment, write_words, prepare)


def _meet(played: Round) -> None:
    """Hold the annual meeting: called and announced by the secretary, attended, voted on for a week, and minuted."""
    stage, days = played.stage, played.stage.calendar
    held_at = days.since_year_end(MET, _EVENING)
    closes_at = days.since_year_end(MET + _VOTING_DAYS, _NOON)

    def call(session: Session) -> UUID:
        return calling.call_meeting(
            session,
            stage.role(session, roles.SECRETARY),
            kind=MeetingKind.ANNUAL,
            when=When(held_at, "Te Whare Hui, Te Papaioea Palmerston North", "https://meet.kanopi.example/annual"),
            opening=voices.OPENING,
            fiscal_year_id=played.year_id,
        )

    def called(meeting_id: UUID) -> None:
        played.ids["meeting"] = meeting_id
        days_to = partial(stage.calendar.since_year_end)
        stage.at(days_to(_CALLED, 11), partial(_set_agenda, played))
        stage.at(days_to(NOTICED), partial(_with_secretary, stage, notice.send_notice, meeting_id=meeting_id))
        stage.at(days_to(NOTICED + 6), partial(_stand, played))
        stage.at(
            held_at + timedelta(minutes=2),
            partial(_with_secretary, stage, opening.open_meeting, meeting_id=meeting_id, closes_at=closes_at),
            lambda _: _vote(played, closes_at),
        )
        stage.at(held_at + timedelta(hours=2), partial(_take_attendance, played))
        stage.at(
            closes_at + timedelta(days=1),
            partial(_with_secretary, stage, records.record_minutes, meeting_id=meeting_id, text=voices.MINUTES),
        )

    stage.at(days.since_year_end(_CALLED), call, called)


def _set_agenda(played: Round, session: Session) -> None:
    secretary, meeting_id = played.stage.role(session, roles.SECRETARY), played.ids["meeting"]
    agenda.add_accounts(session, secretary, meeting_id=meeting_id)
    agenda.add_surplus(session, secretary, meeting_id=meeting_id, plan_id=played.ids["plan"])
    agenda.add_election(session, secretary, meeting_id=meeting_id, words=Words(*voices.ELECTION))
    agenda.add_topic(session, secretary, meeting_id=meeting_id, title=voices.TOPIC)


def _stand(played: Round, session: Session) -> None:
    """Let nine members stand for five seats, the directors of the interim among them."""
    stage, motion_id = played.stage, _motions(played, session)[ItemKind.ELECTION]
    polling.stand(stage, motion_id, [*_directors_as_participants(stage), *stage.ordinary_people()[12:18]], session)


def _vote(played: Round, closes_at: datetime) -> None:
    """Let the members vote on each item within the week, and the votes be counted."""
    stage = played.stage
    motions = _motions(played, db.session())
    for kind, weights in ((ItemKind.ACCOUNTS, (92, 2, 6)), (ItemKind.SURPLUS, (84, 9, 7))):
        cast_at = closes_at - timedelta(days=4)
        turnout = polling.Turnout(0.68, weights)
        dice = random.Random(kind.value)  # noqa: S311 - a story, not a secret
        stage.at(cast_at, partial(polling.vote, stage, motions[kind], turnout, dice))
    known = _directors_as_participants(stage)
    stage.at(closes_at - timedelta(days=3), partial(polling.rank, stage, motions[ItemKind.ELECTION], known))
    for motion_id in motions.values():
        polling.count(stage, motion_id, closes_at + timedelta(minutes=5))
    record = partial(polling.record_board, stage, motions[ItemKind.ELECTION])
    stage.at(stage.calendar.since_year_end(_RECORDED, _NOON), record)


def _take_attendance(played: Round, session: Session) -> None:
    """Let the secretary note who was there: some in the room, more on the line."""
    stage, secretary = played.stage, played.stage.role(session, roles.SECRETARY)
    dice = random.Random(7)  # noqa: S311 - a story, not a secret
    for who in stage.ordinary_members():
        if dice.random() < 0.45:
            how = Presence.IN_PERSON if dice.random() < 0.4 else Presence.ONLINE
            records.record_attendance(
                session,
                secretary,
                meeting_id=played.ids["meeting"],
                participant_id=who,
                person_id=stage.people[who],
                how=how,
            )


def _post(played: Round) -> None:
    """Post the plan that was carried: prepared by the treasurer, approved by a director."""
    moment = played.stage.calendar.since_year_end(_POSTED)
    by_two(
        played.stage,
        moment,
        SURPLUS_POST,
        lambda session: posting_of(session, played.ids["plan"]),
        prepared_by=roles.TREASURER,
    )


def _pay(played: Round) -> None:
    """Let members say where their money goes, and the treasurer pay the cash part."""
    stage = played.stage

    def tell(session: Session) -> None:
        for number, who in enumerate(stage.members):
            account = f"12-3{number:03}-0{1_000_000 + 7919 * number}-00"
            change_account(session, stage.acting(who), participant_id=who, bank_account=account)

    stage.at(stage.calendar.since_year_end(_PAID - 6), tell)
    stage.at(stage.calendar.since_year_end(_PAID, 15), partial(shop.pay_out, stage, chart.PATRONAGE_PAYABLE))


def _with_secretary(stage: Stage, operation: Callable[..., object], session: Session, **values: object) -> None:
    operation(session, stage.role(session, roles.SECRETARY), **values)


def _grant(
    stage: Stage, role: roles.Role, power: Power, starts_on: date, ends_on: date, session: Session
) -> Mapping[str, Any]:
    return _arguments(session, stage.persons[role.email], power, starts_on, ends_on)


def _arguments(session: Session, person_id: UUID, power: Power, starts_on: date, ends_on: date) -> Mapping[str, Any]:
    return {
        "person": str(person_id),
        "power": power.value,
        "starts_on": starts_on.isoformat(),
        "ends_on": ends_on.isoformat(),
        "decided_on": cooperative.today(session).isoformat(),
    }


def _directors(stage: Stage, session: Session) -> list[Actor]:
    """Return the two directors who sign."""
    return [stage.role(session, roles.BOARD), stage.role(session, roles.DIRECTOR)]


def _directors_as_participants(stage: Stage) -> list[UUID]:
    """Return the directors of the interim as the members who they are."""
    themselves = {person: participant for participant, person in reversed(stage.people.items())}
    addresses = (roles.BOARD.email, roles.DIRECTOR.email, "priya@kanopi.example")
    return [themselves[stage.persons[address]] for address in addresses]


def _motions(played: Round, session: Session) -> dict[ItemKind, UUID]:
    """Return the motions of the meeting by the kind of item."""
    rows = session.execute(
        select(AgendaItem.kind, AgendaItem.motion_id).where(
            AgendaItem.meeting_id == played.ids["meeting"], AgendaItem.motion_id.is_not(None)
        )
    )
    return {kind: motion_id for kind, motion_id in rows if motion_id is not None}
