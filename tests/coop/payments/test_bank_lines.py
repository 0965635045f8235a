"""Entering lines of the bank statement, and reading one that was pasted."""

from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from coop import cooperative
from coop.database import write_with
from coop.formats import AmountError
from coop.payments.bank import errors
from coop.payments.bank import lines as bank_lines
from coop.payments.bank import queries as bank_queries
from coop.payments.bank.lines import Taken, enter_line, paste_statement, remove_line
from coop.payments.bank.models import BankLine, BankLineText
from coop.payments.bank.queries import LineFilter, State
from coop.payments.bank.reconciling import reconciliation
from coop.payments.bank.statements import MOST_LINES, MOST_PROBLEMS, NewLine, Statement, read_statement
from coop.permissions import Actor, NotFound, PowerMissing
from ledger.chart import BANK
from tests import joining
from tests.databases import TestDatabase

STATEMENT = Statement("NZD", date(2026, 4, 1), date(2026, 11, 30))


@pytest.fixture
def treasurer(session: Session) -> Actor:
    joining.found(session)
    return joining.founder(session, "treasurer")


@pytest.fixture
def today(session: Session, treasurer: Actor) -> date:
    return cooperative.today(session)


def count(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(BankLine)) or 0


def problems_of(text: str) -> list[tuple[int, str, type]]:
    with pytest.raises(errors.StatementUnreadable) as refused:
        read_statement(text, STATEMENT)
    return [(problem.row, problem.column, type(problem.reason)) for problem in refused.value.problems]


def test_a_statement_is_read_with_and_without_its_header() -> None:
    rows = '2026-04-01,50.00,A HIHI KAN-7F3K-2\n\n1/11/2026,-45,"MONTHLY FEE, ACCOUNT"\r\n31/10/2026,"1,234.50",\n'
    expected = [
        NewLine(date(2026, 4, 1), 5000, "A HIHI KAN-7F3K-2"),
        NewLine(date(2026, 11, 1), -4500, "MONTHLY FEE, ACCOUNT"),
        NewLine(date(2026, 10, 31), 123_450, ""),
    ]
    assert read_statement(rows, STATEMENT) == expected
    assert read_statement("\ufeffDate, Amount ,TEXT\n" + rows, STATEMENT) == expected


def test_each_wrong_row_is_named_with_its_column_and_reason() -> None:
    text = "\n".join(
        (
            "date,amount,text",
            "2026-04-31,1.00,no such day",
            "04/13/2026,1.00,month first",
            "1/4/26,1.00,two digits",
            "2026-04-01,1.005,too precise",
            "2026-04-01,0.00,nothing",
            "2026-12-01,1.00,tomorrow",
            "2026-03-31,1.00,before the books",
            "2026-04-01,ten," + "x" * 201,
            "2026-04-01,1.00",
            "2026-04-01,1,234.50,unquoted",
            "2026-04-01,99999999999999.00,too large",
            "2026-04-01,1.00,right",
        )
    )
    found = problems_of(text)
    assert [(row, column) for row, column, _ in found] == [
        (2, "date"), (3, "date"), (4, "date"), (5, "amount"), (6, "amount"), (7, "date"), (8, "date"),
        (9, "amount"), (9, "text"), (10, ""), (11, ""), (12, "amount"),
    ]  # fmt: skip
    kinds = [kind for _, _, kind in found]
    assert kinds[:3] == [errors.DayUnreadable] * 3
    assert issubclass(kinds[3], AmountError)
    assert kinds[4:7] == [errors.LineOfNothing, errors.LineInFuture, errors.LineBeforeBooks]
    assert kinds[-3:-1] == [errors.WrongColumnCount] * 2


def test_a_row_over_several_lines_is_named_by_its_first(session: Session) -> None:
    text = '2026-04-01,1.00,"two\nlines"\nnonsense,1.00,x\n2026-04-01,1.00,"never closed\n2026-04-01,1.00,x'
    assert problems_of(text) == [(3, "date", errors.DayUnreadable), (4, "", errors.QuotesBroken)]


def test_at_most_a_hundred_problems_are_told_and_all_are_counted() -> None:
    with pytest.raises(errors.StatementUnreadable) as refused:
        read_statement("x,y,z\n" * 300, STATEMENT)
    assert (len(refused.value.problems), refused.value.count) == (MOST_PROBLEMS, 300)


@pytest.mark.parametrize("text", ["", " \n\n", "date,amount,text\n"])
def test_an_empty_statement_is_told(text: str) -> None:
    with pytest.raises(errors.StatementEmpty):
        read_statement(text, STATEMENT)


def test_more_lines_than_are_taken_are_refused() -> None:
    row = "2026-04-01,1.00,x\n"
    assert len(read_statement(row * MOST_LINES, STATEMENT)) == MOST_LINES
    with pytest.raises(errors.StatementTooLong):
        read_statement(row * (MOST_LINES + 1), STATEMENT)


@given(st.text(max_size=300))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        lines = read_statement(text, STATEMENT)
    except (errors.StatementUnreadable, errors.StatementEmpty):
        return
    assert lines


def test_a_statement_pasted_again_adds_only_what_is_new(session: Session, treasurer: Actor, today: date) -> None:
    fee = f"{today},-5.00,FEE\n"
    assert paste_statement(session, treasurer, fee * 2 + f"{today},50.00,A HIHI") == Taken(3, 0)
    assert paste_statement(session, treasurer, fee * 2) == Taken(0, 2)
    assert paste_statement(session, treasurer, fee * 3 + f"{today},50.00,B HIHI") == Taken(2, 2)
    assert count(session) == 5
    assert paste_statement(session, treasurer, f"{today},-5.00,OTHER FEE") == Taken(1, 0)


