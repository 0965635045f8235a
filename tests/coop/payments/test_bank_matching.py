"""Saying which entry a line of the bank statement is, taking that back, and how statement and books compare."""

from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, insert, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from coop import clock, cooperative
from coop.books.errors import KeptElsewhere
from coop.books.operations import NewEntry, record_entry, reverse_entry
from coop.database import write_with
from coop.payments.bank import checks as bank_checks
from coop.payments.bank import errors
from coop.payments.bank import queries as bank_queries
from coop.payments.bank.lines import enter_line, remove_line
from coop.payments.bank.matching import Reason, classify, entries_for, match, receive, requests_for, unmatch
from coop.payments.bank.models import BankMatch, BankStatement, BankStatementLine, FileFormat
from coop.payments.bank.queries import State
from coop.payments.bank.reconciling import reconciliation
from coop.payments.bank.statements import NewLine
from coop.payments.errors import AlreadyPaid, MoreThanOutstanding, ReceiptFormUsed
from coop.payments.models import PaymentReceipt
from coop.permissions import Actor, NotFound, PowerMissing
from evidence.columns import table_of
from evidence.identifiers import new_id
from evidence.rules import drop_rules
from ledger.chart import BANK, OTHER_COSTS, OTHER_INCOME, RECEIVABLE, SHARE_CAPITAL
from ledger.errors import NoSuchAccount, PartyMissing, PeriodNotOpened
from ledger.models import Entry
from ledger.posting import Line
from tests import joining, sharing_out
from tests.databases import TestDatabase


class House:
    """A founded co-operative with its treasurer, and short words for what tests do."""

    def __init__(self, session: Session) -> None:
        self.session = session
        joining.found(session)
        self.treasurer: Actor = joining.founder(session, "treasurer")
        self.today: date = cooperative.today(session)

    def line(self, amount_minor: int = 1000, words: str = "X", on: date | None = None) -> UUID:
        return enter_line(self.session, self.treasurer, NewLine(on or self.today, amount_minor, words))

    def entry(self, amount_minor: int = 1000, on: date | None = None) -> UUID:
        lines = [Line(BANK, amount_minor), Line(OTHER_INCOME, -amount_minor)]
        return record_entry(self.session, self.treasurer, NewEntry(on or self.today, "Koha", lines, uuid4()))

    def match(self, line_id: UUID, entry_id: UUID) -> None:
        match(self.session, self.treasurer, line_id=line_id, entry_id=entry_id)

    def unmatch(self, line_id: UUID) -> None:
        unmatch(self.session, self.treasurer, line_id=line_id)

    def state(self, line_id: UUID) -> State:
        return bank_queries.line(self.session, line_id).state

    def entry_of(self, line_id: UUID) -> UUID | None:
        return bank_queries.line(self.session, line_id).entry_id

    def count(self, mapped: type) -> int:
        return self.session.scalar(select(func.count()).select_from(mapped)) or 0


@pytest.fixture
def house(session: Session) -> House:
    return House(session)


def test_a_line_is_matched_with_one_entry_of_its_amount(house: House) -> None:
    line_id, entry_id = house.line(), house.entry()
    house.match(line_id, entry_id)
    assert (house.state(line_id), house.entry_of(line_id)) == (State.MATCHED, entry_id)
    assert bank_queries.lines_of_entry(house.session, entry_id) == {BANK: line_id}
    with pytest.raises(errors.LineMatched):
        house.match(line_id, house.entry())
    with pytest.raises(errors.EntryMatched):
        house.match(house.line(words="Y"), entry_id)
    with pytest.raises(errors.LineMatched):
        remove_line(house.session, house.treasurer, line_id=line_id)
    assert house.count(BankMatch) == 1
    assert bank_checks.findings(house.session) == []


def test_a_match_that_cannot_be_leaves_nothing(house: House) -> None:
    line_id = house.line()
    for entry_id in (house.entry(999), house.entry(-1000), not_on_the_bank(house)):
        with pytest.raises(errors.MovesOtherwise):
            house.match(line_id, entry_id)
    with pytest.raises(NotFound):
        house.match(line_id, uuid4())
    with pytest.raises(NotFound):
        house.match(uuid4(), house.entry())
    with pytest.raises(errors.LineNotMatched):
        house.unmatch(line_id)
    remove_line(house.session, house.treasurer, line_id=line_id)
    with pytest.raises(errors.LineRemoved):
        house.match(line_id, house.entry())
    assert house.count(BankMatch) == 0


