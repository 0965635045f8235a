"""One line that is many entries, one entry that is many lines: matched and taken apart together, by the program and the database."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, insert, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from coop import clock, cooperative
from coop.books.operations import NewEntry, record_entry
from coop.database import write_with
from coop.payments.bank import checks as bank_checks
from coop.payments.bank import errors
from coop.payments.bank import queries as bank_queries
from coop.payments.bank.lines import enter_line, remove_line
from coop.payments.bank.matching import MOST_TOGETHER, match, match_together, unmatch
from coop.payments.bank.models import BankMatch, BankMatchGroup, BankUnmatch
from coop.payments.bank.queries import State
from coop.payments.bank.reconciling import reconciliation
from coop.payments.bank.statements import NewLine
from coop.permissions import Actor, NotFound, PowerMissing
from evidence.columns import table_of
from evidence.identifiers import new_id
from evidence.rules import drop_rules
from ledger.chart import BANK, OTHER_INCOME
from ledger.posting import Line
from tests import joining
from tests.databases import TestDatabase


class House:
    """A founded co-operative with its treasurer, and short words for what tests do."""

    def __init__(self, session: Session) -> None:
        self.session = session
        joining.found(session)
        self.treasurer: Actor = joining.founder(session, "treasurer")
        self.today: date = cooperative.today(session)

    def line(self, amount_minor: int) -> UUID:
        return enter_line(self.session, self.treasurer, NewLine(self.today, amount_minor, str(uuid4())))

    def entry(self, amount_minor: int) -> UUID:
        lines = [Line(BANK, amount_minor), Line(OTHER_INCOME, -amount_minor)]
        return record_entry(self.session, self.treasurer, NewEntry(self.today, "Koha", lines, uuid4()))

    def match(self, lines: Sequence[UUID], entries: Sequence[UUID]) -> None:
        match_together(self.session, self.treasurer, line_ids=lines, entry_ids=entries)

    def unmatch(self, line_id: UUID) -> None:
        unmatch(self.session, self.treasurer, line_id=line_id)

    def row(self, line_id: UUID) -> bank_queries.LineRow:
        return bank_queries.line(self.session, line_id)

    def count(self, mapped: type) -> int:
        return self.session.scalar(select(func.count()).select_from(mapped)) or 0


@pytest.fixture
def house(session: Session) -> House:
    return House(session)


def test_one_line_is_many_entries(house: House) -> None:
    line_id, entries = house.line(600), [house.entry(amount) for amount in (100, 700, -200)]
    house.match([line_id], entries)
    row = house.row(line_id)
    assert (row.state, set(row.entry_ids)) == (State.MATCHED, set(entries))
    assert [bank_queries.lines_of_entry(house.session, entry_id) for entry_id in entries] == [{BANK: line_id}] * len(
        entries
    )
    assert bank_queries.unmatched_entries(house.session, BANK).total == 0
    assert reconciliation(house.session, BANK, house.today).difference_minor == 0
    assert [entry.id in entries for entry in bank_queries.matched_with(house.session, row)[0]] == [True] * 3
    assert bank_checks.findings(house.session) == []


def test_one_entry_is_many_lines(house: House) -> None:
    lines, entry_id = [house.line(amount) for amount in (100, 700, -200)], house.entry(600)
    house.match(lines, [entry_id])
    assert {house.row(line_id).entry_ids for line_id in lines} == {(entry_id,)}
    assert bank_queries.unmatched_counts(house.session) == {}
    others = bank_queries.matched_with(house.session, house.row(lines[0]))[1]
    assert {line.id for line in others} == set(lines[1:])
    assert bank_checks.findings(house.session) == []


def test_what_is_matched_together_comes_apart_together(house: House) -> None:
    lines, entry_id = [house.line(100), house.line(500)], house.entry(600)
    house.match(lines, [entry_id])
    house.unmatch(lines[1])
    assert [house.row(line_id).state for line_id in lines] == [State.UNMATCHED] * 2
    with pytest.raises(errors.LineNotMatched):
        house.unmatch(lines[0])
    house.match(lines, [entry_id])
    single = house.line(600)
    house.unmatch(lines[0])
    match(house.session, house.treasurer, line_id=single, entry_id=entry_id)
    assert house.row(single).entry_ids == (entry_id,)
    assert bank_checks.findings(house.session) == []


def test_one_of_each_is_a_plain_match(house: House) -> None:
    line_id, entry_id = house.line(600), house.entry(600)
    house.match([line_id, line_id], [entry_id])
    assert (house.count(BankMatch), house.count(BankMatchGroup)) == (1, 0)


def test_a_match_that_cannot_be_leaves_nothing(house: House) -> None:
    lines, entries = [house.line(100), house.line(500)], [house.entry(600), house.entry(99)]
    with pytest.raises(errors.SidesDiffer) as refused:
        house.match(lines, entries[1:])
    assert (refused.value.lines_minor, refused.value.entries_minor, refused.value.difference_minor) == (600, 99, 501)
    removed = house.line(600)
    remove_line(house.session, house.treasurer, line_id=removed)
    for left, right, refusal in (
        ([], entries, errors.SideMissing),
        (lines, [], errors.SideMissing),
        (lines, entries, errors.ManyOnBothSides),
        ([uuid4(), *lines], entries[:1], NotFound),
        (lines, [uuid4()], NotFound),
        ([removed, *lines], entries[:1], errors.LineRemoved),
        ([uuid4() for _ in range(MOST_TOGETHER + 1)], entries[:1], errors.TooManyTicked),
    ):
        with pytest.raises(refusal), house.session.begin_nested():
            house.match(left, right)
    house.match(lines, entries[:1])
    with pytest.raises(errors.LineMatched):
        house.match([lines[0], house.line(-100)], entries[1:])
    with pytest.raises(errors.EntryMatched):
        house.match([house.line(600)], entries)
    with pytest.raises(errors.LineMatched):
        remove_line(house.session, house.treasurer, line_id=lines[0])
    assert house.count(BankMatch) == 2


def test_only_the_treasurer_matches_together(house: House) -> None:
    line_id, entries = house.line(600), [house.entry(100), house.entry(500)]
    for name in ("board", "auditor", "founder"):
        with pytest.raises(PowerMissing):
            match_together(house.session, joining.founder(house.session, name), line_ids=[line_id], entry_ids=entries)
    assert house.count(BankMatch) == 0


def pair(line_id: UUID, entry_id: UUID, group_id: UUID | None) -> dict[str, object]:
    return {"id": new_id(), "line_id": line_id, "entry_id": entry_id, "matched_at": clock.now(), "group_id": group_id}


def put(house: House, pairs: Sequence[tuple[UUID, UUID]]) -> None:
    """Write a group past the program."""
    group_id = new_id()
    with house.session.begin_nested():
        for line_id, entry_id in pairs:
            house.session.execute(insert(table_of(BankMatch)).values(pair(line_id, entry_id, group_id)))
        house.session.execute(insert(table_of(BankMatchGroup)).values(id=group_id, matched_at=clock.now()))


@pytest.mark.tampers
def test_the_database_itself_adds_up_the_sides_of_a_group(house: House) -> None:
    lines, entries = [house.line(100), house.line(500), house.line(7)], [house.entry(600), house.entry(7)]
    for pairs, message in (
        ([(lines[0], entries[0]), (lines[2], entries[0])], "do not add up"),
        ([(lines[0], entries[0])], "two matches or more"),
        ([], "two matches or more"),
        ([(lines[0], entries[0]), (lines[1], entries[1])], "of one line or of one entry"),
        ([(lines[0], entries[0]), (lines[0], entries[0])], "the two are matched already"),
    ):
        with pytest.raises(DBAPIError, match=message):
            put(house, pairs)
    with pytest.raises(DBAPIError, match="different amounts"), house.session.begin_nested():
        house.session.execute(insert(table_of(BankMatch)).values(pair(lines[0], entries[0], None)))
    house.match(lines[:2], entries[:1])
    group_id = house.session.scalars(select(BankMatchGroup.id)).one()
    with pytest.raises(DBAPIError, match="complete"), house.session.begin_nested():
        house.session.execute(insert(table_of(BankMatch)).values(pair(lines[2], entries[1], group_id)))
    with pytest.raises(DBAPIError, match="matched already"):
        put(house, [(lines[0], entries[1]), (lines[2], entries[1])])
    assert bank_checks.findings(house.session) == []


@pytest.mark.tampers
def test_the_checks_see_groups_that_were_broken_with_the_rules_switched_off(house: House) -> None:
    lines, entries = [house.line(100), house.line(500), house.line(7)], [house.entry(600), house.entry(8)]
    house.match(lines[:2], entries[:1])
    drop_rules(house.session.connection())
    first = house.session.scalars(select(BankMatch.id).order_by(BankMatch.id)).first()
    house.session.execute(insert(table_of(BankUnmatch)).values(match_id=first, unmatched_at=clock.now()))
    put(house, [(lines[2], entries[1])])
    found = [finding.check for finding in bank_checks.findings(house.session)]
    assert sorted(found) == ["bank-group-broken", "bank-matched-otherwise", "bank-matched-otherwise"]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25, deadline=None)
@given(st.lists(st.integers(-500, 500).filter(bool), min_size=2, max_size=6), st.booleans())
def test_any_sums_that_agree_are_matched_and_others_refused(house: House, amounts: list[int], agree: bool) -> None:
    with house.session.begin_nested() as here:
        total = sum(amounts) + (0 if agree else 1)
        lines, entries = [house.line(amount) for amount in amounts], [house.entry(total)] if total else []
        if not entries:
            return
        if agree:
            house.match(lines, entries)
            house.unmatch(lines[-1])
            house.match(lines, entries)
        else:
            with pytest.raises(errors.SidesDiffer):
                house.match(lines, entries)
        assert bank_checks.findings(house.session) == []
        here.rollback()


def test_two_who_match_some_of_the_same_at_once_make_one_match(database: TestDatabase) -> None:
    def prepare(session: Session) -> tuple[Actor, list[UUID], list[UUID]]:
        house = House(session)
        return house.treasurer, [house.line(100), house.line(500), house.line(500)], [house.entry(600)]

    treasurer, lines, entries = write_with(database.engine, prepare)
    works = [
        lambda session, chosen=chosen: match_together(session, treasurer, line_ids=chosen, entry_ids=entries)
        for chosen in ([lines[0], lines[1]], [lines[2], lines[0]], [lines[1], lines[0]])
    ]
    done, refused = joining.outcomes(joining.at_once(database.engine, *works))
    assert done == 1
    assert refused <= {errors.LineMatched, errors.EntryMatched}
    assert write_with(database.engine, bank_checks.findings) == []
    taken = [lambda session, one=one: unmatch(session, treasurer, line_id=one) for one in lines]
    done, refused = joining.outcomes(joining.at_once(database.engine, *taken))
    assert (done, refused) == (1, {errors.LineNotMatched})
    assert write_with(database.engine, bank_checks.findings) == []
