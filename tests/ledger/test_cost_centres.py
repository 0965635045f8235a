"""Cost centres: a tree without a ring, and which of them earned and cost what."""

from datetime import date

import pytest

from ledger import cost_centres, journal, posting
from ledger.chart import BANK, COACHES, COACHING_INCOME, DONATIONS, FELLOWSHIP_INCOME, HOSTING
from ledger.cost_centres import Result
from ledger.drafts import Line
from ledger.errors import NoSuchCostCentre
from ledger.records import JournalFilter
from ledger.statements import income_statement
from tests.ledger.conftest import Books

MAY = date(2026, 5, 4)
PERIOD = (date(2026, 4, 1), date(2026, 5, 31))


@pytest.fixture
def centred(books: Books) -> Books:
    """Services, with coaching and fellowships under it, and group coaching under coaching."""
    for code, parent in (("services", None), ("coaching", "services"), ("fellows", "services"), ("groups", "coaching")):
        cost_centres.add(books.session, code=code, name=code.title(), parent=parent)
    return books


def _post(books: Books, account: str, amount_minor: int, centre: str | None, on: date = MAY) -> None:
    lines = [Line(account, amount_minor, cost_centre=centre), Line(BANK, -amount_minor)]
    key = f"{account}-{amount_minor}-{centre}-{on}"
    posting.post(books.session, posting.Draft(on, "Something", "manual", "NZD", lines, key), now=books.now)


def test_a_centre_sums_what_stands_under_it(centred: Books) -> None:
    _post(centred, COACHING_INCOME, -1000, "coaching")
    _post(centred, COACHING_INCOME, -300, "groups")
    _post(centred, COACHES, 700, "coaching")
    _post(centred, FELLOWSHIP_INCOME, -5000, "fellows")
    _post(centred, HOSTING, 200, "services")
    report = cost_centres.report(centred.session, *PERIOD)
    assert [(row.centre.code, row.centre.depth) for row in report.rows] == [
        ("services", 0),
        ("coaching", 1),
        ("groups", 2),
        ("fellows", 1),
    ]
    assert {row.centre.code: row.whole for row in report.rows} == {
        "services": Result(6300, 900),
        "coaching": Result(1300, 700),
        "groups": Result(300, 0),
        "fellows": Result(5000, 0),
    }
    assert report.rows[0].own == Result(0, 200)
    assert report.rows[1].whole.result_minor == 600


def test_together_they_are_the_income_statement(centred: Books) -> None:
    _post(centred, COACHING_INCOME, -1000, "coaching")
    _post(centred, DONATIONS, -400, None)
    _post(centred, HOSTING, 150, None)
    _post(centred, HOSTING, 50, "fellows")
    _post(centred, HOSTING, 77, "fellows", on=date(2026, 6, 1))
    report = cost_centres.report(centred.session, *PERIOD)
    assert report.without == Result(400, 150)
    assert report.total == report.without + Result(1000, 50)
    assert report.total.result_minor == income_statement(centred.session, *PERIOD).result_minor


def test_the_journal_is_found_by_centre_with_those_under_it_and_by_reference(centred: Books) -> None:
    _post(centred, COACHING_INCOME, -1000, "coaching")
    _post(centred, COACHING_INCOME, -300, "groups")
    _post(centred, FELLOWSHIP_INCOME, -5000, "fellows")
    lines = [Line(HOSTING, 900, cost_centre="fellows"), Line(BANK, -900)]
    draft = posting.Draft(MAY, "Hosting", "manual", "NZD", lines, "hosting", reference="INV-77")
    entry_id = posting.post(centred.session, draft, now=centred.now)

    def amounts(**wanted: str) -> list[int]:
        found = journal.journal(centred.session, JournalFilter(**wanted))  # type: ignore[arg-type]
        return sorted(row.amount_minor for row in found)

    assert amounts(cost_centre="coaching") == [300, 1000]
    assert amounts(cost_centre="services") == [300, 900, 1000, 5000]
    assert amounts(cost_centre="nothing") == []
    assert amounts(reference="inv-7") == [900]
    row = journal.journal(centred.session, JournalFilter(reference="INV-77"))[0]
    assert (row.reference, row.tags) == ("INV-77", ("fellows",))
    assert journal.posted_entry(centred.session, entry_id).lines[0].tags == ("fellows",)


def test_a_centre_cannot_be_put_under_itself_or_its_own(centred: Books) -> None:
    for parent in ("coaching", "groups"):
        with pytest.raises(cost_centres.CentreUnderItself):
            cost_centres.change(centred.session, "coaching", name="Coaching", parent=parent)
    with pytest.raises(cost_centres.UnknownCentre):
        cost_centres.change(centred.session, "coaching", name="Coaching", parent="nothing")
    cost_centres.change(centred.session, "coaching", name="One to one", parent="fellows")
    assert [(one.code, one.depth, one.parent) for one in cost_centres.tree(centred.session)] == [
        ("services", 0, None),
        ("fellows", 1, "services"),
        ("coaching", 2, "fellows"),
        ("groups", 3, "coaching"),
    ]


def test_a_closed_centre_takes_nothing_of_that_day_or_later(centred: Books) -> None:
    _post(centred, COACHING_INCOME, -1000, "coaching")
    with pytest.raises(cost_centres.CentreUsedLater):
        cost_centres.close(centred.session, "coaching", closed_on=MAY)
    cost_centres.close(centred.session, "coaching", closed_on=date(2026, 5, 5))
    with pytest.raises(cost_centres.CentreClosed):
        cost_centres.close(centred.session, "coaching", closed_on=date(2026, 5, 6))
    _post(centred, COACHING_INCOME, -2000, "coaching")
    with pytest.raises(NoSuchCostCentre):
        _post(centred, COACHING_INCOME, -3000, "coaching", on=date(2026, 5, 5))
    assert cost_centres.report(centred.session, *PERIOD).rows[1].own == Result(3000, 0)


def test_a_code_is_short_and_used_once(centred: Books) -> None:
    with pytest.raises(cost_centres.CentreCodeTaken):
        cost_centres.add(centred.session, code="coaching", name="Again")
    for code in ("", "two words", "-x", "x" * 21):
        with pytest.raises(cost_centres.CentreCodeMalformed):
            cost_centres.add(centred.session, code=code, name="Odd")
    with pytest.raises(cost_centres.UnknownCentre):
        cost_centres.add(centred.session, code="new", name="New", parent="nothing")