def not_on_the_bank(house: House) -> UUID:
    lines = [Line(OTHER_COSTS, 1000), Line(OTHER_INCOME, -1000)]
    return record_entry(house.session, house.treasurer, NewEntry(house.today, "Swap", lines, uuid4()))


def test_a_match_is_taken_back_and_both_are_free_again(house: House) -> None:
    line_id, first, second = house.line(), house.entry(), house.entry()
    house.match(line_id, first)
    house.unmatch(line_id)
    assert house.state(line_id) is State.UNMATCHED
    house.match(line_id, second)
    house.match(house.line(words="Y"), first)
    house.unmatch(line_id)
    house.match(line_id, second)
    assert house.entry_of(line_id) == second
    assert house.count(BankMatch) == 4


def test_only_the_treasurer_matches(house: House) -> None:
    line_id, entry_id = house.line(), house.entry()
    reason = Reason(house.today, OTHER_INCOME, "Koha")
    for name in ("board", "auditor", "founder"):
        other = joining.founder(house.session, name)
        with pytest.raises(PowerMissing):
            match(house.session, other, line_id=line_id, entry_id=entry_id)
        with pytest.raises(PowerMissing):
            receive(house.session, other, line_id=line_id, request_id=uuid4())
        with pytest.raises(PowerMissing):
            classify(house.session, other, line_id=line_id, reason=reason)
        with pytest.raises(PowerMissing):
            unmatch(house.session, other, line_id=line_id)
    assert house.state(line_id) is State.UNMATCHED


def test_entries_are_offered_nearest_day_first_and_only_of_the_amount(house: House) -> None:
    days = [house.today - timedelta(days=back) for back in (9, 2, 0, 5)]
    wanted = {back: house.entry(on=day) for back, day in zip((9, 2, 0, 5), days, strict=True)}
    house.entry(1001)
    line_id = house.line(on=house.today - timedelta(days=4))
    row = bank_queries.line(house.session, line_id)
    assert [entry.id for entry in entries_for(house.session, row)] == [wanted[back] for back in (5, 2, 0, 9)]
    house.match(line_id, wanted[5])
    other = bank_queries.line(house.session, house.line())
    assert wanted[5] not in [entry.id for entry in entries_for(house.session, other)]


def test_a_request_is_offered_by_its_reference_or_its_amount_and_paid_in_one_step(house: House) -> None:
    who = joining.joined(house.session)
    joining.admitted(house.session, who)
    request = joining.request_of(house.session, who.participant_id)
    bare = request.reference.replace("-", " ").lower()
    named = bank_queries.line(house.session, house.line(2000, f"H MOHUA {bare} SHARE"))
    assert [row.id for row in requests_for(house.session, named)] == [request.id]
    same = bank_queries.line(house.session, house.line(5000))
    assert request.id in [row.id for row in requests_for(house.session, same)]
    assert requests_for(house.session, bank_queries.line(house.session, house.line(-5000))) == []
    receive(house.session, house.treasurer, line_id=named.id, request_id=request.id)
    assert house.state(named.id) is State.MATCHED
    receipt = house.session.scalars(select(PaymentReceipt)).one()
    assert (receipt.request_id, receipt.amount_minor, receipt.received_on) == (request.id, 2000, house.today)
    with pytest.raises(errors.LineMatched):
        receive(house.session, house.treasurer, line_id=named.id, request_id=request.id)
    assert house.count(PaymentReceipt) == 1


