"""The PDF of a report: the same bytes for the same content, its letters embedded, nothing lost over the pages."""

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask_babel import Babel
from pypdf import PdfReader

from coop.reports.blocks import Column, Part, Prose, Report, Table
from coop.reports.content import Content, ReviewNote
from coop.reports.outline import outline
from coop.reports.pdf import render
from coop.reports.pdf.document import drawn
from coop.reports.pdf.style import missing_letters
from tests.coop.reports import samples

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(autouse=True)
def page() -> Iterator[None]:
    """The words of a page, without a database."""
    plain = Flask("reports")
    Babel(plain, default_locale="en_NZ")
    with plain.test_request_context():
        yield


def read(content: Content) -> PdfReader:
    return PdfReader(BytesIO(render(content)))


def text_of(reader: PdfReader) -> str:
    return " ".join(" ".join(page.extract_text() for page in reader.pages).split())


def report(*blocks: Prose | Table) -> Report:
    return Report(
        "Kanopi", "Annual report", "For a year", "2026", "Edition 1", "0" * 64, (Part("a", "A part", blocks),), "en-NZ"
    )


def table(rows: int) -> Table:
    columns = (Column("No.", "number"), Column("What", "head"), Column("Amount", "money"))
    return Table("t", "A long table", columns, tuple((n, f"Row {n}", n * 100) for n in range(1, rows + 1)), "NZD")


def test_the_same_content_gives_the_same_bytes() -> None:
    content = samples.content(2, decision=samples.decided())
    assert render(content) == render(content)


def test_another_process_gives_the_same_bytes() -> None:
    script = (
        "import sys; from flask import Flask; from flask_babel import Babel\n"
        "from tests.coop.reports import samples; from coop.reports.pdf import render\n"
        "plain = Flask('reports'); Babel(plain, default_locale='en_NZ')\n"
        "with plain.test_request_context(): sys.stdout.buffer.write(render(samples.content()))\n"
    )
    made = [
        subprocess.run(
            [sys.executable, "-c", script],
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": seed, "TZ": zone},
            capture_output=True,
            check=True,
        ).stdout
        for seed, zone in (("1", "UTC"), ("2", "Pacific/Auckland"))
    ]
    assert made[0] == made[1] == render(samples.content())


def test_macrons_are_letters_and_not_boxes() -> None:
    text = text_of(read(samples.content()))
    for words in ("Ā ē ī ō ū", "Kānuka Kanopi", "Tēnā koutou katoa", "Ana Tūī, chair", "Wiremu Kererū"):
        assert words in text, words


def test_every_font_is_embedded() -> None:
    fonts = {}
    for page in read(samples.content()).pages:
        resources = page["/Resources"].get_object()
        fonts.update({name: font.get_object() for name, font in resources["/Font"].get_object().items()})  # type: ignore[index]
    used = [font for font in fonts.values() if "SourceSans" in font["/BaseFont"]]
    assert len(used) >= 4
    for font in used:
        assert "/FontFile2" in font["/FontDescriptor"].get_object()
        assert "/ToUnicode" in font


def test_only_embedded_fonts_are_written_with() -> None:
    reader = read(samples.content())
    for page in reader.pages:
        page.extract_text(visitor_text=lambda text, _cm, _tm, font, _size: _check(text, font))


def _check(text: str, font: Any) -> None:
    if text.strip() and font is not None:
        assert "SourceSans" in font["/BaseFont"], text


def test_it_names_itself_its_language_and_its_parts() -> None:
    content = samples.content()
    reader = read(content)
    assert reader.metadata is not None
    assert reader.metadata.title == "Kānuka Kanopi: Annual report 2026"
    assert str(reader.metadata["/Keywords"]) == content.digest
    root: Any = reader.root_object
    assert str(root["/Lang"]) == "en-NZ"
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    titles = [entry.title for entry in reader.outline if not isinstance(entry, list)]
    assert titles[2:] == [part.title for part in outline(content).parts]


def test_pages_are_numbered_and_the_contents_lead_to_the_parts() -> None:
    reader = read(samples.content())
    pages = [page.extract_text() for page in reader.pages]
    for number, text in enumerate(pages[2:], start=3):
        assert f"{number} / {len(pages)}".replace(" ", "") in text.replace(" ", "").replace("\n", "")
        assert "Edition 1" in text
    links: Any = reader.pages[1]["/Annots"]
    assert len(links) == len(outline(samples.content()).parts)


