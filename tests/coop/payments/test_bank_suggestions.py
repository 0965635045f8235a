"""What lines are suggested to be, the rules that the treasurer teaches, and confirming all of it or nothing."""

from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from coop import clock, cooperative
from coop.books.errors import KeptElsewhere
from coop.books.operations import NewEntry, record_entry
from coop.database import write_with
from coop.payments.bank import checks as bank_checks
from coop.payments.bank import errors
from coop.payments.bank import queries as bank_queries
from coop.payments.bank.booking_rules import MOST_RULES, NewRule, add_rule, change_rule, delete_rule, rule, rules
from coop.payments.bank.lines import enter_line
from coop.payments.bank.models import BankLineText, BankMatch, BankRule
from coop.payments.bank.queries import State
from coop.payments.bank.statements import NewLine
from coop.payments.bank.suggesting import Choice, Suggestion, Way, confirm, suggestions
from coop.payments.models import PaymentReceipt
from coop.payments.references import make_reference, references_in
from coop.permissions import Actor, NotFound, PowerMissing
from coop.texts import TextMissing, TextTooLong
from ledger.chart import BANK, OTHER_COSTS, OTHER_INCOME, RECEIVABLE, SHARE_CAPITAL
from ledger.errors import NoSuchAccount, PeriodLocked
from ledger.models import Entry, Period
from ledger.posting import Draft, Line, post
from tests import joining
from tests.databases import TestDatabase

FEES = NewRule("monthly fee", False, OTHER_COSTS, "Bank fee")


class House:
    """A founded co-operative with its treasurer, and short words for what tests do."""

    def __init__(self, session: Session) -> None:
        self.session = session
        joining.found(session)
        self.treasurer: Actor = joining.founder(session, "treasurer")
        self.today: date = cooperative.today(session)

    def line(self, amount_minor: int, words: str = "X", days_ago: int = 0, reference: str | None = None) -> UUID:
        line = NewLine(self.today - timedelta(days=days_ago), amount_minor, words)
        line_id = enter_line(self.session, self.treasurer, line)
        if reference:
            self.session.get_one(BankLineText, line_id).reference = reference
            self.session.flush()
        return line_id

    def entry(self, amount_minor: int, days_ago: int = 0, reference: str | None = None) -> UUID:
        lines = [Line(BANK, amount_minor), Line(OTHER_INCOME, -amount_minor)]
        on = self.today - timedelta(days=days_ago)
        if reference is None:
            return record_entry(self.session, self.treasurer, NewEntry(on, "Koha", lines, uuid4()))
        draft = Draft(on, "Invoice", "manual", "NZD", lines, str(uuid4()), reference=reference)
        return post(self.session, draft, now=clock.now())

    def found(self) -> list[Suggestion]:
        return suggestions(self.session, BANK)

    def confirm(self, *choices: Choice) -> int:
        return confirm(self.session, self.treasurer, choices)

    def state(self, line_id: UUID) -> State:
        return bank_queries.line(self.session, line_id).state

    def count(self, mapped: type) -> int:
        return self.session.scalar(select(func.count()).select_from(mapped)) or 0


@pytest.fixture
def house(session: Session) -> House:
    return House(session)


def test_references_are_found_however_they_are_written() -> None:
    for length in (4, 5, 8):
        reference = make_reference("Kānuka Co-op", length)
        for written in (reference, reference.replace("-", ""), reference.replace("-", " ").lower()):
            assert reference in references_in(f"D/C H MOHUA {written} SHARE 17")
    assert references_in("") == set()
    assert references_in("KAN") == set()


def test_a_request_named_in_the_text_comes_first_and_is_paid_once(house: House) -> None:
    who = joining.joined(house.session)
    joining.admitted(house.session, who)
    request = joining.request_of(house.session, who.participant_id)
    house.entry(5000)
    line_id, again = (
        house.line(5000, f"H MOHUA {request.reference.replace('-', ' ')}"),
        house.line(5000, "x" + request.reference),
    )
    by_line = {one.line.id: one for one in house.found()}
    ways = {by_line[line_id].choice.way, by_line[again].choice.way}
    # What is asked for is paid by one of the two; the other may be the entry.
    assert ways == {Way.REQUEST, Way.ENTRY}
    assert house.confirm(*(one.choice for one in by_line.values())) == 2
    assert house.count(PaymentReceipt) == 1
    assert house.found() == []


