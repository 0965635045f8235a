"""What leaves for whom: bills less the credit notes that are taken off them, supplier by supplier.

A credit note never makes a supplier pay: what the bills beside it cannot take stays a credit for the next payment. Bills and credit
notes stand apart in the entry, so that it says what was taken off even where nothing leaves the bank.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from sqlalchemy.orm import Session

from coop import cooperative
from coop.payments.bills import errors, queries
from coop.payments.bills.entering import LONGEST_BANK_REFERENCE
from coop.payments.bills.rows import BillRow
from ledger.chart import PAYABLE
from ledger.drafts import Line


@dataclass(frozen=True)
class ToPay:
    """A bill that is paid, as the list showed it."""

    bill_id: UUID
    #: Below zero for a credit note.
    amount_minor: int
    #: The account of its supplier; None where none was known.
    account_ref: UUID | None


@dataclass(frozen=True)
class Planned:
    """What is paid of a bill."""

    row: BillRow
    amount_minor: int

    @property
    def left_minor(self) -> int:
        """Return what is left of the bill after it."""
        return self.row.open_minor - self.amount_minor


def check_nets(session: Session, planned: Iterable[Planned]) -> None:
    """Refuse to take more off a supplier's bills than these come to.

    Raises:
        CreditTooLarge
    """
    names: dict[UUID, str] = {}
    taken: dict[UUID, int] = defaultdict(int)
    paid: dict[UUID, int] = defaultdict(int)
    for one in planned:
        taken[one.row.supplier_id] -= min(one.amount_minor, 0)
        paid[one.row.supplier_id] += max(one.amount_minor, 0)
        names[one.row.supplier_id] = one.row.supplier
    for supplier_id, taken_minor in taken.items():
        if taken_minor > paid[supplier_id]:
            currency = cooperative.current(session).currency
            raise errors.CreditTooLarge(names[supplier_id], taken_minor, paid[supplier_id], currency)


def fitted(session: Session, bills: Sequence[ToPay]) -> list[ToPay]:
    """Take no more of credit notes than the bills beside them come to, the oldest credit note first.

    Raises:
        NotFound
        CreditAlone: there is nothing that they could be taken off.
    """
    rows = {one.bill_id: queries.bill(session, one.bill_id) for one in bills}
    room: dict[UUID, int] = defaultdict(int)
    for one in bills:
        room[rows[one.bill_id].supplier_id] += max(one.amount_minor, 0)
    found = [one for one in bills if one.amount_minor >= 0]
    for one in sorted(set(bills) - set(found), key=lambda one: (rows[one.bill_id].billed_on, one.bill_id)):
        row = rows[one.bill_id]
        taken_minor = max(one.amount_minor, -room[row.supplier_id])
        room[row.supplier_id] += taken_minor
        if taken_minor:
            found.append(replace(one, amount_minor=taken_minor))
    if bills and not found:
        raise errors.CreditAlone(rows[bills[0].bill_id].supplier)
    return found


def bank_rows(planned: Sequence[Planned]) -> list[tuple[BillRow, int, str]]:
    """Return what the bank is to pay: bill by bill, and in one sum to a supplier from whose bills a credit note is taken off.

    Each is a bill that says where it goes, an amount, and what the supplier reads on it.
    """
    netted: dict[UUID, list[Planned]] = defaultdict(list)
    for one in planned:
        if one.amount_minor < 0:
            netted[one.row.supplier_id] = []
    found = []
    for one in planned:
        if one.row.supplier_id in netted:
            netted[one.row.supplier_id].append(one)
        else:
            found.append((one.row, one.amount_minor, one.row.reference))
    for together in netted.values():
        if amount_minor := sum(one.amount_minor for one in together):
            said = " ".join(dict.fromkeys(one.row.reference for one in together))
            found.append((together[0].row, amount_minor, said[:LONGEST_BANK_REFERENCE]))
    return sorted(found, key=lambda one: (one[0].supplier.casefold(), one[0].due_on, one[0].id))


def entry_lines(moved: Iterable[tuple[UUID, int]], bank: str, *, leaves: bool) -> list[Line]:
    """Return the lines of an entry from what moved to which party, or came back: what is owed by party, and the sum of the bank."""
    sign = 1 if leaves else -1
    by_party: dict[tuple[UUID, bool], int] = defaultdict(int)
    for party_ref, amount_minor in moved:
        by_party[party_ref, amount_minor < 0] += sign * amount_minor
    lines = [Line(PAYABLE, amount_minor, party_ref) for (party_ref, _), amount_minor in by_party.items()]
    total_minor = sum(by_party.values())
    return [*lines, Line(bank, -total_minor)] if total_minor else lines
