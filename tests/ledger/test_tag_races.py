"""Two at once on what postings count for: no ring of cost centres, no posting under a rate that has ended or a closed centre."""

from datetime import date

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from ledger import checks, cost_centres, errors, posting
from ledger.chart import BANK, HOSTING
from ledger.drafts import Line
from ledger.models import TaxUse
from ledger.tax import codes
from ledger.tax.codes import NewCode
from ledger.tax.errors import RateUsedLater
from tests.ledger.conftest import NOW, Books, Write, at_once

MAY, JUNE = date(2026, 5, 4), date(2026, 6, 1)


def _draft(number: int, *, tax: str | None = None, centre: str | None = None) -> posting.Draft:
    lines = [Line(HOSTING, 100, tax=tax, cost_centre=centre), Line(BANK, -100)]
    return posting.Draft(JUNE, "Something", "manual", "NZD", lines, f"tagged-{number}")


def test_two_centres_put_under_each_other_at_once_make_no_ring(write: Write) -> None:
    write(lambda s: cost_centres.add(s, code="one", name="One"))
    write(lambda s: cost_centres.add(s, code="two", name="Two"))
    pairs = [("one", "two"), ("two", "one")]
    answers = at_once(
        2,
        lambda n: write(lambda s: cost_centres.change(s, pairs[n][0], name=pairs[n][0], parent=pairs[n][1])),
    )
    assert sum(isinstance(answer, cost_centres.CentreUnderItself) for answer in answers) == 1
    assert len(write(cost_centres.tree)) == 2


def test_a_new_rate_and_a_posting_of_its_day_never_miss_each_other(write: Write) -> None:
    write(lambda s: codes.add_code(s, NewCode("GST", "GST", TaxUse.PURCHASE, 1500, MAY, "11", "12")))

    def work(number: int) -> object:
        if number == 0:
            return write(lambda s: codes.add_rate(s, "GST", rate_bp=2000, valid_from=JUNE))
        return write(lambda s: posting.post(s, _draft(number, tax="GST"), now=NOW))

    answers = at_once(5, work)
    # Whoever meets the change halfway is refused and may try again; the fixture's checks look for a rate of another day.
    refused = [one for one in answers if isinstance(one, Exception)]
    assert len(refused) < 5
    assert all(isinstance(one, RateUsedLater | errors.NoSuchTaxCode) for one in refused)


def test_a_centre_is_closed_before_or_after_a_posting_and_not_around_it(write: Write) -> None:
    write(lambda s: cost_centres.add(s, code="one", name="One"))

    def work(number: int) -> object:
        if number == 0:
            return write(lambda s: cost_centres.close(s, "one", closed_on=JUNE))
        return write(lambda s: posting.post(s, _draft(number, centre="one"), now=NOW))

    closing, *posted = at_once(5, work)
    refused = sum(isinstance(one, errors.NoSuchCostCentre) for one in posted)
    assert refused == (0 if isinstance(closing, cost_centres.CentreUsedLater) else 4)


@pytest.mark.tampers
def test_the_checks_see_a_ring_a_gap_and_a_rate_of_another_day(session: Session, books: Books) -> None:
    codes.add_code(session, NewCode("GST", "GST", TaxUse.PURCHASE, 1500, MAY, "11", "12"))
    posting.post(session, _draft(1, tax="GST"), now=NOW)
    for code in ("one", "two"):
        cost_centres.add(session, code=code, name=code, parent="one" if code == "two" else None)
    assert checks.findings(session) == []
    session.execute(
        text(
            "UPDATE ledger_cost_centre SET parent_id = (SELECT id FROM ledger_cost_centre WHERE code = 'two') WHERE code = 'one'"
        )
    )
    session.execute(text("UPDATE ledger_tax_code SET valid_to = '2026-05-10'"))
    session.expire_all()
    assert [one.check for one in checks.findings(session)] == ["ledger-tax-code"] + ["ledger-cost-centre"] * 2