def test_the_nearest_entry_of_the_amount_is_suggested_and_each_only_once(house: House) -> None:
    near, far = house.entry(1000, 2), house.entry(1000, 9)
    house.entry(1000, 60)
    house.entry(1001)
    lines = [house.line(1000, "A", 3), house.line(1000, "B", 8), house.line(1000, "C", 8), house.line(-1000, "D")]
    found = {one.line.id: one for one in house.found()}
    assert (found[lines[0]].choice.chosen_id, found[lines[0]].by_reference) == (near, False)
    others = [found[line_id].choice.chosen_id for line_id in lines[1:3] if line_id in found]
    assert others == [far]
    assert lines[3] not in found


def test_a_reference_decides_before_a_date(house: House) -> None:
    house.entry(1000)
    invoice = house.entry(1000, 60, reference="INV-0042")
    for line_id in (house.line(1000, "Pay inv 0042 thanks"), house.line(2000, "x", reference="INV0043")):
        del line_id
    other = house.entry(2000, 70, reference="INV-0043")
    assert [(one.choice.chosen_id, one.by_reference) for one in house.found()] == [(invoice, True), (other, True)]


def test_a_rule_suggests_by_words_and_direction_the_longest_first(house: House) -> None:
    add_rule(house.session, house.treasurer, FEES)
    longer = add_rule(house.session, house.treasurer, replace(FEES, words="MONTHLY FEE Ā", text="Macron"))
    add_rule(house.session, house.treasurer, replace(FEES, words="for a party", account=RECEIVABLE))
    fee, special = house.line(-500, "ANZ Monthly  Fee 04"), house.line(-500, "monthly fee a 1")
    house.line(500, "MONTHLY FEE BACK")
    house.line(-700, "for a party")
    found = {one.line.id: one for one in house.found()}
    assert set(found) == {fee, special}
    assert found[special].choice.chosen_id == longer
    assert house.confirm(*(one.choice for one in found.values())) == 2
    texts = [row.text for row in bank_queries.matched_with(house.session, bank_queries.line(house.session, special))[0]]
    assert texts == ["Macron"]
    assert bank_checks.findings(house.session) == []


def test_a_rule_suggests_no_large_line_that_was_typed(house: House) -> None:
    """It would be refused, and with it everything else that was ticked."""
    add_rule(house.session, house.treasurer, FEES)
    small = house.line(-1_000_000, "MONTHLY FEE")
    house.line(-1_000_001, "MONTHLY FEE")
    assert [one.line.id for one in house.found()] == [small]


def test_all_that_is_confirmed_is_done_or_nothing(house: House) -> None:
    rule_id = add_rule(house.session, house.treasurer, FEES)
    entry_id, line_id, fee = house.entry(1000), house.line(1000), house.line(-500, "monthly fee")
    right = [one.choice for one in house.found()]
    assert len(right) == 2
    for wrong in (
        Choice(line_id, Way.RULE, rule_id),
        Choice(fee, Way.RULE, uuid4()),
        Choice(fee, Way.ENTRY, uuid4()),
        Choice(uuid4(), Way.ENTRY, entry_id),
        Choice(line_id, Way.REQUEST, uuid4()),
    ):
        beside = next(one for one in right if one.line_id != wrong.line_id)
        with pytest.raises(errors.SuggestionGone), house.session.begin_nested():
            house.confirm(beside, wrong)
    with pytest.raises(errors.MovesOtherwise), house.session.begin_nested():
        house.confirm(Choice(fee, Way.ENTRY, entry_id))
    assert (house.count(BankMatch), house.count(Entry)) == (0, 1)
    assert house.confirm(*right, *right) == 2
    with pytest.raises(errors.LineMatched):
        house.confirm(*right)


def test_nothing_is_suggested_to_be_booked_into_a_locked_month(house: House) -> None:
    add_rule(house.session, house.treasurer, FEES)
    first = house.session.scalars(select(Period).order_by(Period.starts_on)).first()
    assert first is not None
    day = first.starts_on
    line_id = enter_line(house.session, house.treasurer, NewLine(day, -500, "monthly fee"))
    choice = house.found()[0].choice
    first.locked_at = clock.now()
    house.session.flush()
    assert house.found() == []
    with pytest.raises(PeriodLocked), house.session.begin_nested():
        house.confirm(choice)
    assert house.state(line_id) is State.UNMATCHED


