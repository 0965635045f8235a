"""Several bank accounts: which can be marked and ended, what keeps their statements apart, and transfers, which both of them show."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from functools import partial
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from coop import clock, cooperative
from coop.books.chart.operations import close_account, edit_account, take_chart
from coop.books.operations import NewEntry, record_entry, reverse_entry
from coop.books.years.closing import open_items, prospect
from coop.books.years.closing_words import checklist
from coop.database import write_with
from coop.errors import message_of
from coop.payments.bank import account_errors, errors
from coop.payments.bank import checks as bank_checks
from coop.payments.bank import queries as bank_queries
from coop.payments.bank.accounts import bank_account, bank_accounts, can_be_marked, change_number, end, look_at, mark
from coop.payments.bank.booking_rules import NewRule, add_rule, bookable_accounts, rules
from coop.payments.bank.entering import enter_file, forget_columns, kept_columns
from coop.payments.bank.files.errors import ColumnsUnknown, OtherAccount
from coop.payments.bank.files.mapping import Columns
from coop.payments.bank.lines import Taken, enter_line, remove_line
from coop.payments.bank.matching import Reason, classify, match, match_together, receive, unmatch
from coop.payments.bank.models import BankAccount, BankLine, BankMatch, BankMatchGroup
from coop.payments.bank.queries import LineFilter, State, all_lines
from coop.payments.bank.reconciling import latest_statement, left_over, reconciliation, statements
from coop.payments.bank.statements import NewLine
from coop.payments.bank.suggesting import Choice, Way, confirm, suggestions
from coop.payments.models import PaymentRequest
from coop.permissions import Actor, NotFound, PowerMissing
from evidence.identifiers import new_id
from evidence.rules import drop_rules
from ledger import chart
from ledger.chart import BANK, EQUIPMENT, IN_TRANSIT, OTHER_COSTS, OTHER_INCOME, RECEIVABLE, SUSPENSE
from ledger.chart.changes import Particulars
from ledger.models import Entry
from ledger.posting import Draft, Line, post
from ledger.totals import balance_of
from ledger.years import periods
from tests import joining
from tests.databases import TestDatabase
from tests.rooms_of_the_world.bank_accounts import SAVINGS, TERM_DEPOSIT, TILL, open_accounts

_OFX = """<?xml version="1.0" encoding="UTF-8"?>
<?OFX OFXHEADER="200" VERSION="211" SECURITY="NONE" OLDFILEUID="NONE" NEWFILEUID="NONE"?>
<OFX><BANKMSGSRSV1><STMTTRNRS><STMTRS><CURDEF>NZD</CURDEF>
<BANKACCTFROM><BANKID>123456</BANKID><ACCTID>12-3456-0123456-50</ACCTID><ACCTTYPE>SAVINGS</ACCTTYPE></BANKACCTFROM>
<BANKTRANLIST><DTSTART>{day:%Y%m%d}</DTSTART><DTEND>{day:%Y%m%d}</DTEND>
<STMTTRN><TRNTYPE>CREDIT</TRNTYPE><DTPOSTED>{day:%Y%m%d}</DTPOSTED><TRNAMT>5.00</TRNAMT><FITID>1</FITID><NAME>INTEREST</NAME></STMTTRN>
</BANKTRANLIST><LEDGERBAL><BALAMT>5.00</BALAMT><DTASOF>{day:%Y%m%d}</DTASOF></LEDGERBAL>
</STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>
"""


def ofx_of(day: date) -> bytes:
    """Return the statement of a savings account on a day."""
    return _OFX.format(day=day).encode()


class House:
    """A co-operative with a second bank account, and short words for what tests do."""

    def __init__(self, session: Session) -> None:
        self.session = session
        joining.found(session)
        self.treasurer: Actor = joining.founder(session, "treasurer")
        self.today: date = cooperative.today(session)
        open_accounts(session, self.treasurer, self.today)
        mark(session, self.treasurer, code=SAVINGS, number="")

    def line(self, amount_minor: int, account: str = BANK, words: str = "X") -> UUID:
        return enter_line(self.session, self.treasurer, NewLine(self.today, amount_minor, words), account=account)

    def entry(self, *lines: tuple[str, int]) -> UUID:
        asked = [Line(code, amount_minor) for code, amount_minor in lines]
        return record_entry(self.session, self.treasurer, NewEntry(self.today, "Moved", asked, uuid4()))

    def classify(self, line_id: UUID, account: str) -> UUID:
        reason = Reason(self.today, account, "Transfer")
        return classify(self.session, self.treasurer, line_id=line_id, reason=reason)

    def match(self, line_id: UUID, entry_id: UUID) -> None:
        match(self.session, self.treasurer, line_id=line_id, entry_id=entry_id)

    def state(self, line_id: UUID) -> State:
        return bank_queries.line(self.session, line_id).state

    def difference(self, account: str) -> int:
        return reconciliation(self.session, account, self.today).difference_minor

    def refused(self, refusal: type[Exception], work: Callable[[], object]) -> None:
        with pytest.raises(refusal), self.session.begin_nested():
            work()


@pytest.fixture
def house(session: Session) -> House:
    return House(session)


# -- which accounts are bank accounts


def test_the_first_always_is_a_bank_account_and_others_are_marked(house: House) -> None:
    assert [one.code for one in bank_accounts(house.session)] == [BANK, SAVINGS]
    assert bank_account(house.session, BANK).number == cooperative.current(house.session).bank_account
    assert [one.code for one in can_be_marked(house.session)] == [TERM_DEPOSIT, TILL]
    mark(house.session, house.treasurer, code=TERM_DEPOSIT, number=" 99-1 ")
    assert bank_account(house.session, TERM_DEPOSIT).number == "99-1"
    house.refused(NotFound, lambda: bank_account(house.session, TILL))


@pytest.mark.parametrize(
    ("code", "refusal"),
    [
        (BANK, account_errors.AlreadyBankAccount),
        (SAVINGS, account_errors.AlreadyBankAccount),
        (SUSPENSE, account_errors.AccountKept),
        (RECEIVABLE, account_errors.AccountKept),
        (IN_TRANSIT, account_errors.AccountKept),
        (EQUIPMENT, account_errors.NoBankAccount),
        (chart.LOANS, account_errors.NoBankAccount),
        (OTHER_COSTS, account_errors.NoBankAccount),
        ("10", account_errors.NoBankAccount),
        ("9999", NotFound),
    ],
)
def test_what_cannot_be_a_bank_account_is_refused(house: House, code: str, refusal: type[Exception]) -> None:
    house.refused(refusal, lambda: mark(house.session, house.treasurer, code=code, number=""))
    assert house.session.scalars(select(BankAccount.account_code)).all() == [SAVINGS]


def test_a_closed_account_and_one_that_names_members_is_no_bank_account(house: House) -> None:
    close_account(house.session, house.treasurer, code=TERM_DEPOSIT, closed_on=house.today)
    house.refused(account_errors.AccountClosed, lambda: look_at(house.session, TERM_DEPOSIT))
    lines = [Line(TILL, 100, uuid4()), Line(OTHER_INCOME, -100)]
    post(house.session, Draft(house.today, "x", "manual", "NZD", lines, "named"), now=clock.now())
    house.refused(account_errors.AccountHoldsOtherThings, lambda: look_at(house.session, TILL))
    assert not {TILL, TERM_DEPOSIT} & {one.code for one in can_be_marked(house.session)}


def test_an_account_is_ended_when_nothing_is_open_and_goes_on_where_it_was(house: House) -> None:
    line_id = house.line(500, SAVINGS)
    house.refused(account_errors.BankAccountOpen, lambda: end(house.session, house.treasurer, code=SAVINGS))
    entry_id = house.classify(line_id, OTHER_INCOME)
    other = house.entry((SAVINGS, 70), (OTHER_INCOME, -70))
    house.refused(account_errors.BankAccountOpen, lambda: end(house.session, house.treasurer, code=SAVINGS))
    reverse_entry(house.session, house.treasurer, entry_id=other, booked_on=house.today, reason="Wrong")
    end(house.session, house.treasurer, code=SAVINGS)
    assert [one.code for one in bank_accounts(house.session)] == [BANK]
    assert bank_account(house.session, SAVINGS).is_ended
    treasurer, session = house.treasurer, house.session
    for work in (
        lambda: house.line(1, SAVINGS),
        lambda: unmatch(session, treasurer, line_id=line_id),
        lambda: remove_line(session, treasurer, line_id=line_id),
        lambda: end(session, treasurer, code=SAVINGS),
        lambda: change_number(session, treasurer, code=SAVINGS, number="1"),
        lambda: add_rule(session, treasurer, NewRule("fees", False, OTHER_COSTS, "Fee"), bank=SAVINGS),
        lambda: enter_file(session, treasurer, ofx_of(house.today), account=SAVINGS),
    ):
        house.refused(account_errors.BankAccountEnded, work)
    assert bank_queries.line(session, line_id).entry_ids == (entry_id,)
    mark(session, treasurer, code=SAVINGS, number="7")
    unmatch(session, treasurer, line_id=line_id)


def test_an_account_that_was_marked_by_mistake_is_ended_whatever_is_booked_to_it(house: House) -> None:
    house.entry((SAVINGS, 70), (OTHER_INCOME, -70))
    end(house.session, house.treasurer, code=SAVINGS)
    house.refused(account_errors.MainBankAccount, lambda: end(house.session, house.treasurer, code=BANK))
    house.refused(NotFound, lambda: end(house.session, house.treasurer, code=TILL))


def test_the_chart_makes_nothing_else_of_a_bank_account(house: House) -> None:
    session, treasurer = house.session, house.treasurer
    for particulars in (
        Particulars("Savings", heading="10", statement_line="cash", by_party=True),
        Particulars("Savings", heading="10", statement_line="fixed-assets"),
        Particulars("Savings", heading="10"),
    ):
        house.refused(
            account_errors.BankAccountInUse,
            partial(edit_account, session, treasurer, code=SAVINGS, particulars=particulars),
        )
    for work in (
        lambda: close_account(session, treasurer, code=SAVINGS, closed_on=house.today),
        lambda: take_chart(session, treasurer, f"code,name,kind,line\n{SAVINGS},Savings,asset,receivables\n"),
    ):
        house.refused(account_errors.BankAccountInUse, work)
    named = Particulars("Rainy days", heading="10", statement_line="other-current-assets")
    edit_account(session, treasurer, code=SAVINGS, particulars=named)
    assert bank_account(session, SAVINGS).label == f"{SAVINGS} Rainy days"
    end(session, treasurer, code=SAVINGS)
    close_account(session, treasurer, code=SAVINGS, closed_on=house.today)


def test_a_number_is_of_one_account_however_it_is_written(house: House) -> None:
    change_number(house.session, house.treasurer, code=SAVINGS, number="12-3456-0123456-50")
    house.refused(
        account_errors.NumberTaken,
        lambda: mark(house.session, house.treasurer, code=TILL, number="12 3456 0123456 50"),
    )
    change_number(house.session, house.treasurer, code=SAVINGS, number="12 3456 0123456 50")
    house.refused(
        account_errors.MainBankAccount,
        lambda: change_number(house.session, house.treasurer, code=BANK, number="1"),
    )


def test_only_the_treasurer_marks_and_ends(house: House) -> None:
    for name in ("board", "auditor"):
        who = joining.founder(house.session, name)
        for work in (
            partial(mark, house.session, who, code=TILL, number=""),
            partial(end, house.session, who, code=SAVINGS),
            partial(change_number, house.session, who, code=SAVINGS, number="1"),
        ):
            house.refused(PowerMissing, work)


# -- each statement on its own


def test_the_same_line_stands_on_both_statements_and_is_known_on_each(house: House) -> None:
    ids = [house.line(-500, account, "MONTHLY FEE") for account in (BANK, SAVINGS)]
    for account in (BANK, SAVINGS):
        house.refused(errors.LineKnown, partial(house.line, -500, account, "MONTHLY FEE"))
    assert [row.id for one in (BANK, SAVINGS) for row in all_lines(house.session, LineFilter(one))] == ids
    assert bank_queries.unmatched_counts(house.session) == {BANK: 1, SAVINGS: 1}
    house.refused(NotFound, lambda: house.line(1, TILL))


def test_an_entry_is_offered_and_matched_only_where_it_moved_money(house: House) -> None:
    line_id, entry_id = house.line(300, SAVINGS), house.entry((BANK, 300), (OTHER_INCOME, -300))
    assert [row.id for row in bank_queries.unmatched_entries(house.session, BANK).rows] == [entry_id]
    assert bank_queries.unmatched_entries(house.session, SAVINGS).total == 0
    assert suggestions(house.session, SAVINGS) == []
    house.refused(errors.MovesOtherwise, lambda: house.match(line_id, entry_id))
    mine = house.entry((SAVINGS, 300), (OTHER_INCOME, -300))
    assert [one.choice.chosen_id for one in suggestions(house.session, SAVINGS)] == [mine]
    house.match(line_id, mine)
    assert [house.difference(code) for code in (BANK, SAVINGS)] == [-300, 0]


def test_files_and_columns_are_of_one_account(house: House) -> None:
    session, treasurer, content = (
        house.session,
        house.treasurer,
        f"Date,What,Amount\n{house.today},FEE,-5.00\n".encode(),
    )
    columns = Columns(",", 1, ("Date", "What", "Amount"), 0, "%Y-%m-%d", (1,), amount=2)
    first = enter_file(session, treasurer, content, columns=columns)
    house.refused(ColumnsUnknown, lambda: enter_file(session, treasurer, content, account=SAVINGS))
    other = enter_file(session, treasurer, content, account=SAVINGS, columns=columns)
    assert other.statement_id != first.statement_id
    again = enter_file(session, treasurer, content, account=SAVINGS)
    assert (other.taken, again.taken, again.statement_id) == (Taken(1, 0), Taken(0, 1), other.statement_id)
    assert [one.id for one in statements(session, SAVINGS).rows] == [other.statement_id]
    forget_columns(session, treasurer, account=SAVINGS)
    assert (kept_columns(session, SAVINGS), kept_columns(session)) == (None, columns)


def test_a_file_that_names_another_account_is_refused(house: House) -> None:
    content = ofx_of(house.today)
    change_number(house.session, house.treasurer, code=SAVINGS, number="12 3456 0123456 50")
    with pytest.raises(OtherAccount) as refused, house.session.begin_nested():
        enter_file(house.session, house.treasurer, content)
    assert message_of(refused.value) == f"The file is of account {SAVINGS} Savings. Enter it there."
    entered = enter_file(house.session, house.treasurer, content, account=SAVINGS)
    latest = latest_statement(house.session, SAVINGS)
    assert latest is not None
    assert (latest.id, latest_statement(house.session, BANK)) == (entered.statement_id, None)
    lines, entries = left_over(house.session, BANK, house.today)
    assert (lines, entries) == ([], [])


def test_a_rule_is_for_the_lines_of_one_account(house: House) -> None:
    session, treasurer = house.session, house.treasurer
    rule_id = add_rule(session, treasurer, NewRule("interest", True, OTHER_INCOME, "Interest"), bank=SAVINGS)
    lines = [house.line(12, account, "INTEREST") for account in (BANK, SAVINGS)]
    assert (rules(session, BANK), [one.id for one in rules(session, SAVINGS)]) == ([], [rule_id])
    assert suggestions(session, BANK) == []
    (suggested,) = suggestions(session, SAVINGS)
    assert (suggested.line.id, suggested.choice.chosen_id) == (lines[1], rule_id)
    confirm(session, treasurer, [suggested.choice])
    assert [house.state(one) for one in lines] == [State.UNMATCHED, State.MATCHED]
    assert (balance_of(session, SAVINGS, house.today), balance_of(session, BANK, house.today)) == (12, 0)
    house.refused(
        errors.BankItself,
        lambda: add_rule(session, treasurer, NewRule("move", True, SAVINGS, "x"), bank=SAVINGS),
    )
    add_rule(session, treasurer, NewRule("move", True, BANK, "x"), bank=SAVINGS)


def test_a_request_that_was_paid_into_another_account_is_booked_there(house: House) -> None:
    request = house.session.scalars(select(PaymentRequest)).first()
    assert request is not None
    line_id = house.line(request.amount_minor, SAVINGS, request.reference)
    receive(house.session, house.treasurer, line_id=line_id, request_id=request.id)
    assert (house.state(line_id), house.difference(SAVINGS)) == (State.MATCHED, 0)
    assert balance_of(house.session, SAVINGS, house.today) == request.amount_minor


# -- transfers


def test_an_entry_between_two_bank_accounts_is_a_line_of_each(house: House) -> None:
    entry_id = house.entry((SAVINGS, 900), (BANK, -900))
    out, into = house.line(-900), house.line(900, SAVINGS)
    house.match(out, entry_id)
    assert [row.id for row in bank_queries.unmatched_entries(house.session, SAVINGS).rows] == [entry_id]
    house.match(into, entry_id)
    assert bank_queries.lines_of_entry(house.session, entry_id) == {BANK: out, SAVINGS: into}
    assert [house.difference(code) for code in (BANK, SAVINGS)] == [0, 0]
    house.refused(errors.EntryMatched, lambda: house.match(house.line(900, SAVINGS, "again"), entry_id))
    unmatch(house.session, house.treasurer, line_id=out)
    assert bank_queries.lines_of_entry(house.session, entry_id) == {SAVINGS: into}
    assert bank_checks.findings(house.session) == []


def test_a_line_booked_as_a_transfer_is_one_entry_which_the_other_line_then_is(house: House) -> None:
    out, into = house.line(-900), house.line(900, SAVINGS)
    house.refused(errors.BankItself, lambda: house.classify(out, BANK))
    assert SAVINGS in {one.code for one in bookable_accounts(house.session, BANK)}
    assert BANK in {one.code for one in bookable_accounts(house.session, SAVINGS)}
    entry_id = house.classify(out, SAVINGS)
    with pytest.raises(errors.TransferWaits) as refused, house.session.begin_nested():
        house.classify(into, BANK)
    assert refused.value.booked_on == house.today
    (suggested,) = suggestions(house.session, SAVINGS)
    assert (suggested.choice.way, suggested.choice.chosen_id) == (Way.ENTRY, entry_id)
    confirm(house.session, house.treasurer, [suggested.choice])
    assert [balance_of(house.session, code, house.today) for code in (BANK, SAVINGS)] == [-900, 900]
    assert [house.difference(code) for code in (BANK, SAVINGS)] == [0, 0]


def test_a_second_transfer_of_the_same_amount_is_another_entry(house: House) -> None:
    first, second = (house.classify(house.line(-900, words=words), SAVINGS) for words in ("a", "b"))
    into = [house.line(900, SAVINGS, words) for words in ("a", "b")]
    for line_id, entry_id in zip(into, (first, second), strict=True):
        house.match(line_id, entry_id)
    assert house.difference(SAVINGS) == 0
    third = house.line(900, SAVINGS, "c")
    assert house.classify(third, BANK) not in (first, second)


def test_what_is_confirmed_together_books_no_transfer_a_second_time(house: House) -> None:
    session, treasurer = house.session, house.treasurer
    rule_id = add_rule(session, treasurer, NewRule("from cheque", True, BANK, "Transfer"), bank=SAVINGS)
    entry_id = house.classify(house.line(-900), SAVINGS)
    first, second = (house.line(900, SAVINGS, f"FROM CHEQUE {number}") for number in (1, 2))
    house.refused(errors.TransferWaits, lambda: confirm(session, treasurer, [Choice(first, Way.RULE, rule_id)]))
    confirm(session, treasurer, [Choice(first, Way.RULE, rule_id), Choice(second, Way.ENTRY, entry_id)])
    assert [house.state(one) for one in (first, second)] == [State.MATCHED, State.MATCHED]
    assert bank_queries.unmatched_entries(session, BANK).total == 1


def test_a_transfer_from_several_lines_holds_together_on_each_account(house: House) -> None:
    session, treasurer = house.session, house.treasurer
    entry_id = house.entry((SAVINGS, 900), (BANK, -900))
    match_together(session, treasurer, line_ids=[house.line(-400), house.line(-500)], entry_ids=[entry_id])
    into = [house.line(300, SAVINGS), house.line(600, SAVINGS)]
    mixed = [into[0], house.line(600)]
    house.refused(
        errors.LinesOfSeveral, lambda: match_together(session, treasurer, line_ids=mixed, entry_ids=[entry_id])
    )
    match_together(session, treasurer, line_ids=into, entry_ids=[entry_id])
    row = bank_queries.line(session, into[0])
    assert [other.id for other in bank_queries.matched_with(session, row)[1]] == into[1:]
    assert bank_checks.findings(session) == []


def test_an_entry_and_its_reversal_are_undone_on_the_account_that_shows_neither(house: House) -> None:
    entry_id = house.entry((SAVINGS, 900), (BANK, -900))
    house.match(house.line(-900), entry_id)
    reverse_entry(house.session, house.treasurer, entry_id=entry_id, booked_on=house.today, reason="Wrong")
    assert bank_queries.unmatched_entries(house.session, SAVINGS).total == 0
    assert bank_queries.unmatched_entries(house.session, BANK).total == 1


# -- what the database and the checks see


def test_the_database_itself_keeps_an_entry_to_one_line_of_each_account(house: House) -> None:
    entry_id = house.entry((SAVINGS, 900), (BANK, -900))
    house.match(house.line(900, SAVINGS), entry_id)
    again, other, group_id = house.line(900, SAVINGS, "again"), house.line(-900, words="other"), new_id()

    def put(line_id: UUID, group: UUID | None = None) -> None:
        row = BankMatch(id=new_id(), line_id=line_id, entry_id=entry_id, matched_at=clock.now(), group_id=group)
        house.session.add(row)
        house.session.flush()

    with pytest.raises(DBAPIError, match="the entry is matched already"), house.session.begin_nested():
        put(again)
    with pytest.raises(DBAPIError, match="of different amounts"), house.session.begin_nested():
        put(house.line(901, words="more"))

    def mix() -> None:
        loose = house.entry((SAVINGS, 5), (BANK, -5))
        for line_id in (house.line(5, SAVINGS, "five"), house.line(-5, words="five")):
            house.session.add(
                BankMatch(id=new_id(), line_id=line_id, entry_id=loose, matched_at=clock.now(), group_id=group_id)
            )
        house.session.flush()
        house.session.add(BankMatchGroup(id=group_id, matched_at=clock.now()))
        house.session.flush()

    with pytest.raises(DBAPIError, match="lines of one bank account"), house.session.begin_nested():
        mix()
    put(other)


@pytest.mark.tampers
def test_the_checks_look_at_every_bank_account(house: House) -> None:
    matched = house.line(900, SAVINGS)
    house.classify(matched, OTHER_INCOME)
    house.line(5, SAVINGS)
    drop_rules(house.session.connection())
    session = house.session
    for change, check in (
        (update(BankLine).where(BankLine.id == matched).values(amount_minor=901), "bank-matched-otherwise"),
        (update(BankLine).where(BankLine.id == matched).values(account_code=BANK), "bank-matched-otherwise"),
        (update(BankLine).where(BankLine.id != matched).values(account_code=TILL), "bank-account-missing"),
        (update(BankAccount).values(ended_at=clock.now()), "bank-account-open"),
        (update(BankAccount).values(account_code=RECEIVABLE), "bank-account-unfit"),
    ):
        with session.begin_nested() as nested:
            session.execute(change)
            assert check in {one.check for one in bank_checks.findings(session)}, check
            nested.rollback()
    assert bank_checks.findings(session) == []


def test_closing_a_year_waits_for_the_lines_of_every_account(house: House) -> None:
    year = periods.fiscal_year_of(house.session, house.today)
    assert year is not None

    def told() -> list[str]:
        items = [one for one in open_items(house.session, year.id) if one.code == "bank-lines"]
        return [message_of(one.refusal) for one in items]

    assert told() == []
    house.line(5, SAVINGS)
    house.line(7)
    house.line(8)
    assert told() == [
        "Lines of the statement of account 1000 Bank account that are no entry yet: 2.",
        "Lines of the statement of account 1010 Savings that are no entry yet: 1.",
    ]
    # Of the whole checklist, what tells no day: only a page knows how days are written.
    found = prospect(house.session, year.id)
    lines = replace(found, open_items=tuple(one for one in found.open_items if one.code == "bank-lines"))
    rows = [row for row in checklist(lines) if row.endpoint == "bank.lines"]
    assert [(row.label, dict(row.values)["bank_code"]) for row in rows] == [
        ("Every line of the statement of 1000 Bank account is an entry", BANK),
        ("Every line of the statement of 1010 Savings is an entry", SAVINGS),
    ]


def test_both_sides_of_a_transfer_booked_at_once_are_one_entry(database: TestDatabase) -> None:
    def prepare(session: Session) -> tuple[Actor, date, UUID, UUID]:
        house = House(session)
        return house.treasurer, house.today, house.line(-900), house.line(900, SAVINGS)

    treasurer, today, out, into = write_with(database.engine, prepare)

    def book(line_id: UUID, account: str) -> Callable[[Session], object]:
        reason = Reason(today, account, "Transfer")
        return lambda session: classify(session, treasurer, line_id=line_id, reason=reason)

    done, refused = joining.outcomes(joining.at_once(database.engine, book(out, SAVINGS), book(into, BANK)))
    assert (done, refused) == (1, {errors.TransferWaits})
    booked = select(func.count()).select_from(Entry).where(Entry.kind == "bank-line")
    assert write_with(database.engine, lambda session: session.scalar(booked)) == 1
    assert write_with(database.engine, bank_checks.findings) == []
