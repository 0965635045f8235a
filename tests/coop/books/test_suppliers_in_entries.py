"""What suppliers are owed is the sum of their bills: no entry by hand or from a file adds to it, and our own file is known again."""

from uuid import UUID, uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from coop.books.errors import SupplierNamed
from coop.books.imports import operations as import_operations
from coop.books.imports.operations import FileToImport
from coop.books.operations import NewEntry, record_entry
from coop.payments.bills import checks
from coop.payments.bills.models import Supplier
from ledger import export
from ledger.chart import BANK, HOSTING, PAYABLE
from ledger.drafts import Line
from ledger.importing.errors import FileRefused, PartyUnknown
from tests.billing import SUPPLIER, Billing


@pytest.fixture
def house(session: Session) -> Billing:
    """Return books in which a bill is paid and another one is not."""
    made = Billing(session)
    made.pay(made.entered_and_approved())
    made.entered_and_approved()
    return made


@pytest.fixture
def supplier(house: Billing) -> UUID:
    return house.session.scalars(select(Supplier.party_ref)).one()


@pytest.mark.parametrize("amount_minor", [5_000, -5_000])
def test_an_entry_by_hand_names_no_supplier(house: Billing, supplier: UUID, amount_minor: int) -> None:
    for account in (PAYABLE, HOSTING):
        lines = (Line(BANK, -amount_minor), Line(account, amount_minor, supplier))
        with pytest.raises(SupplierNamed) as refused:
            record_entry(house.session, house.treasurer, NewEntry(house.today, "By hand", lines, uuid4()))
        assert "under Bills" in str(refused.value)
    assert checks.findings(house.session) == []


def test_our_own_file_with_bills_is_known_again(house: Billing) -> None:
    text = b"".join(export.export(house.session, "csv")).decode()
    done = import_operations.import_file(house.session, house.treasurer, FileToImport(text, "journal"))
    assert (done.import_id, done.new_count) == (None, 0)
    assert done.known_count >= 3


def test_a_new_entry_of_a_file_that_names_a_supplier_is_refused_where_it_does(house: Billing, supplier: UUID) -> None:
    def problems(who: str) -> list[tuple[int, str, type]]:
        head = "entry,date,text,account,debit,credit,party\n"
        rows = f"1,{house.today},Print,{HOSTING},50.00,,\n1,,,{PAYABLE},,20.00,\n1,,,{PAYABLE},,30.00,{who}\n"
        with pytest.raises(FileRefused) as refused:
            import_operations.look(house.session, house.treasurer, FileToImport(head + rows, "journal"))
        return [(one.row, one.column, type(one.reason)) for one in refused.value.problems]

    assert problems(str(supplier)) == [(4, "party", SupplierNamed)]
    assert problems(SUPPLIER) == [(4, "party", SupplierNamed)], "it says where bills are entered"
    assert problems("Nobody at all Ltd") == [(4, "party", PartyUnknown)], "nobody becomes a supplier by a file"
