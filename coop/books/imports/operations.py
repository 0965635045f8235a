"""Importing a file into the books: looking at what it would post, and posting all of it or nothing.

What is imported goes by the rules of an entry by hand: the treasurer's power, the accounts that other rooms keep, locked months. Two
who import at once wait for each other, so that the second finds what the first has posted.
"""

import hashlib
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from flask_babel import gettext
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from coop import audit, clock, cooperative
from coop.books import kept, queries
from coop.books.errors import EntryNeedsTwo, KeptForMembers, OpeningAfterClosing, OpeningLater
from coop.books.imports.models import BookImport, ImportedEntry
from coop.books.operations import largest_alone
from coop.books.tax.operations import check_registered
from coop.membership.models import Participant
from coop.payments.bills.models import Supplier
from coop.payments.bills.suppliers import operations as suppliers
from coop.permissions import Actor, Power
from evidence.canonical import Canonical
from evidence.columns import table_of
from evidence.identifiers import new_id
from evidence.messages import Refusal
from ledger import bulk, importing
from ledger.chart import GENERAL_RESERVE
from ledger.importing import FindParty, Layout, Opening, Problems, ReadEntry, ReadFile
from ledger.models import Account
from ledger.years import periods
from ledger.years.closed_years import is_closed

#: How many entries are shown before they are posted; the sums are of all.
SHOWN = 50


@dataclass(frozen=True)
class FileToImport:
    """A file, and what the treasurer said about it."""

    text: str
    layout: Layout
    mapping: str = ""
    #: Of opening balances: their day, by default that of the books, and the account on the other side.
    opened_on: date | None = None
    against: str | None = None

    @property
    def sha256(self) -> str:
        """Return the SHA-256 of its text."""
        return hashlib.sha256(self.text.encode()).hexdigest()


@dataclass(frozen=True)
class AccountSum:
    """What an import debits and credits to an account."""

    code: str
    name: str
    debit_minor: int
    credit_minor: int

    @property
    def as_argument(self) -> list[Canonical]:
        """Return it as an act of two people names it."""
        return [self.code, self.debit_minor, self.credit_minor]


@dataclass(frozen=True)
class Preview:
    """What an import would post."""

    layout: Layout
    sha256: str
    currency: str
    new_count: int
    #: Entries that an earlier import has posted, or that are these books' own.
    known_count: int
    #: The first of the new ones.
    entries: tuple[ReadEntry, ...]
    sums: tuple[AccountSum, ...]
    #: Whether it moves more than one person records alone.
    needs_two: bool

    @property
    def debit_minor(self) -> int:
        """Return what is debited in all; as much is credited."""
        return sum(row.debit_minor for row in self.sums)


@dataclass(frozen=True)
class Imported:
    """What an import has posted; no id where there was nothing new."""

    import_id: UUID | None
    new_count: int
    known_count: int


def look(session: Session, actor: Actor, file: FileToImport) -> Preview:
    """Return what importing a file would post. Writes nothing, but holds what it looks at, as posting does.

    Raises:
        PowerMissing
        FileRefused: with what is wrong, row by row. Other refusals of `ledger.importing`.
    """
    actor.need(Power.TREASURER, Power.BOARD)
    read, places = checked(session, file)
    new = [read.entries[at] for at in places]
    return Preview(
        layout=file.layout,
        sha256=file.sha256,
        currency=cooperative.current(session).currency,
        new_count=len(new),
        known_count=len(read.entries) - len(new),
        entries=tuple(new[:SHOWN]),
        sums=sums_of(session, new),
        needs_two=_moved(new) > largest_alone(session),
    )


def import_file(session: Session, actor: Actor, file: FileToImport) -> Imported:
    """Post every entry of a file that is not known yet: all of them, or none.

    Raises:
        PowerMissing
        EntryNeedsTwo: an entry moves more than one person records alone; prepare the act of `import_acts` instead.
        FileRefused: with what is wrong, row by row. Other refusals of `ledger.importing`.
    """
    power = actor.need(Power.TREASURER)
    read, places = locked_and_checked(session, file)
    most_minor = largest_alone(session)
    if _moved([read.entries[at] for at in places]) > most_minor:
        raise EntryNeedsTwo(most_minor, cooperative.current(session).currency)
    return post_checked(session, actor, file, read, places, power=power, recorded_by=actor.person_id)


def locked_and_checked(session: Session, file: FileToImport) -> tuple[ReadFile, list[int]]:
    """Do what `checked` does while nobody else imports."""
    cooperative.current(session, lock=True)
    return checked(session, file)


