"""The act of two people by which a surplus is posted: exactly the plan that the members carried, by its fingerprint."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from coop.approvals.kinds import ActKind, Outcome, TwoPeople
from coop.approvals.queries import waiting_with
from coop.books.surplus import operations as surplus_operations
from coop.books.surplus import queries as surplus_queries
from coop.books.surplus import words as surplus_words
from coop.books.surplus.queries import Stands, standing_of
from coop.outbox import Page
from coop.permissions import Actor, Power
from evidence.canonical import Canonical
from evidence.messages import N_
from ledger.models import FiscalYear
from ledger.surplus.plan import Plan, plan_of

SURPLUS_POST = "surplus.post"


def posting_of(session: Session, plan_id: UUID) -> dict[str, Canonical]:
    """Return the arguments of the act that posts a plan which the members carried.

    Raises:
        NotCarried, NotDeclaredSolvent
    """
    carried = surplus_operations.what_was_carried(session, plan_id)
    return {"plan": str(plan_id), "fingerprint": carried.fingerprint, "resolution": str(carried.resolution_id)}


def next_steps(session: Session) -> list[tuple[FiscalYear, Plan | None]]:
    """Return the years whose surplus waits for the treasurer: with the plan to post, or with none where one is to be made."""
    found: list[tuple[FiscalYear, Plan | None]] = []
    for row in surplus_queries.years(session):
        if not row.may_be_planned:
            continue
        carried = [plan for plan, standing in row.plans if standing.stands is Stands.CARRIED]
        if all(standing.stands is Stands.SET_ASIDE for _, standing in row.plans):
            found.append((row.year, None))
        elif carried and waiting_with(session, SURPLUS_POST, {"plan": carried[0].id}) is None:
            found.append((row.year, carried[0]))
    return found


def _post(session: Session, actor: Actor, arguments: Mapping[str, Any], two: TwoPeople) -> Outcome:
    plan_id = UUID(arguments["plan"])
    surplus_operations.post_surplus(
        session,
        actor,
        plan_id=plan_id,
        fingerprint=arguments["fingerprint"],
        resolution_id=UUID(arguments["resolution"]),
        two=two,
    )
    return Outcome(plan_id, Page("books.surplus_plan", {"plan_id": plan_id}))


def _describe(session: Session, arguments: Mapping[str, Any]) -> list[tuple[str, str]]:
    plan = plan_of(session, UUID(arguments["plan"]))
    return surplus_words.described(plan, standing_of(session, plan))


POSTING = ActKind(
    code=SURPLUS_POST,
    label=N_("Post the distribution of a surplus"),
    prepared_by=(Power.TREASURER,),
    approved_by=(Power.BOARD,),
    run=_post,
    describe=_describe,
    next_step=N_(
        "Next: the treasurer pays what members get in money, and a new edition of the report says what was decided."
    ),
)
