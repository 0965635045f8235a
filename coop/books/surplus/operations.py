"""Planning the surplus of a closed year, and posting the plan that the members carried.

The treasurer prepares plans; each is computed by the ledger from the books and the register of members. Posting takes two people and
the members' resolution, and posts exactly the plan whose fingerprint was voted on.
"""

from uuid import UUID

from flask_babel import gettext
from sqlalchemy.orm import Session

from coop import audit, clock
from coop.approvals.kinds import TwoPeople
from coop.assembly.bindings import Carried, carried_by_members
from coop.assembly.solvency import solvency_of
from coop.books.surplus import errors
from coop.formats import format_day
from coop.membership.patrons import patrons
from coop.permissions import Actor, Power
from evidence.canonical import Canonical
from ledger import checks
from ledger.surplus.plan import Fallback, Rates, plan_of, prepare
from ledger.surplus.posting import post_plan


def prepare_plan(
    session: Session, actor: Actor, *, year_id: UUID, rates: Rates, fallback: Fallback | None = None
) -> UUID:
    """Prepare a plan for the surplus of a closed year and return its id. Others for the same year stay beside it.

    Raises:
        PowerMissing: the actor is not the treasurer.
        RateOutOfRange, RatesTooHigh, NoSuchYear, YearNotClosed, NoSurplus, AlreadyDistributed, SurplusMoved, NobodyToShareWith
    """
    power = actor.need(Power.TREASURER)
    plan_id = prepare(
        session,
        year_id=year_id,
        rates=rates,
        patrons=patrons(session),
        fallback=fallback,
        now=clock.now(),
        recorded_by=actor.person_id,
    )
    plan = plan_of(session, plan_id)
    facts: dict[str, Canonical] = {
        "year": plan.heading.ends_on,
        "reserve_bp": rates.reserve_bp,
        "fund_bp": rates.fund_bp,
        "cash_bp": rates.cash_bp,
        "lines": plan.line_count,
        "fingerprint": plan.fingerprint,
    }
    audit.record(session, actor, "surplus.planned", subject=plan_id, power=power, facts=facts)
    return plan_id


def what_was_carried(session: Session, plan_id: UUID) -> Carried:
    """Return by which resolution the members carried a plan, with the board's solvency statement before them.

    Raises:
        NotCarried, NotDeclaredSolvent
    """
    carried = carried_by_members(session, plan_id)
    if carried is None:
        raise errors.NotCarried
    statement = solvency_of(session, plan_id)
    if statement is None or not statement.complete or statement.fingerprint != carried.fingerprint:
        raise errors.NotDeclaredSolvent
    return carried


def post_surplus(
    session: Session, actor: Actor, *, plan_id: UUID, fingerprint: str, resolution_id: UUID, two: TwoPeople
) -> tuple[UUID, ...]:
    """Post the plan that the members carried, dated their decision, and return the entries.

    The ledger's checks run before and after: a distribution neither rests on broken books nor leaves them broken.

    Raises:
        PowerMissing: who approves it is not of the board.
        NotCarried, OtherResolution, NotDeclaredSolvent, BooksUnsound
        LedgerRefusal: another fingerprint, a plan that is stale or changed, a second distribution, a date that takes no entry.
    """
    power = actor.need(Power.BOARD)
    carried = what_was_carried(session, plan_id)
    if carried.resolution_id != resolution_id:
        raise errors.OtherResolution
    _need_sound_books(session)
    plan = plan_of(session, plan_id)
    day = format_day(plan.heading.ends_on)
    entries = post_plan(
        session,
        plan_id=plan_id,
        fingerprint=fingerprint,
        patrons=patrons(session),
        decided_on=carried.decided_on,
        decision_ref=carried.resolution_id,
        now=clock.now(),
        recorded_by=actor.person_id,
        text=gettext("Surplus of the year to %(day)s, as the members decided", day=day),
    )
    _need_sound_books(session)
    facts: dict[str, Canonical] = {
        "year": plan.heading.ends_on,
        "fingerprint": fingerprint,
        "resolution": resolution_id,
        "decided_on": carried.decided_on,
        "entries": len(entries),
        "act": two.act_id,
        "prepared_by": two.prepared_by,
    }
    audit.record(session, actor, "surplus.posted", subject=plan_id, power=power, facts=facts)
    return entries


def _need_sound_books(session: Session) -> None:
    found = checks.findings(session)
    if found:
        raise errors.BooksUnsound(found[0].check, found[0].detail)