def test_a_receipt_that_cannot_be_leaves_the_line_as_it_was(house: House) -> None:
    who = joining.joined(house.session)
    joining.admitted(house.session, who)
    request = joining.request_of(house.session, who.participant_id)
    with pytest.raises(errors.NotMoneyIn):
        receive(house.session, house.treasurer, line_id=house.line(-5000), request_id=request.id)
    large, line_id = house.line(5001), house.line(5000)
    with pytest.raises(MoreThanOutstanding):
        receive(house.session, house.treasurer, line_id=large, request_id=request.id)
    with pytest.raises(NotFound):
        receive(house.session, house.treasurer, line_id=line_id, request_id=uuid4())
    assert (house.count(PaymentReceipt), house.state(large)) == (0, State.UNMATCHED)
    receive(house.session, house.treasurer, line_id=line_id, request_id=request.id)
    with pytest.raises(AlreadyPaid):
        receive(house.session, house.treasurer, line_id=large, request_id=request.id)
    house.unmatch(line_id)
    other = joining.request_of(house.session, joining.participant_of(house.session, _person(house, "board")))
    with pytest.raises(ReceiptFormUsed):
        receive(house.session, house.treasurer, line_id=line_id, request_id=other.id)
    # The same money again for the same request is the receipt that stands.
    receive(house.session, house.treasurer, line_id=line_id, request_id=request.id)
    assert house.count(PaymentReceipt) == 1


def _person(house: House, name: str) -> UUID:
    person_id = joining.founder(house.session, name).person_id
    assert person_id is not None
    return person_id


def test_a_line_that_no_entry_explains_is_booked_and_matched(house: House) -> None:
    line_id = house.line(-4500, "FEE")
    entry_id = classify(
        house.session, house.treasurer, line_id=line_id, reason=Reason(house.today, OTHER_COSTS, "Bank fee")
    )
    assert house.entry_of(line_id) == entry_id
    # It is the treasurer's own entry, so a wrong one is reversed by hand and the line booked anew.
    house.unmatch(line_id)
    reverse_entry(house.session, house.treasurer, entry_id=entry_id, booked_on=house.today, reason="Wrong account")
    again = classify(
        house.session, house.treasurer, line_id=line_id, reason=Reason(house.today, OTHER_INCOME, "Correction")
    )
    assert again != entry_id
    assert bank_queries.unmatched_entries(house.session, BANK).total == 0
    assert reconciliation(house.session, BANK, house.today).difference_minor == 0


def test_a_wrong_reason_books_nothing(house: House) -> None:
    line_id, right = house.line(-4500), Reason(house.today, OTHER_COSTS, "Bank fee")
    for wrong, refusal in (
        (replace(right, account=BANK), errors.BankItself),
        (replace(right, account=SHARE_CAPITAL), KeptElsewhere),
        (replace(right, account=RECEIVABLE), PartyMissing),
        (replace(right, account="9999"), NoSuchAccount),
        (replace(right, booked_on=date(1999, 1, 1)), PeriodNotOpened),
    ):
        with pytest.raises(refusal):
            classify(house.session, house.treasurer, line_id=line_id, reason=wrong)
    assert (house.count(Entry), house.count(BankMatch)) == (0, 0)


def test_statement_and_books_are_compared_at_the_end_of_a_day(house: House) -> None:
    yesterday = house.today - timedelta(days=1)
    line_id, entry_id = house.line(1000, on=yesterday), house.entry(1000)
    house.match(line_id, entry_id)
    house.line(300, on=yesterday)
    house.entry(-50, on=yesterday)
    compared = reconciliation(house.session, BANK, yesterday)
    assert (compared.lines_minor, compared.account_minor, compared.difference_minor) == (1300, -50, 1350)
    assert (compared.unmatched_lines_minor, compared.unmatched_entries_minor, compared.across_minor) == (300, -50, 1000)
    now = reconciliation(house.session, BANK, house.today)
    assert (now.difference_minor, now.across_minor) == (350, 0)
    assert [row.amount_minor for row in bank_queries.unmatched_entries(house.session, BANK).rows] == [-50]


@pytest.mark.tampers
def test_the_database_itself_keeps_lines_and_entries_one_to_one(house: House) -> None:
    line_id, entry_id = house.line(), house.entry()
    house.match(line_id, entry_id)
    removed = house.line(words="Z")
    remove_line(house.session, house.treasurer, line_id=removed)
    for line, entry in ((line_id, house.entry()), (house.line(words="Y"), entry_id), (removed, house.entry())):
        row = {"id": new_id(), "line_id": line, "entry_id": entry, "matched_at": clock.now()}
        with pytest.raises(DBAPIError, match="payments: the"), house.session.begin_nested():
            house.session.execute(insert(table_of(BankMatch)).values(row))
    house.unmatch(line_id)
    for table in ("bank_line", "bank_match", "bank_line_removal", "bank_unmatch"):
        with pytest.raises(DBAPIError, match="append-only"), house.session.begin_nested():
            house.session.execute(text(f"DELETE FROM {table}"))