def post_checked(
    session: Session,
    actor: Actor,
    file: FileToImport,
    read: ReadFile,
    places: list[int],
    *,
    power: Power | None,
    recorded_by: UUID | None,
) -> Imported:
    """Post what was found to be new in a file, and take down what was done."""
    known = len(read.entries) - len(places)
    if not places:
        return Imported(None, 0, known)
    now = clock.now()
    posted = bulk.post_many(session, [read.drafts[at] for at in places], now=now, recorded_by=recorded_by)
    done = BookImport(
        id=new_id(),
        sha256=file.sha256,
        layout=file.layout,
        entry_count=len(places),
        known_count=known,
        imported_at=now,
        imported_by=recorded_by,
    )
    session.add(done)
    session.flush()
    rows = [
        {"entry_id": entry.entry_id, "import_id": done.id, "row": read.entries[at].rows[0]}
        for at, entry in zip(places, posted, strict=True)
    ]
    session.execute(insert(table_of(ImportedEntry)), rows)
    facts: dict[str, Canonical] = {"sha256": done.sha256, "layout": file.layout, "entries": len(places), "known": known}
    audit.record(session, actor, "book_import.posted", subject=done.id, power=power, facts=facts)
    return Imported(done.id, len(places), known)


def checked(session: Session, file: FileToImport) -> tuple[ReadFile, list[int]]:
    """Read a file, and return it with the places of its entries that are new and can all be posted.

    Raises:
        FileRefused: with what is wrong, row by row. Other refusals of `ledger.importing`.
        OpeningAfterClosing, OpeningLater
    """
    problems = Problems()
    read = importing.read(
        session,
        file.text,
        layout=file.layout,
        currency=cooperative.current(session).currency,
        opening_as=_opening(session, file),
        mapping=file.mapping,
        problems=problems,
        find_party=_party_finder(session),
    )
    places = importing.unknown(session, read, problems)
    if places and file.layout == "opening":
        _check_opening(session, read.entries[0].booked_on)
    _check_kept(session, [read.entries[at] for at in places], problems)
    importing.check(session, read, places, problems)
    problems.refuse()
    return read, places


def _check_kept(session: Session, entries: Sequence[ReadEntry], problems: Problems) -> None:
    covers_deficit = False
    by_shares, of_suppliers = kept.kept_by_shares(session, hold=True), kept.suppliers(session)
    for entry in entries:
        try:
            if any(line.tax for line in entry.lines):
                check_registered(session)
            kept.check_lines(session, entry.lines, entry.booked_on, by_shares=by_shares, of_suppliers=of_suppliers)
        except Refusal as refusal:
            importing.place(entry, refusal, problems)
            continue
        surplus = kept.KEPT_FOR_MEMBERS & {line.account for line in entry.lines}
        if surplus and covers_deficit:
            # Each is held against what is missing before any is posted, so together they could take more.
            importing.place(entry, KeptForMembers(min(surplus)), problems)
        covers_deficit = covers_deficit or bool(surplus)


def _moved(entries: Sequence[ReadEntry]) -> int:
    """Return what entries move together: a file is one act, however many entries it has."""
    return sum(line.debit_minor for entry in entries for line in entry.lines)


def _opening(session: Session, file: FileToImport) -> Opening:
    years = periods.fiscal_years(session)
    first_day = years[-1].starts_on if years else cooperative.current(session).founded_on
    return Opening(file.opened_on or first_day, file.against or GENERAL_RESERVE, gettext("Opening balances"))


def _check_opening(session: Session, booked_on: date) -> None:
    """Refuse opening balances of another year than the first, or once that was closed: the books have begun."""
    years = periods.fiscal_years(session)
    if not years:
        return
    first = years[-1]
    if is_closed(session, first.id):
        raise OpeningAfterClosing
    if not first.starts_on <= booked_on <= first.ends_on:
        raise OpeningLater(first.starts_on, first.ends_on)


def _party_finder(session: Session) -> FindParty:
    """Return a function that finds a participant by reference, number or name, each asked for once.

    Suppliers are found, too: by reference for entries that these books have already, and by name so that a new entry is refused in words
    that say where their bills are entered. Nobody becomes a supplier by being named in a file.
    """
    found: dict[str, UUID | None] = {}
    of_suppliers = kept.suppliers(session)

    def find(cell: str) -> UUID | None:
        if cell not in found:
            ref = importing.by_reference(cell)
            if ref is not None:
                known = select(Participant.party_ref).where(Participant.party_ref == ref)
                found[cell] = ref if ref in of_suppliers else session.scalar(known)
            else:
                several = queries.find_party(session, cell[:200])
                found[cell] = several[0].party_ref if len(several) == 1 else None
                if not several:
                    named = select(Supplier.party_ref).where(Supplier.name_key == suppliers.name_key(cell))
                    found[cell] = session.scalar(named)
        return found[cell]

    return find


def sums_of(session: Session, entries: Sequence[ReadEntry]) -> tuple[AccountSum, ...]:
    """Return what entries debit and credit to each account, in the order of the codes."""
    debited: dict[str, int] = defaultdict(int)
    credited: dict[str, int] = defaultdict(int)
    for entry in entries:
        for line in entry.lines:
            debited[line.account] += max(line.amount_minor, 0)
            credited[line.account] += max(-line.amount_minor, 0)
    names = {row.code: row.name for row in session.execute(select(Account.code, Account.name).order_by(Account.code))}
    return tuple(AccountSum(code, names[code], debited[code], credited[code]) for code in names if code in debited)