def test_no_title_stands_alone_above_a_table_on_the_next_page() -> None:
    before = Prose("\n\n".join(["Something before."] * 8))
    parts = (Part("a", "A part", (before,)), Part("b", "The accounts", (table(24),)))
    whole = Report("Kanopi", "Annual report", "For a year", "2026", "Edition 1", "0" * 64, parts, "en-NZ")
    pages = [page.extract_text() for page in PdfReader(BytesIO(drawn(whole))).pages]
    titled = [page for page in pages[2:] if "The accounts" in page]
    assert len(titled) == 1
    assert "Row 24" in titled[0]


def test_without_a_review_it_says_unaudited_and_not_reviewed() -> None:
    assert "Unaudited and not reviewed" in text_of(read(samples.content()))
    review = ReviewNote(1, "with-reservations", "Tāne Kākā CA", samples.content().approval.decided_on, "Receipts lack.")
    text = text_of(read(samples.content(review=review)))
    assert "Unaudited and not reviewed" not in text
    assert "Conclusion: With reservations" in text
    assert "They were not audited." in text


def test_a_proposal_and_a_decision_are_told_apart() -> None:
    assert "Proposed, not decided" in text_of(read(samples.content()))
    text = text_of(read(samples.content(2, decision=samples.decided())))
    assert "Proposed, not decided" not in text
    assert "21 for and 2 against, resolution 14" in text
    assert "Why there is a new edition" in text


def test_a_long_table_loses_no_row_and_repeats_its_heads() -> None:
    reader = PdfReader(BytesIO(drawn(report(table(300)))))
    pages = [page.extract_text(extraction_mode="layout") for page in reader.pages]
    text = "\n".join(pages)
    assert all(f" Row {number} " in text for number in range(1, 301))
    bearing = [page for page in pages if "Row " in page]
    assert len(bearing) > 5
    assert all("Amount (NZD)" in page for page in bearing)
    assert all("A long table (continued)" in page for page in bearing[1:])


def test_long_words_of_people_run_over_pages() -> None:
    text = "\n\n".join(f"Paragraph {number}. " + "Whakarongo ki te tangi o te manu. " * 20 for number in range(40))
    reader = PdfReader(BytesIO(drawn(report(Prose(text, "Ana Tūī")))))
    found = text_of(reader)
    assert len(reader.pages) > 8
    assert all(f"Paragraph {number}." in found for number in range(40))


@pytest.mark.parametrize(
    "text",
    [
        "<para>& <b>not bold</b> &amp; </para>",
        "![picture](http://example.org/x.png) [bad](javascript:alert(1)) [good](https://example.org/?a=1&b=2)",
        "a" * 3000,
        "漢字 and 🐦 that the letters do not have",
        "- one\n  - two\n    1. three\n\n> quoted\n> > twice\n\n```\n<code>\n```\n\n| a | b |\n|---|---|\n| c | d |",
        "",
    ],
)
def test_whatever_people_write_it_is_drawn(text: str) -> None:
    sample = samples.content()
    letters = replace(sample.letters, letter=f"Kia ora\n\n{text}")
    content = replace(sample, house=replace(sample.house, name="Kea & <Kākā>"), letters=letters)
    assert "Kia ora" in text_of(read(content))


def test_links_of_the_letter_lead_only_to_the_web() -> None:
    text = "[bad](javascript:alert(1)) [good](https://example.org/?a=1&b=2)"
    content = replace(samples.content(), letters=replace(samples.content().letters, letter=text))
    notes = [note.get_object() for page in read(content).pages for note in page.get("/Annots", [])]
    assert [note["/A"]["/URI"] for note in notes if "/A" in note] == ["https://example.org/?a=1&b=2"]


def test_a_content_is_read_back_as_it_was_written() -> None:
    content = samples.content(2, decision=samples.decided())
    assert Content.from_canonical(content.canonical) == content
    assert content.says_the_same_as(samples.content(3, decision=samples.decided()))
    assert not content.says_the_same_as(samples.content(2))
    with pytest.raises(ValueError, match="not a"):
        Content.from_canonical('{"house": 7}')


def test_letters_that_paper_cannot_show_are_known_beforehand() -> None:
    assert missing_letters(samples.content().canonical) == ""
    assert missing_letters("Kia ora 漢字 and 字 Ā\n") == "字漢"
