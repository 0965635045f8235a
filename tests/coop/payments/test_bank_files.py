"""Reading the files of banks: each bank's CSV, OFX in both versions, CAMT.053 in two, and anything else only as a refusal."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from coop.formats import AmountError
from coop.payments.bank.errors import LineBeforeBooks, LineInFuture, StatementTooLong, StatementUnreadable
from coop.payments.bank.files import errors
from coop.payments.bank.files.amounts import file_amount
from coop.payments.bank.files.camt import read_camt
from coop.payments.bank.files.csv_file import preview, read_csv
from coop.payments.bank.files.guessing import guess
from coop.payments.bank.files.kinds import LARGEST_FILE, READERS, kind_of
from coop.payments.bank.files.mapping import DAY_FORMATS, Columns, check, from_json
from coop.payments.bank.files.ofx import read_ofx
from coop.payments.bank.models import FileFormat
from coop.payments.bank.statements import MOST_LINES, MOST_PROBLEMS, Statement, StatementFile
from evidence.messages import Refusal

STATEMENT = Statement("NZD", date(2026, 4, 1), date(2026, 11, 30))
FILES = Path(__file__).parent / "bank_files"
DAYS = (date(2026, 4, 1), date(2026, 4, 3), date(2026, 4, 30))


def sample(name: str) -> bytes:
    return (FILES / name).read_bytes()


def read(content: bytes, columns: Columns | None = None) -> StatementFile:
    kind = kind_of(content)
    if kind is not FileFormat.CSV:
        return READERS[kind](content, STATEMENT)
    return read_csv(content, columns or check(guess(content, STATEMENT).columns), STATEMENT)


def movements(file: StatementFile) -> list[tuple[date, int]]:
    return [(line.booked_on, line.amount_minor) for line in file.lines]


def problems_of(content: bytes, columns: Columns | None = None) -> list[tuple[int, str, type[Refusal]]]:
    with pytest.raises(StatementUnreadable) as refused:
        read(content, columns)
    return [(one.row, one.column, type(one.reason)) for one in refused.value.problems]


def test_the_csv_of_anz_is_guessed_and_read() -> None:
    file = read(sample("anz.csv"))
    assert movements(file) == list(zip(DAYS, (5000, -1890, -500), strict=True))
    assert file.lines[0].text == "A Hihi Share KAN-7F3K-2"
    assert file.lines[0].reference == "KAN-7F3K-2"
    assert (file.opening_minor, file.closing_minor) == (None, None)


def test_the_csv_of_kiwibank_stands_latest_first_and_its_balances_hold_it_together() -> None:
    file = read(sample("kiwibank.csv"))
    assert sorted(movements(file)) == list(zip(DAYS, (5000, -1890, -500), strict=True))
    assert (file.opening_minor, file.closing_minor) == (100_000, 102_610)
    assert (file.starts_on, file.ends_on) == (DAYS[0], DAYS[2])


def test_the_csv_of_asb_has_rows_above_its_head_and_ids_of_its_own() -> None:
    content = sample("asb.csv")
    columns = guess(content, STATEMENT).columns
    assert (columns.rows_above, columns.head[:2], columns.name(columns.bank_id)) == (
        7,
        ("Date", "Unique Id"),
        "Unique Id",
    )
    file = read(content)
    assert movements(file) == list(zip(DAYS, (5000, -1890, -500), strict=True))
    assert len({line.bank_id for line in file.lines}) == 3


def test_a_german_csv_has_commas_for_cents_two_columns_and_no_utf8() -> None:
    content = sample("sparkasse.csv")
    columns = guess(content, STATEMENT).columns
    assert (columns.delimiter, columns.day_format, columns.amount) == (";", "%d.%m.%y", None)
    file = read(content, replace(columns, decimal=","))
    assert movements(file) == [(DAYS[0], 123_450), (DAYS[1], -101_890)]
    assert (file.opening_minor, file.closing_minor) == (100_000, 121_560)
    assert file.lines[1].text.startswith("Müller GmbH")


def test_ofx_of_version_1_is_read_with_its_ids_and_its_balance() -> None:
    file = read(sample("ofx1.ofx"))
    assert file.file_format is FileFormat.OFX
    assert movements(file) == list(zip(DAYS, (5000, -1890, -500), strict=True))
    assert [line.text for line in file.lines] == [
        "A HIHI KAN-7F3K-2 SHARE",
        "PAPER PLUS & CO CARD 4835",
        "MONTHLY A/C FEE",
    ]
    assert (file.closing_minor, file.ends_on, file.opening_minor) == (102_610, DAYS[2], None)
    assert len({line.bank_id for line in file.lines}) == 3


def test_ofx_of_version_2_passes_over_what_moved_nothing() -> None:
    file = read(sample("ofx2.ofx"))
    assert movements(file) == [(DAYS[0], 5000), (DAYS[1], -1890)]
    assert (file.lines[0].text, file.lines[0].reference) == ("Āwhina & Hihi", "KAN7F3K2")
    assert (file.lines[1].text, file.closing_minor, file.ends_on) == ("Paper Plus", 103_110, DAYS[2])


@pytest.mark.parametrize("name", ["camt_02.xml", "camt_08.xml"])
def test_camt_is_read_in_the_old_and_the_new_version(name: str) -> None:
    file = read(sample(name))
    assert file.file_format is FileFormat.CAMT
    assert movements(file) == list(zip(DAYS, (5000, -1890, -500), strict=True))
    assert [line.text for line in file.lines] == ["A Hihi KAN-7F3K-2 SHARE", "Paper Plus", "MONTHLY FEE"]
    assert [line.reference for line in file.lines] == [None, "RF18539007547034 INV-17", None]
    assert (file.opening_minor, file.closing_minor, file.ends_on) == (100_000, 102_610, DAYS[2])
    assert [line.bank_id is None for line in file.lines] == [False, False, True]


def test_each_wrong_row_of_a_csv_is_named_with_its_own_head() -> None:
    content = (
        b"Date,Details,Amount,Balance\n"
        b"2026-04-01,right,1.00,1.00\n"
        b"2026-04-31,no such day,1.00,\n"
        b"2026-04-02,x,1.005,\n"
        b"2026-12-01,tomorrow,1.00,\n"
        b"2026-03-31,before,ten,\n"
        b"2026-04-02,short\n"
    )
    columns = Columns(",", 1, ("Date", "Details", "Amount", "Balance"), 0, "%Y-%m-%d", (1,), amount=2, balance=3)
    found = problems_of(content, columns)
    assert [(row, column) for row, column, _ in found] == [
        (3, "Date"), (4, "Amount"), (5, "Date"), (6, "Date"), (6, "Amount"), (7, "Amount")
    ]  # fmt: skip
    kinds = [kind for _, _, kind in found]
    assert kinds[0] is errors.DayOtherwise
    assert issubclass(kinds[1], AmountError)
    assert [kinds[2], kinds[3], kinds[5]] == [LineInFuture, LineBeforeBooks, errors.ColumnMissing]


def test_a_row_that_is_missing_is_noticed_by_the_balance() -> None:
    lines = sample("kiwibank.csv").splitlines(keepends=True)
    content = b"".join([*lines[:2], *lines[3:]])
    assert problems_of(content) == [(2, "Balance", errors.BalanceBroken)]


def test_money_on_both_sides_or_on_none_is_a_problem() -> None:
    columns = Columns(",", 0, (), 0, "%Y-%m-%d", money_out=1, money_in=2)
    found = problems_of(b"2026-04-01,1.00,2.00\n2026-04-01,,\n2026-04-01,,x", columns)
    assert [(row, column) for row, column, _ in found] == [(1, "3"), (2, "3"), (3, "3")]
    assert found[0][2] is errors.BothSides


def test_a_file_of_another_shape_is_not_read_by_the_columns_of_the_first() -> None:
    columns = guess(sample("anz.csv"), STATEMENT).columns
    with pytest.raises(errors.ColumnsUnknown):
        read_csv(sample("kiwibank.csv"), columns, STATEMENT)


def test_what_was_chosen_is_kept_whole() -> None:
    columns = guess(sample("kiwibank.csv"), STATEMENT).columns
    assert from_json(columns.to_json()) == columns


@pytest.mark.parametrize(
    ("changed", "about"),
    [
        ({"delimiter": "x"}, "delimiter"),
        ({"day_format": "%c"}, "day_format"),
        ({"decimal": ";"}, "decimal"),
        ({"rows_above": 99}, "rows_above"),
        ({"day": -1}, "day"),
        ({"amount": 0}, "amount"),
        ({"balance": 2}, "balance"),
        ({"text": (2,)}, "text"),
        ({"text": (99,)}, "text"),
        ({"money_in": 4}, "amount"),
        ({"amount": None}, "amount"),
        ({"amount": None, "money_in": 4}, "amount"),
    ],
)
def test_columns_that_cannot_be_are_refused(changed: dict[str, object], about: str) -> None:
    columns = Columns(",", 1, ("Date", "Text", "Amount"), 0, "%Y-%m-%d", (1,), amount=2)
    with pytest.raises((errors.MappingWrong, errors.AmountColumnMissing)) as refused:
        check(replace(columns, **changed))  # type: ignore[arg-type]
    assert refused.value.about == about


@pytest.mark.parametrize(
    ("written", "decimal", "minor"),
    [
        ("1,234.50", ".", 123_450),
        ("1.234,50", ",", 123_450),
        ("1 234,50", ",", 123_450),
        ("1'234.50", ".", 123_450),
        ("-$45.00", ".", -4500),
        ("$-45.00", ".", -4500),
        ("+45", ".", 4500),
        ("45.00-", ".", -4500),
        ("(45.00)", ".", -4500),
        ("NZD 45.00", ".", 4500),
        ("45,00 NZD", ",", 4500),
        ("45.0000", ".", 4500),
        ("\u221245.00", ".", -4500),
    ],
)
def test_amounts_are_read_as_banks_write_them(written: str, decimal: str, minor: int) -> None:
    assert file_amount(written, "NZD", decimal) == minor


@pytest.mark.parametrize(
    "written", ["", "--45", "1,23", "45.001", "1.234,50", "(45", "٤٥", "4 5", "1e3", "- -4", "5 CR", "5.00 DBT"]
)
def test_an_amount_that_could_mean_two_things_is_refused(written: str) -> None:
    with pytest.raises(AmountError):
        file_amount(written, "NZD")


@pytest.mark.parametrize(
    ("written", "currency", "found"),
    [
        ("100.00 USD", "NZD", "USD"),
        ("USD -100.00", "NZD", "USD"),
        ("-US$100.00", "NZD", "US$"),
        ("€100.00", "NZD", "€"),
        ("$100.00", "EUR", "$"),
    ],
)
def test_an_amount_of_another_currency_is_not_taken_for_ours(written: str, currency: str, found: str) -> None:
    with pytest.raises(errors.AmountElsewhere) as refused:
        file_amount(written, currency)
    assert (refused.value.found, refused.value.expected) == (found, currency)


@pytest.mark.parametrize(
    ("written", "currency"), [("NZ$45.00", "NZD"), ("A$45.00", "AUD"), ("$45.00", "SGD"), ("45.00 €", "EUR")]
)
def test_the_sign_of_our_own_currency_is_understood(written: str, currency: str) -> None:
    assert file_amount(written, currency) == 4500


def test_a_row_in_another_currency_is_named() -> None:
    columns = Columns(",", 0, (), 0, "%Y-%m-%d", amount=1)
    statement = replace(STATEMENT, first_day=date(2026, 3, 1))
    _, reading = preview(b"2026-03-31,1.00\n2026-03-31,100.00 USD", columns, statement)
    assert [(one.row, type(one.reason)) for one in reading.problems] == [(2, errors.AmountElsewhere)]


@given(st.integers(-(10**14), 10**14))
def test_every_amount_comes_back_with_point_and_with_comma(minor: int) -> None:
    whole, cents = divmod(abs(minor), 100)
    sign = "-" if minor < 0 else ""
    assert file_amount(f"{sign}{whole:,}.{cents:02}", "NZD") == minor
    swapped = f"{whole:,}".replace(",", ".")
    assert file_amount(f"{sign}{swapped},{cents:02}", "NZD", ",") == minor


@pytest.mark.parametrize("form", DAY_FORMATS)
def test_every_form_of_dates_reads_its_example(form: str) -> None:
    columns = Columns(",", 0, (), 0, form, amount=1)
    statement = replace(STATEMENT, first_day=date(2026, 3, 1))
    rows, reading = preview(f"{DAY_FORMATS[form]},1.00".encode(), columns, statement)
    assert ([row.line.booked_on for row in rows], reading.problems) == ([date(2026, 3, 31)], [])


BOMB = b"""<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>"""
EXTERNAL = b"""<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>"""


@pytest.mark.parametrize("declared", [BOMB, EXTERNAL])
@pytest.mark.parametrize("name", ["camt_08.xml", "ofx2.ofx"])
def test_a_file_that_declares_entities_is_not_read(declared: bytes, name: str) -> None:
    _, _, rest = sample(name).partition(b"?>")
    with pytest.raises(errors.DeclaresEntities):
        read(declared + rest.replace(b"Hihi", b"&b;"))


def test_an_entity_of_ofx_1_stays_as_it_is_written() -> None:
    content = sample("ofx1.ofx").replace(b"&amp;", b"&amp;lt;")
    assert read(content).lines[1].text == "PAPER PLUS &lt; CO CARD 4835"


def altered(name: str, old: bytes, new: bytes) -> bytes:
    content = sample(name)
    assert old in content
    return content.replace(old, new)


@pytest.mark.parametrize(
    ("content", "refusal"),
    [
        (b"", errors.FileEmpty),
        (b" \n", errors.FileEmpty),
        (b"Date,Amount\n", errors.FileEmpty),
        (b"x" * (LARGEST_FILE + 1), errors.FileTooLarge),
        (b"OFXHEADER:100\nnonsense", errors.NotOfx),
        (altered("ofx1.ofx", b"<BANKTRANLIST>", b"<BANKTRANLISTP>"), errors.NotOfx),
        (altered("ofx1.ofx", b"<CURDEF>NZD", b"<CURDEF>AUD"), errors.OtherCurrency),
        (altered("ofx1.ofx", b"</STMTRS>", b"</STMTRS><STMTRS><CURDEF>NZD</STMTRS>"), errors.SeveralAccounts),
        (b"<?xml version='1.0'?><a/>", errors.NotCamt),
        (b"<?xml version='1.0'?><a>", errors.NotCamt),
        (b"<?xml version='1.0' encoding='nonsense'?><a/>", errors.NotCamt),
        (altered("camt_08.xml", b"camt.053.", b"camt.052."), errors.NotCamt),
        (altered("camt_08.xml", b'Ccy="NZD">1026', b'Ccy="EUR">1026'), errors.OtherCurrency),
        (sample("ofx1.ofx")[:-60], errors.NotOfx),
        (altered("camt_08.xml", b"18.90", b"18.91"), errors.DoesNotAddUp),
    ],
)
def test_a_file_that_cannot_be_taken_says_why(content: bytes, refusal: type[Refusal]) -> None:
    with pytest.raises(refusal):
        read(content)


def test_each_wrong_line_of_ofx_and_camt_is_named_with_its_element() -> None:
    content = altered("ofx1.ofx", b"<TRNAMT>-18.90", b"<TRNAMT>x").replace(b"<DTPOSTED>20260430", b"<DTPOSTED>20260431")
    found = problems_of(content)
    assert [(row, column) for row, column, _ in found] == [(2, "TRNAMT"), (3, "DTPOSTED")]
    merged = problems_of(altered("ofx2.ofx", b"</STMTTRN>\n        <STMTTRN>", b""))
    assert merged == [(1, name, errors.ElementUnreadable) for name in ("DTPOSTED", "TRNAMT")]
    content = altered("camt_02.xml", b"18.90", b"x").replace(b"<Dt>2026-04-01</Dt></BookgDt>", b"</BookgDt>")
    found = problems_of(content)
    assert [(row, column) for row, column, _ in found] == [(1, "BookgDt"), (2, "Amt")]


def test_statements_in_one_file_are_one_if_they_join() -> None:
    content = sample("camt_08.xml").decode()
    start, end = content.index("<Stmt>"), content.index("</Stmt>") + len("</Stmt>")
    may = content[start:end].replace("2026-04-", "2026-05-").replace("1026.10", "1052.20").replace("1000.00", "1026.10")
    file = read((content[:start] + may + content[start:]).encode())
    assert (file.opening_minor, file.closing_minor, len(file.lines)) == (100_000, 105_220, 6)
    gap = may.replace("1052.20", "1052.30").replace("1026.10", "1026.20")
    with pytest.raises(errors.StatementsApart):
        read((content[:end] + gap + content[end:]).encode())
    with pytest.raises(errors.SeveralAccounts):
        read((content[:end] + may.replace("DE02", "DE03") + content[end:]).encode())


def test_at_most_a_hundred_problems_are_told_and_not_too_many_lines_taken() -> None:
    columns = Columns(",", 0, (), 0, "%Y-%m-%d", amount=1)
    assert len(problems_of(b"x,1.00\n" * 300, columns)) == MOST_PROBLEMS
    with pytest.raises(StatementTooLong):
        read(b"2026-04-01,1.00\n" * (MOST_LINES + 1), columns)


def test_a_long_text_is_cut_and_not_refused() -> None:
    file = read(altered("ofx1.ofx", b"MONTHLY A/C FEE", b"x" * 500))
    assert len(file.lines[2].text) == 200


def read_or_refused(work: Callable[[], StatementFile]) -> bool:
    try:
        return bool(work().file_format)
    except Refusal as refusal:
        return bool(str(refusal))


def only_refused(content: bytes) -> None:
    assert read_or_refused(lambda: read(content))


NAMES = st.sampled_from(sorted(path.name for path in FILES.iterdir()))


@given(st.binary(max_size=400))
@example(b"OFXHEADER:100<OFX><STMTRS><LEDGERBAL>")
@example(b"\xff\xfeD\x00")
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    for head in (b"", b"OFXHEADER:", b"<?xml version='1.0'?>", b"<OFX>"):
        only_refused(head + content)


@given(NAMES, st.data())
def test_any_damage_to_a_file_is_read_or_refused(name: str, data: st.DataObject) -> None:
    content = bytearray(sample(name))
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(content) - 1))
        size = data.draw(st.integers(0, 60))
        content[at : at + size] = data.draw(
            st.binary(max_size=12) | st.sampled_from([b"<", b">", b"\x00", b'"', b"\n"])
        )
    only_refused(bytes(content))


@given(st.text(max_size=300), st.sampled_from([",", ";", "\t", "|"]), st.integers(0, 3))
def test_any_text_is_read_or_refused_by_columns(text: str, delimiter: str, above: int) -> None:
    columns = Columns(delimiter, above, (), 0, "%d/%m/%Y", (3,), amount=1, balance=2, reference=4, bank_id=5)
    assert read_or_refused(lambda: read_csv(text.encode("utf-8", "replace"), columns, STATEMENT))


def test_the_readers_take_no_longer_than_the_file_is_long() -> None:
    """Constructed files on which a pattern would go back and forth."""
    for content in (
        b"OFXHEADER:100 " + b"<A><![CDATA[" * 20_000,
        b"OFXHEADER:100 " + b"<" * 200_000,
        b"OFXHEADER:100 " + b"OFXHEADER:1 DATA:A " * 20_000,
        b"<?xml version='1.0'?>" + b"<a>" * 100_000,
        b'"' * 200_000,
    ):
        only_refused(content)


def test_ofx_and_camt_are_told_apart_from_csv() -> None:
    assert [kind_of(sample(name)) for name in ("ofx1.ofx", "ofx2.ofx", "camt_02.xml", "anz.csv")] == [
        *(FileFormat.OFX, FileFormat.OFX, FileFormat.CAMT, FileFormat.CSV)
    ]
    assert read_ofx(sample("ofx1.ofx"), STATEMENT).lines
    assert read_camt(sample("camt_02.xml"), STATEMENT).lines
