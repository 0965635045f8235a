"""Acts of two people about bills and claims: one prepares, another approves, and what is owed is booked in the same transaction.

The treasurer prepares; somebody of the board approves, or a second treasurer. What was booked is taken back by two people as well, by
a reversing entry and as long as it is not paid.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from flask_babel import gettext
from sqlalchemy.orm import Session

from coop import audit, cooperative
from coop.approvals import queries as approvals
from coop.approvals.kinds import ActKind, Outcome, TwoPeople
from coop.formats import format_day, format_money
from coop.outbox import Page
from coop.payments.bills import booking, notices, queries, taking_back
from coop.payments.bills.booking import Costs
from coop.payments.bills.claims import errors as claim_errors
from coop.payments.bills.claims import operations as claiming
from coop.payments.bills.claims import queries as claim_queries
from coop.payments.bills.claims.queries import ClaimState
from coop.payments.bills.entering import BILL_APPROVE, owed_of
from coop.payments.bills.models import Bill, ExpenseClaim, Supplier
from coop.permissions import Actor, NotFound, Power
from evidence.messages import N_
from ledger import chart

_APPROVED_BY = (Power.BOARD, Power.TREASURER)
#: Whose approval posts something, on a page of its own where the receipt stands beside the lines.
KINDS_WITH_RECEIPT = (BILL_APPROVE, claiming.CLAIM_APPROVE)


def _post_bill(session: Session, actor: Actor, arguments: Mapping[str, Any], two: TwoPeople) -> Outcome:
    power = actor.need(*_APPROVED_BY)
    row = session.get(Bill, UUID(arguments["bill"]), with_for_update=True)
    if row is None:
        raise NotFound
    costs = queries.costs_of(session, queries.bill(session, row.id))
    owed = owed_of(row, session.get_one(Supplier, row.supplier_id), costs)
    entry_id = booking.post_owed(session, owed, recorded_by=two.prepared_by)
    audit.record(session, actor, "bill.approved", subject=row.id, power=power, facts={"entry": entry_id})
    return Outcome(row.id, _bill_page(arguments))


def _post_claim(session: Session, actor: Actor, arguments: Mapping[str, Any], two: TwoPeople) -> Outcome:
    power = actor.need(*_APPROVED_BY)
    claim_id = UUID(arguments["claim"])
    claim = session.get(ExpenseClaim, claim_id, with_for_update=True)
    if claim is None:
        raise NotFound
    row = claim_queries.claim(session, claim_id)
    if row.state is not ClaimState.PREPARED:
        raise claim_errors.ClaimSettled
    costs = claim_queries.costs_of(session, row)
    assert costs is not None
    entry_id = booking.post_owed(session, claiming.owed_of(session, row, costs), recorded_by=two.prepared_by)
    notices.approved(session, claim)
    audit.record(session, actor, "claim.approved", subject=claim_id, power=power, facts={"entry": entry_id})
    return Outcome(claim_id, _claim_page(arguments))


def _need_other_claimant(session: Session, actor: Actor, arguments: Mapping[str, Any]) -> None:
    """Refuse whoever made a claim, or acts for whom it is paid to."""
    claim = session.get_one(ExpenseClaim, UUID(arguments["claim"]))
    if claim.participant_id in actor.represents or claim.claimed_by == actor.person_id:
        raise claim_errors.OwnClaim


def _take_back(session: Session, actor: Actor, arguments: Mapping[str, Any], two: TwoPeople) -> Outcome:
    power = actor.need(Power.BOARD)
    what, subject_id = taking_back.What(arguments["what"]), UUID(arguments["id"])
    day, reason = date.fromisoformat(arguments["booked_on"]), approvals.words(session, two.act_id)
    reversal_id = taking_back.take_back(
        session, what, subject_id, booked_on=day, reason=reason, recorded_by=two.prepared_by
    )
    facts = {"reversal": reversal_id}
    audit.record(session, actor, f"{what.value}.taken-back", subject=subject_id, power=power, facts=facts)
    return Outcome(reversal_id, Page("books.entry", {"entry_id": reversal_id}))


def _bill_page(arguments: Mapping[str, Any]) -> Page:
    return Page("bills.bill", {"bill_id": UUID(arguments["bill"])})


def _claim_page(arguments: Mapping[str, Any]) -> Page:
    return Page("bills.claim", {"claim_id": UUID(arguments["claim"])})


def _describe_bill(session: Session, arguments: Mapping[str, Any]) -> list[tuple[str, str]]:
    row = queries.bill(session, UUID(arguments["bill"]))
    return [
        *([(gettext("Kind"), gettext("Credit note: taken off what is paid"))] if row.is_credit else []),
        (gettext("Supplier"), row.supplier),
        (gettext("Number"), row.number),
        (gettext("Date of the bill"), format_day(row.billed_on)),
        (gettext("Total"), format_money(row.total_minor, row.currency)),
        *_described(session, queries.costs_of(session, row)),
    ]


def _describe_claim(session: Session, arguments: Mapping[str, Any]) -> list[tuple[str, str]]:
    row = claim_queries.claim(session, UUID(arguments["claim"]))
    said = [line.text for line in claim_queries.lines(session, row.id)]
    return [
        (gettext("Claimed by"), row.name),
        (gettext("Total"), format_money(row.total_minor, row.currency)),
        *_described(session, booking.costs_of(arguments, said)),
    ]


def _describe_taking_back(session: Session, arguments: Mapping[str, Any]) -> list[tuple[str, str]]:
    what, subject_id = taking_back.What(arguments["what"]), UUID(arguments["id"])
    if what is taking_back.What.BILL:
        pairs = _describe_bill(session, {"bill": subject_id.hex})
    else:
        row = claim_queries.claim(session, subject_id)
        pairs = [(gettext("Claimed by"), row.name), (gettext("Total"), format_money(row.total_minor, row.currency))]
    return [*pairs, (gettext("Taken back on"), format_day(date.fromisoformat(arguments["booked_on"])))]


def _described(session: Session, costs: Costs) -> Sequence[tuple[str, str]]:
    """Say for each line its account, its amount, what it counts for and what it was for."""
    currency = cooperative.current(session).currency
    names = {account.code: account.name for account in chart.accounts(session)}
    return [
        (
            f"{line.account} {names.get(line.account, '')}".strip(),
            ", ".join(
                part
                for part in (format_money(line.amount_minor, currency), line.cost_centre, line.fund, line.tax, text)
                if part
            ),
        )
        for line, text in zip(costs.lines, costs.texts, strict=True)
    ]


ACTS = (
    ActKind(
        code=BILL_APPROVE,
        label=N_("Approve a supplier's bill"),
        prepared_by=(Power.TREASURER,),
        approved_by=_APPROVED_BY,
        run=_post_bill,
        describe=_describe_bill,
        page=_bill_page,
    ),
    ActKind(
        code=claiming.CLAIM_APPROVE,
        label=N_("Approve an expense claim"),
        prepared_by=(Power.TREASURER,),
        approved_by=_APPROVED_BY,
        run=_post_claim,
        describe=_describe_claim,
        page=_claim_page,
        independence=_need_other_claimant,
    ),
    ActKind(
        code=taking_back.TAKE_BACK,
        label=N_("Take back a bill or a claim that was booked"),
        prepared_by=(Power.TREASURER,),
        approved_by=(Power.BOARD,),
        run=_take_back,
        describe=_describe_taking_back,
    ),
)
