"""Goods and services tax: the arithmetic of a line, rates that change, and the return against worked examples."""

from dataclasses import replace
from datetime import date
from fractions import Fraction
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from evidence.identifiers import new_id
from ledger import checks, posting
from ledger.chart import BANK, COACHING_INCOME, HOSTING, OTHER_COSTS, TAX
from ledger.drafts import Line
from ledger.errors import KeyUsedDifferently, NoSuchTaxCode
from ledger.models import TaxUse
from ledger.tax import codes, errors
from ledger.tax.arithmetic import Split, on_top_of, out_of, taxed_lines
from ledger.tax.boxes import Part, Term, boxes_for
from ledger.tax.codes import NewCode
from ledger.tax.returns import form_of, postings_in, postings_of_code, postings_outside, tax_return
from tests.ledger.conftest import Books

MAY, JUNE = date(2026, 5, 4), date(2026, 6, 4)
PERIOD = (date(2026, 5, 1), date(2026, 6, 30))


@pytest.mark.parametrize(
    ("gross_minor", "net_minor", "tax_minor"),
    # Three twenty-thirds of the amount with GST, as Inland Revenue has it worked out.
    [(11500, 10000, 1500), (2300, 2000, 300), (10000, 8696, 1304), (100, 87, 13), (1, 1, 0), (4, 3, 1), (0, 0, 0)],
)
def test_the_tax_in_an_amount_is_three_twenty_thirds_of_it(gross_minor: int, net_minor: int, tax_minor: int) -> None:
    assert out_of(gross_minor, 1500) == Split(net_minor, tax_minor)
    assert abs(Fraction(gross_minor * 3, 23) - tax_minor) <= Fraction(1, 2)


@pytest.mark.parametrize(
    ("net_minor", "rate_bp", "tax_minor"),
    [(10000, 1500, 1500), (10, 1500, 2), (3, 1500, 0), (30, 500, 2), (10, 500, 1), (1, 0, 0), (999, 1250, 125)],
)
def test_tax_on_top_is_rounded_half_up(net_minor: int, rate_bp: int, tax_minor: int) -> None:
    assert on_top_of(net_minor, rate_bp).tax_minor == tax_minor
    assert on_top_of(-net_minor, rate_bp).tax_minor == -tax_minor


@given(st.integers(-(10**14), 10**14), st.integers(0, 10_000))
def test_net_and_tax_always_add_up_and_opposites_cancel(amount_minor: int, rate_bp: int) -> None:
    split = out_of(amount_minor, rate_bp)
    assert split.gross_minor == amount_minor
    assert abs(Fraction(amount_minor * rate_bp, 10_000 + rate_bp) - split.tax_minor) <= Fraction(1, 2)
    back = out_of(-amount_minor, rate_bp)
    assert (back.net_minor, back.tax_minor) == (-split.net_minor, -split.tax_minor)


def test_a_line_with_tax_becomes_its_net_amount_and_its_tax() -> None:
    line = Line(COACHING_INCOME, -11500, cost_centre="coaching", tax="GST15-S")
    assert taxed_lines(line, 1500, is_included=True) == [
        Line(COACHING_INCOME, -10000, cost_centre="coaching", tax="GST15-S"),
        Line(TAX, -1500, tax="GST15-S"),
    ]
    assert taxed_lines(Line(HOSTING, 10000, tax="GST15-P"), 1500, is_included=False) == [
        Line(HOSTING, 10000, tax="GST15-P"),
        Line(TAX, 1500, tax="GST15-P"),
    ]


def test_a_line_without_tax_or_on_the_tax_account_stays_whole() -> None:
    for line in (Line(HOSTING, 500), Line(TAX, 500, tax="ADJ-P"), Line(HOSTING, 500, tax="NOGST-P")):
        assert taxed_lines(line, 0, is_included=True) == [line]
    assert taxed_lines(Line(TAX, 500, tax="GST15-P"), 1500, is_included=True) == [Line(TAX, 500, tax="GST15-P")]


@pytest.fixture
def taxed(books: Books) -> Books:
    codes.install_new_zealand(books.session)
    return books


def _post(books: Books, *lines: Line, on: date = MAY, key: str = "") -> None:
    balance = -sum(line.amount_minor for line in lines)
    asked = [*lines, Line(BANK, balance)]
    draft = posting.Draft(on, "Taxed", "manual", "NZD", asked, key or f"taxed-{on}-{len(lines)}-{balance}-{id(asked)}")
    posting.post(books.session, draft, now=books.now)


def _sell(books: Books, gross_minor: int, tax: str = "GST15-S", on: date = MAY) -> None:
    rate_bp = codes.rate_on(books.session, tax, on)
    _post(books, *taxed_lines(Line(COACHING_INCOME, -gross_minor, tax=tax), rate_bp, is_included=True), on=on)


def _buy(books: Books, gross_minor: int, tax: str = "GST15-P", on: date = MAY) -> None:
    rate_bp = codes.rate_on(books.session, tax, on)
    _post(books, *taxed_lines(Line(HOSTING, gross_minor, tax=tax), rate_bp, is_included=True), on=on)


