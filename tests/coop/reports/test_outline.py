"""What an edition says in words: no more than is so."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest
from flask import Flask
from flask_babel import Babel

from coop.reports.blocks import Statement
from coop.reports.content import Content, DecisionTaken, ReviewNote
from coop.reports.content_money import Accounts, Amount, CashFlows
from coop.reports.outline import outline
from tests.coop.reports import samples


@pytest.fixture(autouse=True)
def page() -> Iterator[None]:
    """The words of a page, without a database."""
    plain = Flask("reports")
    Babel(plain, default_locale="en_NZ")
    with plain.test_request_context():
        yield


def said(content: Content, name: str) -> str:
    """Return everything that stands in a part of the report."""
    return next(str(part.blocks) for part in outline(content).parts if part.anchor == name)


@pytest.mark.parametrize(
    ("conclusion", "words"),
    [
        ("no-reservations", "has reviewed these accounts and has no reservations. They were not audited."),
        ("with-reservations", "has reviewed these accounts, with the reservations that stand below."),
        (
            "declined",
            "gave no conclusion, for the reasons that stand below. So they were neither audited nor reviewed.",
        ),
    ],
)
def test_accounts_are_reviewed_only_where_the_reviewer_concluded(conclusion: str, words: str) -> None:
    review = ReviewNote(1, conclusion, "Tāne Kākā CA", date(2026, 5, 6), "We asked the bank.")
    text = said(samples.content(review=review), "approval")
    assert words in text
    assert ("has reviewed" in text) == (conclusion != "declined")


def test_a_proposal_is_the_treasurers_plan_and_not_the_boards() -> None:
    text = said(samples.content(), "surplus")
    assert "This is the plan that the treasurer has prepared. The members decide on it" in text
    assert "the board proposes" not in text


def test_a_decision_tells_votes_turnout_date_and_fingerprint() -> None:
    text = said(samples.content(2, decision=samples.decided()), "surplus")
    assert "carried on 20 June 2026 with 21 for and 2 against, resolution 14." in text
    assert "24 of the 49 on the voting roll voted: 49" in text
    assert "It was booked with the date of 22 June 2026." in text
    assert f"('Fingerprint of the result of the vote', '{samples.DIGEST}')" in text


def test_a_decision_of_an_earlier_layout_is_read_without_turnout_and_fingerprint() -> None:
    old = replace(samples.decided(), turnout=None, roll=None, digest="")
    text = said(samples.content(2, decision=old), "surplus")
    assert "resolution 14. It was booked" in text
    assert "voting roll" not in text
    assert "Fingerprint of the result" not in text


def test_a_vote_about_the_year_that_closed_after_it_is_labelled_and_not_counted_with_the_year() -> None:
    content = samples.content(2)
    later = DecisionTaken(
        14, "Distribute it", "resolution", date(2026, 6, 20), 24, 49, "carried", samples.DIGEST, is_later=True
    )
    more = replace(content, decisions=(*content.decisions, later))
    for name in ("governance", "evidence"):
        assert "Distribute it, decided after the year ended" in said(more, name)
    assert said(more, "year") == said(content, "year")


def test_a_co_op_that_is_registered_for_tax_does_not_say_that_it_is_not() -> None:
    content = samples.content()
    assert "not registered for goods and services tax" in said(content, "notes")
    registered = replace(content, house=replace(content.house, is_tax_registered=True))
    assert "goods and services tax" not in said(registered, "notes").lower()


def test_a_house_of_an_earlier_layout_can_be_read() -> None:
    text = samples.content().canonical.replace('"is_tax_registered":false,', "")
    assert "is_tax_registered" not in text
    assert Content.from_canonical(text) == samples.content()


def test_cash_flows_stand_with_the_accounts_and_lead_to_the_cash_at_the_end() -> None:
    plain = samples.content()
    cash = CashFlows(
        operating=Accounts((Amount("receivables", "Owed to the co-op", -50_000, 0),), -50_000, 0),
        investing=Accounts((), 0, 0),
        financing=Accounts((Amount("share-capital", "Share capital", 260_000, 0),), 260_000, 0),
        opening_minor=100_000,
        opening_before_minor=0,
        closing_minor=1_229_845,
        closing_before_minor=0,
    )
    content = replace(plain, statements=replace(plain.statements, cash=cash))
    blocks = next(part.blocks for part in outline(content).parts if part.anchor == "accounts")
    (found,) = [block for block in blocks if isinstance(block, Statement) and block.name == "cash-flows"]
    assert [section.totals for section in found.sections] == [(869_845,), (0,), (260_000,), (1_129_845,)]
    assert found.grand.amounts == (1_229_845,)
    assert Content.from_canonical(content.canonical) == content


def test_an_edition_of_an_earlier_layout_has_no_cash_flows() -> None:
    text = samples.content().canonical.replace('"cash":null,', "")
    assert text != samples.content().canonical
    content = Content.from_canonical(text)
    assert content == samples.content()
    assert "Cash flows" not in said(content, "accounts")