def test_a_line_whose_text_was_erased_is_known_by_day_and_amount(
    session: Session, treasurer: Actor, today: date
) -> None:
    paste_statement(session, treasurer, f"{today},-5.00,FEE\n{today},-5.00,")
    session.execute(delete(BankLineText).where(BankLineText.text == "FEE"))
    assert paste_statement(session, treasurer, f"{today},-5.00,FEE\n{today},-5.00,") == Taken(0, 2)
    assert paste_statement(session, treasurer, f"{today},-5.00,FEE\n" * 2) == Taken(1, 1)


def test_a_wrong_row_lets_nothing_in(session: Session, treasurer: Actor, today: date) -> None:
    with pytest.raises(errors.StatementUnreadable):
        paste_statement(session, treasurer, f"{today},-5.00,FEE\n{today},-5.00")
    assert count(session) == 0


def test_one_line_is_entered_once(session: Session, treasurer: Actor, today: date) -> None:
    line = NewLine(today, -500, " Monthly\tfee ")
    line_id = enter_line(session, treasurer, line)
    assert bank_queries.line(session, line_id).text == "Monthly fee"
    with pytest.raises(errors.LineKnown):
        enter_line(session, treasurer, line)
    assert count(session) == 1


def test_a_line_that_cannot_be_leaves_nothing(session: Session, treasurer: Actor, today: date) -> None:
    for wrong, refusal in (
        (NewLine(today, 0, "x"), errors.LineOfNothing),
        (NewLine(today, 10**15, "x"), errors.LineTooLarge),
        (NewLine(today + timedelta(days=1), 1, "x"), errors.LineInFuture),
        (NewLine(today - timedelta(days=800), 1, "x"), errors.LineBeforeBooks),
    ):
        with pytest.raises(refusal):
            enter_line(session, treasurer, wrong)
    assert count(session) == 0


def test_a_line_entered_by_mistake_is_removed_and_can_be_entered_again(
    session: Session, treasurer: Actor, today: date
) -> None:
    line = NewLine(today, -500, "FEE")
    line_id = enter_line(session, treasurer, line)
    remove_line(session, treasurer, line_id=line_id)
    assert bank_queries.unmatched_counts(session) == {}
    assert [row.id for row in bank_queries.all_lines(session, LineFilter(BANK, State.REMOVED))] == [line_id]
    assert reconciliation(session, BANK, today).lines_minor == 0
    with pytest.raises(errors.LineRemoved):
        remove_line(session, treasurer, line_id=line_id)
    with pytest.raises(NotFound):
        remove_line(session, treasurer, line_id=uuid4())
    assert enter_line(session, treasurer, line) != line_id


def test_unmatched_lines_are_found_between_two_days(session: Session, treasurer: Actor, today: date) -> None:
    yesterday = today - timedelta(days=1)
    ids = [enter_line(session, treasurer, NewLine(day, 100, "x")) for day in (today, yesterday)]
    assert [row.id for row in bank_queries.all_lines(session, LineFilter(BANK))] == ids[::-1]
    for starts_on, ends_on, found in ((today, today, ids[:1]), (None, yesterday, ids[1:])):
        wanted = LineFilter(BANK, starts_on=starts_on, ends_on=ends_on)
        assert [row.id for row in bank_queries.all_lines(session, wanted)] == found
        assert bank_queries.unmatched_counts(session, starts_on, ends_on) == {BANK: 1}
    assert bank_queries.unmatched_counts(session) == {BANK: 2}


def test_lines_are_searched_by_their_words(session: Session, treasurer: Actor, today: date) -> None:
    paste_statement(session, treasurer, f"{today},1.00,RENT 100% hall\n{today},2.00,koha")
    found = [row.text for row in bank_queries.all_lines(session, LineFilter(BANK, words="hall 100%"))]
    assert found == ["RENT 100% hall"]
    assert bank_queries.all_lines(session, LineFilter(BANK, words="_ent")) == []


def test_only_the_treasurer_enters_and_removes(session: Session, treasurer: Actor, today: date) -> None:
    line_id = enter_line(session, treasurer, NewLine(today, 100, "x"))
    for name in ("board", "secretary", "auditor", "founder"):
        other = joining.founder(session, name)
        with pytest.raises(PowerMissing):
            enter_line(session, other, NewLine(today, 200, "x"))
        with pytest.raises(PowerMissing):
            paste_statement(session, other, f"{today},2.00,x")
        with pytest.raises(PowerMissing):
            remove_line(session, other, line_id=line_id)
    assert count(session) == 1


def test_the_same_statement_pasted_by_several_at_once_is_entered_once(database: TestDatabase) -> None:
    def prepare(session: Session) -> tuple[Actor, date]:
        joining.found(session)
        return joining.founder(session, "treasurer"), cooperative.today(session)

    treasurer, today = write_with(database.engine, prepare)

    def paste(session: Session) -> Taken:
        return bank_lines.paste_statement(session, treasurer, f"{today},1.00,x\n{today},1.00,x\n{today},-2.00,y")

    results = joining.at_once(database.engine, *[paste] * 4)
    assert sorted(taken.new for taken in results) == [0, 0, 0, 3]
    assert write_with(database.engine, count) == 3
    lines = write_with(database.engine, lambda session: bank_queries.all_lines(session, LineFilter(BANK)))
    ids: list[UUID] = [row.id for row in lines]
    assert len(set(ids)) == 3
