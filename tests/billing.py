"""How tests enter bills and claims: by the same operations as the pages."""

import io
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage

from coop import cooperative
from coop.approvals import operations as approvals
from coop.approvals.models import TwoPersonAct
from coop.attachments.uploads import Received, receive
from coop.config import Config
from coop.payments.bills import entering, queries
from coop.payments.bills.booking import Costs
from coop.payments.bills.claims import operations as claiming
from coop.payments.bills.claims import queries as claim_queries
from coop.payments.bills.claims.operations import NewClaim, Spent
from coop.payments.bills.entering import NewBill
from coop.payments.bills.paying import operations as paying
from coop.payments.bills.paying.netting import ToPay
from coop.payments.bills.rows import BillFilter
from coop.payments.confirming import operations as confirming
from coop.payments.confirming import queries as accounts
from coop.permissions import Actor
from ledger.chart import HOSTING, PAYABLE
from ledger.drafts import Line
from ledger.models import Account, Posting
from tests import joining

SUPPLIER = "Rākau Print Ltd"


def paper(config: Config, text: str = "a receipt") -> Received:
    """Return a small PDF as the form would receive it."""
    content = f"%PDF-1.4\n% {text}\n%%EOF\n".encode()
    return receive(config, FileStorage(io.BytesIO(content), filename="receipt.pdf"))


class Billing:
    """A founded co-operative that gets bills."""

    def __init__(self, session: Session, *, is_founded: bool = False) -> None:
        self.session = session
        if not is_founded:
            joining.found(session)
        self.treasurer, self.board, self.board2 = (self.actor(name) for name in ("treasurer", "board", "board2"))
        self.today: date = cooperative.today(session)

    def actor(self, name: str) -> Actor:
        return joining.founder(self.session, name)

    def participant(self, name: str) -> UUID:
        person_id = self.actor(name).person_id
        assert person_id is not None
        return joining.participant_of(self.session, person_id)

    def new(self, *lines: Line, **other: Any) -> NewBill:
        """Return a bill of 115.00 for hosting, or as it is asked for."""
        wanted = lines or (Line(HOSTING, 11_500),)
        costs = Costs(
            wanted, [f"Line {number}" for number in range(1, len(wanted) + 1)], other.pop("is_included", True)
        )
        values: dict[str, Any] = {
            "supplier": SUPPLIER,
            "is_new_supplier": True,
            "number": f"INV-{uuid4().hex[:8]}",
            "billed_on": self.today,
            "due_on": None,
            "total_minor": sum(line.amount_minor for line in wanted),
            "bank_reference": "",
            "receipt": None,
            "no_receipt": "It was lost at sea.",
            "form_token": uuid4(),
        }
        return NewBill(costs=costs, **{**values, **other})

    def enter(self, *lines: Line, actor: Actor | None = None, **other: Any) -> UUID:
        return entering.enter_bill(self.session, actor or self.treasurer, self.new(*lines, **other))

    def act_of(self, bill_id: UUID) -> TwoPersonAct:
        return self.session.get_one(TwoPersonAct, queries.bill(self.session, bill_id).act_id)

    def approve(self, bill_id: UUID, actor: Actor | None = None) -> None:
        act = self.act_of(bill_id)
        approvals.approve(self.session, actor or self.board, act_id=act.id, seen=act.digest)

    def entered_and_approved(self, *lines: Line, **other: Any) -> UUID:
        bill_id = self.enter(*lines, **other)
        self.approve(bill_id)
        return bill_id

    def pay(
        self, *bill_ids: UUID, on: date | None = None, token: UUID | None = None, parts: dict[UUID, int] | None = None
    ) -> UUID:
        """Pay what is left of bills, or the parts that are given."""
        shown = self.to_pay(*bill_ids, *(parts or {}))
        return paying.record_payment(
            self.session,
            self.treasurer,
            bills=[replace(one, amount_minor=(parts or {}).get(one.bill_id, one.amount_minor)) for one in shown],
            paid_on=on or self.today,
            form_token=token or uuid4(),
        )

    def to_pay(self, *bill_ids: UUID) -> list[ToPay]:
        """Return bills as the list shows them now; an unknown one as if it were in it."""
        rows = {row.id: row for row in queries.all_bills(self.session, BillFilter())}
        shown = {bill_id: (row.open_minor or row.total_minor, row.account_ref) for bill_id, row in rows.items()}
        return [ToPay(bill_id, *shown.get(bill_id, (1, None))) for bill_id in bill_ids]

    def confirm(self, actor: Actor | None = None) -> int:
        """Let somebody of the board confirm all accounts that wait."""
        refs = [row.account_ref for row in accounts.waiting(self.session)]
        return confirming.confirm(self.session, actor or self.board, account_refs=refs)

    def state(self, bill_id: UUID) -> str:
        return queries.bill(self.session, bill_id).state.value

    def spent(self, amount_minor: int = 4_600, *, days_ago: int = 0, text: str = "Bus to the field day") -> Spent:
        return Spent(self.today - timedelta(days=days_ago), amount_minor, text)

    def claim(self, name: str = "secretary", *spent: Spent, **other: Any) -> UUID:
        values: dict[str, Any] = {"receipt": None, "no_receipt": "The machine gave none.", "form_token": uuid4()}
        new = NewClaim(spent=spent or (self.spent(),), **{**values, **other})
        return claiming.claim(self.session, self.actor(name), participant_id=self.participant(name), new=new)

    def assign(self, claim_id: UUID, *codes: str, actor: Actor | None = None) -> UUID:
        coding = [Line(code, 0) for code in codes or (HOSTING,)]
        return claiming.assign(self.session, actor or self.treasurer, claim_id=claim_id, coding=coding)

    def approve_act(self, act_id: UUID, actor: Actor | None = None) -> None:
        digest = self.session.get_one(TwoPersonAct, act_id).digest
        approvals.approve(self.session, actor or self.board, act_id=act_id, seen=digest)

    def claim_state(self, claim_id: UUID) -> str:
        return claim_queries.claim(self.session, claim_id).state.value

    def lines_of(self, entry_id: UUID | None) -> list[tuple[str, int, UUID | None]]:
        rows = self.session.execute(
            select(Account.code, Posting.amount_minor, Posting.party_ref)
            .join(Posting, Posting.account_id == Account.id)
            .where(Posting.entry_id == entry_id)
            .order_by(Posting.line)
        )
        return [(row.code, row.amount_minor, row.party_ref) for row in rows]

    def balance(self, code: str = PAYABLE) -> int:
        query = select(func.coalesce(func.sum(Posting.amount_minor), 0)).join(Account).where(Account.code == code)
        return int(self.session.scalar(query) or 0)

    def count(self, mapped: type) -> int:
        return self.session.scalar(select(func.count()).select_from(mapped)) or 0
