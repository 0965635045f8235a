"""The worked examples of docs/surplus.md: the document's own numbers, computed again."""

import re
from fractions import Fraction
from pathlib import Path
from uuid import UUID

import pytest

from ledger.surplus import formulas
from ledger.surplus.business import Business
from ledger.surplus.schedule import Rates
from ledger.surplus.shares import share_out

DOCUMENT = (Path(__file__).parents[3] / "docs" / "surplus.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```year\n(.*?)```\s+```shares\n(.*?)```", DOCUMENT, re.DOTALL)
TABLE = re.findall(r"^\| (.+?) \| (\d+) \| (\d+) \|$", DOCUMENT, re.MULTILINE)

RULES = {
    "cash of at least 20 %, rounded up": lambda amount: formulas.cash_part(amount, 2000),
    "interest at 4 % on 1,000.00 for 183 days": lambda amount: formulas.interest_on_capital(
        amount, Fraction(4, 100), 183
    ),
    "US: pool of 75 % after dividends of 10,000.00": lambda amount: formulas.patronage_pool_after_dividends(
        amount, Fraction(3, 4), 1_000_000, in_addition=False
    ),
    "US: the same with dividends in addition": lambda amount: formulas.patronage_pool_after_dividends(
        amount, Fraction(3, 4), 1_000_000, in_addition=True
    ),
    "Spain: 20 % of a co-operative result of 90,000.00 after losses": lambda amount: (
        formulas.spanish_allocation(amount, 0, 0).reserve_from_cooperative_minor
    ),
}


def cents(text: str) -> int:
    return int(text.replace(".", ""))


def money(amount_minor: int) -> str:
    return f"{amount_minor // 100}.{amount_minor % 100:02}"


@pytest.mark.parametrize(("year", "shares"), EXAMPLES, ids=[f"example {at}" for at in range(1, len(EXAMPLES) + 1)])
def test_a_year_in_the_document_is_shared_out_as_it_says(year: str, shares: str) -> None:
    given = dict(line.rsplit(" ", 1) for line in year.strip().split("\n"))
    names = list(given)[5:]
    rates = Rates(*(int(given[name]) * 100 for name in ("reserve", "fund", "cash")))
    by_party = {UUID(int=at): cents(given[name]) for at, name in enumerate(names)}
    found = share_out(cents(given["surplus"]), Business(by_party, cents(given["others"]), 0), rates, None)
    totals = found.totals
    expected = [
        f"from others {money(totals.other_minor)}",
        f"from members {money(totals.member_minor)}",
        f"reserve {money(totals.reserve_minor)}",
        f"fund {money(totals.fund_minor)}",
        f"pool {money(totals.pool_minor)}",
    ]
    for at, name in enumerate(names):
        share = found.allocations[UUID(int=at)]
        cash = formulas.cash_part(share, rates.cash_bp)
        expected.append(f"{name} {money(share)} = {money(cash)} + {money(share - cash)}")
    assert shares.strip().split("\n") == expected


def test_the_document_has_examples_of_every_kind() -> None:
    assert len(EXAMPLES) == 3
    assert {rule for rule, _, _ in TABLE} == set(RULES)


@pytest.mark.parametrize(("rule", "amount", "gives"), TABLE)
def test_a_rule_in_the_document_gives_what_it_says(rule: str, amount: str, gives: str) -> None:
    assert RULES[rule](int(amount)) == int(gives)