def test_the_return_fills_the_boxes_of_the_form(taxed: Books) -> None:
    _sell(taxed, 230_000)
    _sell(taxed, 50_000, "GST0-S", JUNE)
    _sell(taxed, 70_000, "EXEMPT-S")
    _buy(taxed, 46_000)
    _buy(taxed, 9_900, "NOGST-P")
    _post(taxed, Line(TAX, -500, tax="ADJ-S"))
    _post(taxed, Line(TAX, 1_200, tax="ADJ-P"), on=JUNE)
    found = tax_return(taxed.session, *PERIOD)
    assert {box.number: box.amount_minor for box in found.boxes} == {
        "5": 280_000,
        "6": 50_000,
        "7": 230_000,
        "8": 30_000,
        "9": 500,
        "10": 30_500,
        "11": 46_000,
        "12": 6_000,
        "13": 1_200,
        "14": 7_200,
        "15": 23_300,
    }
    assert found.due_minor == 23_300
    assert {box.number: box.computed_minor for box in found.boxes if box.computed_minor is not None} == {
        "8": 230_000 * 3 // 23,
        "12": 46_000 * 3 // 23,
    }


def test_every_figure_of_the_return_is_the_sum_of_its_postings(taxed: Books) -> None:
    for gross_minor in (999, 101, 230_001):
        _sell(taxed, gross_minor)
        _buy(taxed, gross_minor // 3)
    _post(taxed, Line(TAX, -500, tax="ADJ-S"))
    _post(taxed, Line(TAX, 77))
    found = tax_return(taxed.session, *PERIOD)

    def total(query: object) -> int:
        return sum(row.amount_minor for row in taxed.session.execute(query))  # type: ignore[call-overload]

    for box, shown in zip(form_of(taxed.session), found.boxes, strict=True):
        assert total(postings_in(box, *PERIOD)) == shown.amount_minor
    for one in found.codes:
        assert total(postings_of_code(one.code, Part.GROSS, *PERIOD)) == one.gross_minor
        assert total(postings_of_code(one.code, Part.TAX, *PERIOD)) == one.tax_minor
    assert total(postings_outside(form_of(taxed.session), *PERIOD)) == found.account.other_minor == -77


def test_cents_of_rounding_and_a_line_without_its_tax_are_shown(taxed: Books) -> None:
    for _ in range(3):
        _sell(taxed, 104)
    sales = tax_return(taxed.session, *PERIOD).codes[0]
    assert (sales.gross_minor, sales.tax_minor, sales.expected_minor, sales.difference_minor) == (312, 42, 41, 1)
    _post(taxed, Line(COACHING_INCOME, -2300, tax="GST15-S"))
    assert tax_return(taxed.session, *PERIOD).codes[0].difference_minor == 1 - 300


def test_the_return_agrees_with_the_tax_account_whatever_was_paid(taxed: Books) -> None:
    _sell(taxed, 23_000, on=date(2026, 4, 20))
    _sell(taxed, 11_500)
    _buy(taxed, 2_300)
    _post(taxed, Line(TAX, 3_000), on=JUNE)
    account = tax_return(taxed.session, *PERIOD).account
    assert (account.opening_minor, account.due_minor, account.other_minor) == (3_000, 1_200, -3_000)
    assert account.closing_minor == 1_200
    assert account.difference_minor == 0


def test_what_is_taken_back_leaves_the_return(taxed: Books) -> None:
    net, tax = taxed_lines(Line(COACHING_INCOME, -11_500, tax="GST15-S"), 1500, is_included=True)
    draft = posting.Draft(MAY, "Sold", "manual", "NZD", [net, tax, Line(BANK, 11_500)], "sold")
    entry_id = posting.post(taxed.session, draft, now=taxed.now)
    posting.reverse(taxed.session, entry_id, booked_on=JUNE, text="Not sold", now=taxed.now)
    assert tax_return(taxed.session, date(2026, 5, 1), date(2026, 5, 31)).due_minor == 1_500
    assert tax_return(taxed.session, date(2026, 6, 1), date(2026, 6, 30)).due_minor == -1_500
    assert tax_return(taxed.session, *PERIOD).due_minor == 0


def test_a_new_rate_is_a_new_version_from_its_day_on(taxed: Books) -> None:
    _sell(taxed, 11_500)
    codes.add_rate(taxed.session, "GST15-S", rate_bp=2000, valid_from=JUNE)
    assert codes.rate_on(taxed.session, "GST15-S", date(2026, 6, 3)) == 1500
    assert codes.rate_on(taxed.session, "GST15-S", JUNE) == 2000
    _sell(taxed, 12_000, on=JUNE)
    found = tax_return(taxed.session, *PERIOD)
    assert [(one.rate_bp, one.gross_minor, one.tax_minor) for one in found.codes] == [
        (1500, 11_500, 1_500),
        (2000, 12_000, 2_000),
    ]
    newest = next(one for one in codes.tax_codes(taxed.session) if one.code == "GST15-S")
    assert [(one.rate_bp, one.valid_to) for one in newest.versions] == [(2000, None), (1500, date(2026, 6, 3))]


def _taken_back(version_id: UUID, source_id: UUID | None) -> posting.Draft:
    """Take 11.50 back in June under a version of the code."""
    lines = [*taxed_lines(Line(COACHING_INCOME, 1_150, tax="GST15-S"), 1500, is_included=True), Line(BANK, -1_150)]
    draft = posting.Draft(JUNE, "Refund", "refund", "NZD", lines, "refund", taxed_under=version_id)
    return replace(draft, source_kind="order", source_id=source_id) if source_id else draft


def test_a_refund_may_name_the_rate_under_which_it_was_sold(taxed: Books) -> None:
    _sell(taxed, 11_500)
    version_id = codes.version_on(taxed.session, "GST15-S", MAY).id
    codes.add_rate(taxed.session, "GST15-S", rate_bp=2000, valid_from=JUNE)
    draft = _taken_back(version_id, new_id())
    entry_id = posting.post(taxed.session, draft, now=taxed.now)
    assert [(one.rate_bp, one.gross_minor, one.tax_minor) for one in tax_return(taxed.session, *PERIOD).codes] == [
        (1500, 10_350, 1_350)
    ]
    assert posting.post(taxed.session, draft, now=taxed.now) == entry_id
    with pytest.raises(KeyUsedDifferently):
        posting.post(taxed.session, replace(draft, taxed_under=None), now=taxed.now)
    other = codes.version_on(taxed.session, "GST15-P", MAY).id
    with pytest.raises(NoSuchTaxCode):
        posting.post(taxed.session, replace(draft, taxed_under=other, idempotency_key="other"), now=taxed.now)


@pytest.mark.tampers
def test_an_entry_by_hand_under_a_rate_that_has_ended_is_found(taxed: Books) -> None:
    version_id = codes.version_on(taxed.session, "GST15-S", MAY).id
    codes.add_rate(taxed.session, "GST15-S", rate_bp=2000, valid_from=JUNE)
    posting.post(taxed.session, _taken_back(version_id, None), now=taxed.now)
    assert [one.check for one in checks.findings(taxed.session)] == ["ledger-tax-code"]


def test_a_rate_cannot_begin_before_what_is_booked_under_the_last_one(taxed: Books) -> None:
    _sell(taxed, 11_500, on=JUNE)
    with pytest.raises(errors.RateUsedLater):
        codes.add_rate(taxed.session, "GST15-S", rate_bp=2000, valid_from=JUNE)
    with pytest.raises(errors.RateBeforeLast):
        codes.add_rate(taxed.session, "GST15-S", rate_bp=2000, valid_from=codes.NEW_ZEALAND_FROM)
    with pytest.raises(errors.RateOutOfRange):
        codes.add_rate(taxed.session, "GST15-S", rate_bp=10_001, valid_from=date(2027, 1, 1))
    with pytest.raises(errors.UnknownTaxCode):
        codes.add_rate(taxed.session, "VAT", rate_bp=1, valid_from=JUNE)


def test_a_code_is_added_once_and_well_formed(taxed: Books) -> None:
    new = NewCode("VAT", "Value added tax", TaxUse.SALE, 2000, MAY, "1", "2")
    codes.add_code(taxed.session, new)
    with pytest.raises(errors.TaxCodeTaken):
        codes.add_code(taxed.session, new)
    with pytest.raises(errors.TaxCodeMalformed):
        codes.add_code(taxed.session, NewCode("has space", "x", TaxUse.SALE, 1, MAY))
    with pytest.raises(errors.BoxesEqual):
        codes.add_code(taxed.session, NewCode("X", "x", TaxUse.SALE, 1, MAY, "1", "1"))
    with pytest.raises(NoSuchTaxCode):
        codes.rate_on(taxed.session, "VAT", date(2026, 5, 3))


def test_the_set_is_installed_once_and_leaves_what_is_there(books: Books) -> None:
    codes.add_code(books.session, NewCode("GST15-S", "Ours", TaxUse.SALE, 1500, MAY, "5", "8"))
    assert "GST15-S" not in codes.install_new_zealand(books.session)
    assert codes.install_new_zealand(books.session) == []
    assert next(one.name for one in codes.tax_codes(books.session) if one.code == "GST15-S") == "Ours"


def test_elsewhere_each_box_that_codes_name_is_a_box() -> None:
    terms = [Term("10", Part.TAX), Term("9", Part.GROSS), Term("1", Part.TAX), Term("10a", Part.GROSS)]
    assert [box.number for box in boxes_for("GBP", terms)] == ["1", "9", "10", "10a"]


def test_a_return_of_nothing_is_nothing(session: Session, books: Books) -> None:
    found = tax_return(session, *PERIOD)
    assert found.due_minor == 0
    assert found.codes == ()
    assert {box.amount_minor for box in found.boxes} == {0}
    _post(books, Line(OTHER_COSTS, 100))
    assert tax_return(session, *PERIOD).account.closing_minor == 0