def test_rules_are_changed_and_deleted_and_what_was_booked_stays(house: House) -> None:
    rule_id = add_rule(house.session, house.treasurer, FEES)
    change_rule(house.session, house.treasurer, rule_id=rule_id, rule=NewRule("koha", True, OTHER_INCOME, "Koha"))
    assert (rule(house.session, rule_id).words, rule(house.session, rule_id).is_in) == ("koha", True)
    line_id = house.line(300, "KOHA box")
    house.confirm(house.found()[0].choice)
    delete_rule(house.session, house.treasurer, rule_id=rule_id)
    assert (rules(house.session, BANK), house.state(line_id)) == ([], State.MATCHED)
    for work in (
        lambda: delete_rule(house.session, house.treasurer, rule_id=rule_id),
        lambda: change_rule(house.session, house.treasurer, rule_id=rule_id, rule=FEES),
        lambda: rule(house.session, rule_id),
    ):
        with pytest.raises(NotFound):
            work()


def test_a_rule_that_cannot_be_is_refused(house: House) -> None:
    for wrong, refusal in (
        (replace(FEES, words=" - "), errors.WordsTooShort),
        (replace(FEES, words="ab"), errors.WordsTooShort),
        (replace(FEES, words=""), TextMissing),
        (replace(FEES, words="x" * 101), TextTooLong),
        (replace(FEES, text=""), TextMissing),
        (replace(FEES, account=BANK), errors.BankItself),
        (replace(FEES, account=SHARE_CAPITAL), KeptElsewhere),
        (replace(FEES, account="9999"), NoSuchAccount),
    ):
        with pytest.raises(refusal):
            add_rule(house.session, house.treasurer, wrong)
    assert house.count(BankRule) == 0
    for number in range(MOST_RULES):
        house.session.add(
            BankRule(
                id=uuid4(),
                bank_code=BANK,
                words=f"w{number}",
                is_in=True,
                account_code=OTHER_INCOME,
                text="x",
                made_at=clock.now(),
            )
        )
    house.session.flush()
    with pytest.raises(errors.TooManyRules):
        add_rule(house.session, house.treasurer, FEES)


def test_only_the_treasurer_teaches_and_confirms(house: House) -> None:
    rule_id = add_rule(house.session, house.treasurer, FEES)
    house.line(-500, "monthly fee")
    choice = house.found()[0].choice
    for name in ("board", "auditor", "founder"):
        other = joining.founder(house.session, name)
        with pytest.raises(PowerMissing):
            add_rule(house.session, other, FEES)
        with pytest.raises(PowerMissing):
            change_rule(house.session, other, rule_id=rule_id, rule=FEES)
        with pytest.raises(PowerMissing):
            delete_rule(house.session, other, rule_id=rule_id)
        with pytest.raises(PowerMissing):
            confirm(house.session, other, [choice])
    assert house.count(BankMatch) == 0


def test_the_same_suggestions_confirmed_by_several_at_once_are_done_once(database: TestDatabase) -> None:
    def prepare(session: Session) -> tuple[Actor, list[Choice]]:
        house = House(session)
        add_rule(session, house.treasurer, FEES)
        house.entry(1000)
        house.line(1000)
        house.line(-500, "monthly fee")
        return house.treasurer, [one.choice for one in house.found()]

    treasurer, choices = write_with(database.engine, prepare)
    works = [
        lambda session, some=some: confirm(session, treasurer, some)
        for some in (choices, choices[::-1], choices[:1], choices[1:])
    ]
    _, refused = joining.outcomes(joining.at_once(database.engine, *works))
    assert refused <= {errors.LineMatched, errors.EntryMatched}

    def counted(session: Session) -> tuple[int, int]:
        mapped = (BankMatch, Entry)
        matches, entries = (session.scalar(select(func.count()).select_from(one)) or 0 for one in mapped)
        return matches, entries

    assert write_with(database.engine, counted) == (2, 2)
    assert write_with(database.engine, bank_checks.findings) == []
