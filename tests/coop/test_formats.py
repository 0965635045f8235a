"""How amounts, days and moments are written, and which written amounts are taken."""

from contextlib import suppress
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coop import formats

AUCKLAND = ZoneInfo("Pacific/Auckland")
NBSP = "\u00a0"
MINUS = "\u2212"


@pytest.mark.parametrize(
    ("text", "currency", "amount_minor"),
    [
        ("50", "NZD", 5000),
        ("1234.5", "NZD", 123450),
        ("1,234.50", "NZD", 123450),
        ("1 234 567.89", "NZD", 123456789),
        (f"1{NBSP}234.50", "NZD", 123450),
        ("  12.05 ", "NZD", 1205),
        ("0", "NZD", 0),
        ("007", "NZD", 700),
        ("1234", "JPY", 1234),
        ("1.234", "KWD", 1234),
        ("10,000,000,000,000.00", "NZD", 10**15),
    ],
)
def test_an_amount_is_read_in_minor_units(text: str, currency: str, amount_minor: int) -> None:
    assert formats.parse_amount(text, currency) == amount_minor


@pytest.mark.parametrize(
    ("text", "currency", "refusal", "message"),
    [
        ("", "NZD", formats.AmountMissing, "Enter an amount."),
        ("   ", "NZD", formats.AmountMissing, "Enter an amount."),
        (
            "1.005",
            "NZD",
            formats.AmountTooPrecise,
            "An amount in NZD has at most 2 decimals.",
        ),
        ("1.0", "JPY", formats.AmountNotWhole, "An amount in JPY has no decimals."),
        ("-5", "NZD", formats.AmountNegative, "The amount cannot be less than zero."),
        (f"{MINUS}5", "NZD", formats.AmountNegative, "The amount cannot be less than zero."),
        (
            "10000000000000.01",
            "NZD",
            formats.AmountTooLarge,
            "The amount is too large. The most is NZD 10,000,000,000,000.00.",
        ),
    ],
)
def test_an_amount_that_cannot_be_meant_is_refused_with_its_reason(
    text: str, currency: str, refusal: type[formats.AmountError], message: str
) -> None:
    with pytest.raises(refusal) as caught:
        formats.parse_amount(text, currency)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    "text",
    [
        "nan", "NaN", "inf", "1e3", "0x10", "1_000", "+5", "--5", "5-", "1,23", "1,2345", "12,34,567",
        "1,234 567", "1.234,50", "1.", ".5", "1..2", "$5", "NZD 5", "five", "١٢", "１２", "1²", "5\n",
        "1\t000", "1\x00", "9" * 5000,
    ],
)  # fmt: skip
def test_what_is_not_a_plain_number_is_refused(text: str) -> None:
    with pytest.raises(formats.AmountUnreadable) as caught:
        formats.parse_amount(text, "NZD")
    assert str(caught.value) == "Enter the amount in digits, such as 1,234.50."


def test_the_example_of_a_good_amount_fits_the_currency() -> None:
    with pytest.raises(formats.AmountUnreadable, match=r"such as 123,450\."):
        formats.parse_amount("x", "JPY")


def test_a_negative_amount_is_taken_where_it_is_allowed() -> None:
    assert formats.parse_amount("-1,234.50", "NZD", allow_negative=True) == -123450
    assert formats.parse_amount("-0.00", "NZD") == 0


@given(
    st.integers(-formats.LARGEST_AMOUNT_MINOR, formats.LARGEST_AMOUNT_MINOR),
    st.sampled_from(["NZD", "JPY", "KWD"]),
)
def test_every_amount_we_write_is_read_back_the_same(amount_minor: int, currency: str) -> None:
    written = formats.format_amount(amount_minor, currency)
    assert formats.parse_amount(written, currency, allow_negative=True) == amount_minor


@given(st.text(max_size=60))
def test_no_text_breaks_the_reading_of_an_amount(text: str) -> None:
    amount_minor = 0
    with suppress(formats.AmountError):
        amount_minor = formats.parse_amount(text, "NZD", allow_negative=True)
    assert abs(amount_minor) <= formats.LARGEST_AMOUNT_MINOR


@pytest.mark.parametrize(
    ("amount_minor", "currency", "written"),
    [
        (5000, "NZD", "50.00"),
        (-1205, "NZD", f"{MINUS}12.05"),
        (123456789012345, "NZD", "1,234,567,890,123.45"),
        (1234, "JPY", "1,234"),
        (1234, "KWD", "1.234"),
        (5, "NZD", "0.05"),
    ],
)
def test_an_amount_has_the_decimals_of_its_currency(amount_minor: int, currency: str, written: str) -> None:
    assert formats.format_amount(amount_minor, currency) == written


def test_money_in_a_sentence_carries_its_code_in_one_piece() -> None:
    assert formats.format_money(123450, "NZD") == f"NZD{NBSP}1,234.50"


def test_an_unknown_currency_is_refused() -> None:
    with pytest.raises(ValueError, match="XXQ"):
        formats.format_amount(1, "XXQ")


def test_another_locale_has_its_own_separators() -> None:
    assert formats.format_amount(123450, "EUR", "de_DE") == "1.234,50"
    assert formats.format_percent(2, 3, "de_DE") == "66,7%"


def test_a_whole_number_has_its_thousands_and_a_true_minus() -> None:
    assert formats.format_whole(1234567) == "1,234,567"
    assert formats.format_whole(-1000) == f"{MINUS}1,000"


@pytest.mark.parametrize(
    ("part", "whole", "written"),
    [
        (2, 3, "66.7%"),
        (1, 2, "50.0%"),
        (1, 2000, "0.1%"),
        (3, 3, "100.0%"),
        (0, 3, "0.0%"),
        (0, 0, "–"),
        (5, 4, "125.0%"),
        (-1, 4, f"{MINUS}25.0%"),
        (10**20 // 2, 10**20, "50.0%"),
    ],
)
def test_a_percentage_is_exact_to_a_tenth(part: int, whole: int, written: str) -> None:
    assert formats.format_percent(part, whole) == written


def test_a_percentage_short_by_one_looks_short() -> None:
    assert formats.format_percent(999_999, 1_000_000) == "99.9%"
    assert formats.format_percent(1, 1_000_000) == "0.1%"


def test_a_day_is_written_out() -> None:
    assert formats.format_day(date(2026, 3, 31)) == "31 March 2026"


def test_a_moment_is_written_in_the_zone_of_the_coop_with_its_name() -> None:
    summer = datetime(2026, 3, 31, 4, 0, tzinfo=UTC)
    winter = datetime(2026, 6, 30, 12, 30, tzinfo=UTC)
    assert formats.format_moment(summer, AUCKLAND) == "31 March 2026, 5:00 pm NZDT"
    assert formats.format_moment(winter, AUCKLAND) == "1 July 2026, 12:30 am NZST"


def test_a_zone_without_letters_is_named_by_its_offset() -> None:
    noon = datetime(2026, 3, 31, 12, 0, tzinfo=UTC)
    assert formats.format_moment(noon, ZoneInfo("Asia/Kathmandu")).endswith("5:45 pm UTC+05:45")


def test_a_plain_date_is_no_moment_and_is_written_as_a_day() -> None:
    assert formats.format_moment(date(2026, 3, 31), AUCKLAND) == "31 March 2026"


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="needs a zone"):
        formats.format_moment(datetime(2026, 3, 31, 5, 0), AUCKLAND)  # noqa: DTZ001 - the point