@pytest.mark.tampers
def test_the_checks_see_what_was_done_with_the_rules_switched_off(house: House) -> None:
    line_id, entry_id = house.line(), house.entry()
    house.match(line_id, entry_id)
    drop_rules(house.session.connection())
    for line, entry in ((line_id, house.entry(5)), (house.line(7), entry_id)):
        row = {"id": new_id(), "line_id": line, "entry_id": entry, "matched_at": clock.now()}
        house.session.execute(insert(table_of(BankMatch)).values(row))
    found = {finding.check for finding in bank_checks.findings(house.session)}
    assert found == {"bank-matched-twice", "bank-matched-otherwise"}


def test_two_who_match_the_same_at_once_make_one_match(database: TestDatabase) -> None:
    def prepare(session: Session) -> tuple[Actor, list[UUID], list[UUID]]:
        house = House(session)
        return house.treasurer, [house.line(), house.line(words="Y")], [house.entry(), house.entry()]

    treasurer, lines, entries = write_with(database.engine, prepare)
    pairs = [(lines[0], entries[0]), (lines[1], entries[0]), (lines[0], entries[1])]
    works = [
        lambda session, line_id=line_id, entry_id=entry_id: match(
            session, treasurer, line_id=line_id, entry_id=entry_id
        )
        for line_id, entry_id in pairs
    ]
    done, refused = joining.outcomes(joining.at_once(database.engine, *works))
    assert done in {1, 2}
    assert refused <= {errors.LineMatched, errors.EntryMatched}
    assert write_with(database.engine, bank_checks.findings) == []


LARGE = 1_000_001


def from_file(house: House, line_id: UUID) -> None:
    """Let a file of the bank show a line."""
    statement = BankStatement(
        id=new_id(),
        account_code=BANK,
        file_format=FileFormat.OFX,
        file_sha256=uuid4().hex * 2,
        currency="NZD",
        starts_on=house.today,
        ends_on=house.today,
        recorded_at=clock.now(),
    )
    house.session.add(statement)
    house.session.flush()
    house.session.add(BankStatementLine(statement_id=statement.id, line_id=line_id))
    house.session.flush()


@pytest.mark.parametrize("amount_minor", [LARGE, -LARGE])
def test_a_large_line_that_was_typed_is_the_work_of_two(house: House, amount_minor: int) -> None:
    """Else whoever types a line and books it would move alone what an entry by hand does not."""
    line_id, reason = house.line(amount_minor), Reason(house.today, OTHER_INCOME, "A gift")
    before = house.count(Entry)
    with pytest.raises(errors.LineNeedsTwo) as refused:
        classify(house.session, house.treasurer, line_id=line_id, reason=reason)
    assert "Record the entry under Journal" in refused.value.message
    assert house.count(Entry) == before
    from_file(house, line_id)
    classify(house.session, house.treasurer, line_id=line_id, reason=reason)
    assert house.state(line_id) is State.MATCHED


def test_what_one_person_records_alone_is_booked_from_a_typed_line(house: House) -> None:
    line_id = house.line(LARGE - 1)
    classify(house.session, house.treasurer, line_id=line_id, reason=Reason(house.today, OTHER_INCOME, "A gift"))
    with pytest.raises(errors.LineMatched):
        remove_line(house.session, house.treasurer, line_id=line_id)
    house.unmatch(line_id)
    remove_line(house.session, house.treasurer, line_id=line_id)


def test_a_match_of_a_closed_year_stays(house: House) -> None:
    line_id, other = house.line(), house.line(words="Y")
    for one in (line_id, other):
        house.match(one, house.entry())
    house.unmatch(other)
    house.match(other, house.entry())
    made = sharing_out.live(house.session)
    with made.at(sharing_out.CLOSED):
        sharing_out.close(house.session, made)
        with pytest.raises(errors.LineInClosedYear) as refused:
            house.unmatch(line_id)
        assert refused.value.ends_on == made.ends_on
        assert house.state(line_id) is State.MATCHED
