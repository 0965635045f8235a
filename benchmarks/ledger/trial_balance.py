"""The trial balance of 2,000 accounts, against reading balances that stand in a table.

`python -m benchmarks.ledger.trial_balance [--full] [--folder DIR] [--only sqlite|postgresql]`

There are two bare sides. One reads a table with one finished balance for each account, which could answer for no other day. The other
adds up the rows that a balance for any month needs, one for each account and month, which is what ours rests on since the last closing.
`--full` measures a million postings of one year, then ten million of ten years, of which nine are closed.
"""

from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, time
from functools import partial

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from benchmarks.ledger.books import STARTS_ON, Place, arguments, bare_postgresql, bare_sqlite, places
from benchmarks.ledger.filling import filled
from benchmarks.ledger.timing import Work, in_turn, show
from coop.database import write_with
from ledger.balances import keep_closing_balances
from ledger.models import YearClosing
from ledger.statements import trial_balance
from ledger.totals import balance_of
from ledger.years.periods import fiscal_years

RUNS, TIMES = 5, 5
FINISHED = "SELECT code, name, debit_minor, credit_minor FROM bench_balance ORDER BY code"
MONTHLY = "SELECT account_id, sum(debit_minor), sum(credit_minor) FROM ledger_balance GROUP BY account_id"


def main() -> None:
    """Measure in turn on each database and print the medians and the ratios."""
    asked = arguments(__doc__)
    with places(asked) as found:
        for place in found:
            for postings, years in ((1_000_000, 1), (10_000_000, 10)) if asked.full else ((20_000, 1), (20_000, 10)):
                measure(place, postings, years)


def measure(place: Place, postings: int, years: int) -> None:
    """Print what a trial balance costs in books of so many postings."""
    engine = filled(place.new_url(), postings, years)
    write_with(engine, _close_all_but_the_last)
    last = date(STARTS_ON.year + years, 3, 31)
    within = last.replace(day=15)
    sides: dict[str, Callable[[], Work]] = {
        "ours": lambda: partial(_ours, engine, last),
        "one row an account": lambda: _bare(engine, FINISHED),
        "one row an account and month": lambda: _bare(engine, MONTHLY),
        "ours, within a month": lambda: partial(_ours, engine, within),
        "ours, one account": lambda: partial(_one_account, engine, last),
    }
    title = f"a trial balance of {postings:,} postings in {years} years; {place}"
    show(title, in_turn(RUNS, sides), each=TIMES)
    place.drop(engine)


def _close_all_but_the_last(session: Session) -> None:
    """Keep the sums that closing a year keeps; entries are none, because these books earn nothing that a balance would show."""
    for year in sorted(fiscal_years(session), key=lambda one: one.ends_on)[:-1]:
        moment = datetime.combine(year.ends_on, time(), UTC)
        session.add(
            YearClosing(fiscal_year_id=year.id, number=1, result_minor=0, closed_on=year.ends_on, closed_at=moment)
        )
        session.flush()
        keep_closing_balances(session, year, 1)


def _ours(engine: Engine, at: date) -> None:
    for _ in range(TIMES):
        with Session(engine) as session:
            rows = trial_balance(session, at).rows
        assert len(rows) > 1


def _one_account(engine: Engine, at: date) -> None:
    for _ in range(TIMES):
        with Session(engine) as session:
            assert balance_of(session, "90001", at)


def _bare(engine: Engine, query: str) -> Work:
    """Make the table of finished balances, if there is none, and return the reading of balances."""

    def make(session: Session) -> None:
        session.connection().exec_driver_sql(
            "CREATE TABLE IF NOT EXISTS bench_balance AS SELECT a.code, a.name,"
            " sum(b.debit_minor) AS debit_minor, sum(b.credit_minor) AS credit_minor"
            " FROM ledger_account AS a JOIN ledger_balance AS b ON b.account_id = a.id GROUP BY a.code, a.name"
        )

    write_with(engine, make)
    connection = bare_sqlite(engine) if engine.dialect.name == "sqlite" else bare_postgresql(engine)

    def run() -> None:
        for _ in range(TIMES):
            rows: Iterable[object] = connection.execute(query).fetchall()
            assert rows

    return run


if __name__ == "__main__":
    main()
