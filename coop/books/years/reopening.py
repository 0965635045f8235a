"""Reopening a closed year: by a decision of the board that enters the register with it, and by two people.

The board decides in words that name the closing by its fingerprint. The treasurer prepares with the day and the reason of that
decision; when somebody of the board approves, the resolution is recorded and the year is reopened by it, in one write. So no decision
stands in the register that nobody vouched for, and none can serve twice.
"""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from flask_babel import gettext
from sqlalchemy import select
from sqlalchemy.orm import Session

from coop import audit, clock, cooperative
from coop.approvals import operations as approvals
from coop.approvals.kinds import TwoPeople
from coop.assembly.bindings import pending_motion
from coop.assembly.resolutions import Body, Resolution, record_resolution
from coop.books import errors
from coop.books.exports import operations as export_operations
from coop.formats import format_day, format_money
from coop.permissions import Actor, Power
from coop.texts import prose
from evidence.canonical import Canonical
from evidence.messages import Refusal
from ledger.models import FiscalYear, YearClosing
from ledger.years import periods, reopening
from ledger.years.closed_years import closing_of

YEAR_REOPEN = "year.reopen"
LEAST_REASON, LONGEST_REASON = 10, 2_000


@dataclass(frozen=True)
class ReopeningAsked:
    """What the board decided: from which day on the year takes entries again, when it decided so, and why."""

    opens_on: date
    decided_on: date
    reason: str


@dataclass(frozen=True)
class Reopenable:
    """A closed year, by what a decision names it, and what stands in the way."""

    year: FiscalYear
    closing: YearClosing
    fingerprint: str
    #: First and last days of its months.
    months: tuple[tuple[date, date], ...]
    problems: tuple[Refusal, ...]
    #: A motion on the surplus of the year that is not decided: its plan will be set aside.
    motion_id: UUID | None
    currency: str


def reopenable(session: Session, year_id: UUID) -> Reopenable:
    """Return what reopening a year would take back.

    Raises:
        NoSuchPeriod, YearIsOpen
    """
    problems = tuple(reopening.problems_before_reopening(session, year_id))
    closing = closing_of(session, year_id)
    if closing is None:
        raise problems[0]
    return Reopenable(
        year=session.get_one(FiscalYear, year_id),
        closing=closing,
        fingerprint=reopening.closing_fingerprint(session, closing),
        months=tuple((month.starts_on, month.ends_on) for month in periods.periods_of(session, year_id)),
        problems=problems,
        motion_id=pending_motion(session, year_id),
        currency=cooperative.current(session).currency,
    )


def words_of_decision(found: Reopenable, opens_on: date, reason: str) -> tuple[str, str]:
    """Return title and text of the resolution that reopens a year: what is put to the board, and then recorded."""
    year, closing = found.year, found.closing
    amount = format_money(abs(closing.result_minor), found.currency)
    surplus = gettext("surplus of %(amount)s", amount=amount)
    result = surplus if closing.result_minor >= 0 else gettext("deficit of %(amount)s", amount=amount)
    what = gettext(
        "The closing of the year from %(first)s to %(last)s, made on %(closed)s with a %(result)s, is taken back, so that the books"
        " can be corrected from %(opens)s on and the year closed again. Fingerprint of the closing: %(fingerprint)s",
        first=format_day(year.starts_on),
        last=format_day(year.ends_on),
        closed=format_day(closing.closed_on),
        result=result,
        opens=format_day(opens_on),
        fingerprint=found.fingerprint,
    )
    return gettext("The year to %(day)s is reopened", day=format_day(year.ends_on)), f"{reason}\n\n{what}"


def need_reopenable(session: Session, year_id: UUID, asked: ReopeningAsked) -> Reopenable:
    """Return a year that can be reopened as was decided: nobody is asked to approve what cannot be done.

    Raises:
        NoSuchPeriod, YearIsOpen, LaterYearClosed, SurplusIsDistributed, NoMonthOfTheYear, DecidedBeforeClosing
        DecisionToCome, ExportsNotKept, TextMissing, TextTooShort, TextTooLong
    """
    found = reopenable(session, year_id)
    for problem in found.problems:
        raise problem
    reopening.check_days(
        found.year, found.closing, [first for first, _ in found.months], asked.opens_on, asked.decided_on
    )
    if asked.decided_on > cooperative.today(session):
        raise errors.DecisionToCome
    _reason(asked)
    if not export_operations.is_kept(session, year_id, found.closing.number):
        raise errors.ExportsNotKept(found.year.ends_on)
    return found


def prepare_reopening(session: Session, actor: Actor, *, year_id: UUID, asked: ReopeningAsked) -> UUID:
    """Prepare the reopening of a year, as the board has decided it, for a second person's approval; return the act's id.

    Raises:
        PowerMissing, AlreadyPrepared
        Refusal: as `need_reopenable`.
    """
    arguments = what_is_reopened(session, year_id, asked)
    return approvals.prepare(session, actor, kind=YEAR_REOPEN, arguments=arguments, words=asked.reason)


def what_is_reopened(session: Session, year_id: UUID, asked: ReopeningAsked) -> dict[str, Canonical]:
    """Return the arguments of the act that reopens a year; the reason goes with the act's words.

    Raises:
        Refusal: as `need_reopenable`.
    """
    found = need_reopenable(session, year_id, asked)
    return {
        "year": str(year_id),
        "fingerprint": found.fingerprint,
        "opens_on": asked.opens_on,
        "decided_on": asked.decided_on,
    }


def reopen_year(
    session: Session, actor: Actor, *, year_id: UUID, fingerprint: str, asked: ReopeningAsked, two: TwoPeople
) -> UUID:
    """Record the board's decision and reopen the year by it; return the resolution.

    Raises:
        PowerMissing, OtherClosing
        Refusal: as `need_reopenable`.
    """
    power = actor.need(Power.BOARD)
    cooperative.current(session, lock=True)
    # Whoever closes or reopens a year, or posts its surplus, comes before this or after it.
    periods.hold_years(session)
    found = need_reopenable(session, year_id, asked)
    title, text = words_of_decision(found, asked.opens_on, _reason(asked))
    resolution_id = record_resolution(session, body=Body.BOARD, decided_on=asked.decided_on, title=title, text=text)
    number = session.scalars(select(Resolution.number).where(Resolution.id == resolution_id)).one()
    entry_id = reopening.reopen_year(
        session,
        year_id=year_id,
        opens_on=asked.opens_on,
        fingerprint=fingerprint,
        decision_ref=resolution_id,
        decided_on=asked.decided_on,
        today=cooperative.today(session),
        now=clock.now(),
        recorded_by=actor.person_id,
        text=gettext(
            "Reopening of the year to %(day)s by resolution %(number)s",
            day=format_day(found.year.ends_on),
            number=number,
        ),
    )
    facts: dict[str, Canonical] = {
        "act": two.act_id,
        "ends_on": found.year.ends_on,
        "number": found.closing.number,
        "opens_on": asked.opens_on,
        "resolution": resolution_id,
        "entry": entry_id,
    }
    audit.record(session, actor, "fiscal_year.reopened", subject=year_id, power=power, facts=facts)
    return resolution_id


def _reason(asked: ReopeningAsked) -> str:
    return prose(asked.reason, about="reason", longest=LONGEST_REASON, least=LEAST_REASON)
