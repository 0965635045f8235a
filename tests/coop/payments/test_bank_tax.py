"""Lines of the bank statement that are booked with a tax code: what was paid contains the tax."""

from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from coop import cooperative
from coop.books.tax.operations import NotTaxRegistered
from coop.payments.bank.booking_rules import NewRule, add_rule, change_rule, rule
from coop.payments.bank.lines import enter_line
from coop.payments.bank.matching import Reason, classify
from coop.payments.bank.statements import NewLine
from coop.payments.bank.suggesting import confirm, suggestions
from ledger.chart import BANK, HOSTING, OTHER_INCOME, TAX
from ledger.errors import NoSuchTaxCode
from ledger.models import Entry
from tests import joining, taxing


@pytest.fixture
def house(session: Session) -> Session:
    """A co-operative that is registered for GST."""
    joining.found(session)
    taxing.register(session)
    return session


def line(session: Session, amount_minor: int, text: str = "SERVERS") -> UUID:
    treasurer = joining.founder(session, "treasurer")
    return enter_line(session, treasurer, NewLine(cooperative.today(session), amount_minor, text))


def booked(session: Session, line_id: UUID, account: str, tax: str | None) -> list[tuple[str, int, str | None]]:
    reason = Reason(cooperative.today(session), account, "Told", tax=tax)
    entry_id = classify(session, joining.founder(session, "treasurer"), line_id=line_id, reason=reason)
    return taxing.lines_of(session, entry_id)


def test_a_line_with_a_tax_code_is_split(house: Session) -> None:
    assert booked(house, line(house, -4_999), HOSTING, "GST15-P") == [
        (BANK, -4_999, None),
        (HOSTING, 4_347, "GST15-P"),
        (TAX, 652, "GST15-P"),
    ]
    assert booked(house, line(house, 11_500), OTHER_INCOME, "GST15-S")[1:] == [
        (OTHER_INCOME, -10_000, "GST15-S"),
        (TAX, -1_500, "GST15-S"),
    ]
    assert booked(house, line(house, 700), OTHER_INCOME, None)[1:] == [(OTHER_INCOME, -700, None)]
    found = taxing.boxes(house)
    assert (found["5"], found["11"], found["15"]) == (11_500, 4_999, 1_500 - 652)


def test_a_payment_to_the_tax_office_is_no_supply(house: Session) -> None:
    assert booked(house, line(house, -848), TAX, None) == [(BANK, -848, None), (TAX, 848, None)]


def test_a_taught_rule_splits_the_line_too(house: Session) -> None:
    treasurer, line_id = joining.founder(house, "treasurer"), line(house, -11_500)
    rule_id = add_rule(house, treasurer, NewRule("servers", False, HOSTING, "Hosting", "GST15-P"))
    (suggested,) = suggestions(house, BANK)
    assert suggested.rule is not None
    assert suggested.rule.tax == "GST15-P"
    confirm(house, treasurer, [suggested.choice])
    entry_id = house.scalars(select(Entry.id).where(Entry.kind == "bank-line")).one()
    assert taxing.lines_of(house, entry_id)[1:] == [(HOSTING, 10_000, "GST15-P"), (TAX, 1_500, "GST15-P")]
    change_rule(house, treasurer, rule_id=rule_id, rule=NewRule("servers", False, HOSTING, "Hosting"))
    assert rule(house, rule_id).tax is None
    assert line_id


def test_a_code_that_is_unknown_or_of_a_co_op_that_is_not_registered_is_refused(house: Session) -> None:
    treasurer, line_id = joining.founder(house, "treasurer"), line(house, -11_500)
    with pytest.raises(NoSuchTaxCode), house.begin_nested():
        booked(house, line_id, HOSTING, "nothing")
    with pytest.raises(NoSuchTaxCode), house.begin_nested():
        add_rule(house, treasurer, NewRule("servers", False, HOSTING, "Hosting", "nothing"))
    add_rule(house, treasurer, NewRule("servers", False, HOSTING, "Hosting", "GST15-P"))
    taxing.deregister(house)
    with pytest.raises(NotTaxRegistered), house.begin_nested():
        booked(house, line_id, HOSTING, "GST15-P")
    # The rule still says what to book it to, and no longer anything about tax.
    confirm(house, treasurer, [one.choice for one in suggestions(house, BANK)])
    entry_id = house.scalars(select(Entry.id).where(Entry.kind == "bank-line")).one()
    assert taxing.lines_of(house, entry_id)[1:] == [(HOSTING, 11_500, None)]
