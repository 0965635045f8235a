"""Freezing a roll, against writing the same rows with the driver alone.

`python -m benchmarks.governance.rolls [--full] [--folder DIR] [--only sqlite|postgresql]`

The bare side has its rows ready, in the form that the driver takes, and calls `executemany` (SQLite) or COPY (PostgreSQL) on the same
table, with the same keys. Ours makes a random id for each entry, sorts, writes, and takes the fingerprint. Both roll back what they
wrote, so that each run finds an empty table. `--full` freezes 100,000 voters.
"""

from collections.abc import Callable
from functools import partial

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from benchmarks.ledger.books import Place, arguments, bare_postgresql, bare_sqlite, places
from benchmarks.ledger.timing import Work, in_turn, show
from coop.database import make_engine, write_with
from evidence.identifiers import new_id, new_ref
from governance import rolls
from governance.models import GovernanceBase

RUNS = 5
COLUMNS = "id, proposal_id, voter_ref, class_code, reason, weight"


class _Undone(Exception):
    """The work is done and measured."""


def main() -> None:
    """Measure in turn on each database and print the medians and the ratios."""
    asked = arguments(__doc__)
    with places(asked) as found:
        for place in found:
            measure(place, 100_000 if asked.full else 5_000)


def measure(place: Place, voters: int) -> None:
    """Print what a roll of so many voters costs."""
    engine = make_engine(place.new_url())
    with engine.execution_options(coop_write=True).begin() as connection:
        GovernanceBase.metadata.create_all(connection)
    roll = [rolls.Voter(new_ref(), "member", "member") for _ in range(voters)]
    bare = _bare_sqlite if place.kind == "sqlite" else _bare_postgresql
    sides: dict[str, Callable[[], Work]] = {
        "ours": lambda: partial(_ours, engine, roll),
        "bare": lambda: bare(engine, roll),
    }
    show(f"a roll of {voters:,} freezes; {place}", in_turn(RUNS, sides))
    place.drop(engine)


def _ours(engine: Engine, roll: list[rolls.Voter]) -> None:
    def work(session: Session) -> None:
        assert rolls.freeze(session, new_id(), roll).size == len(roll)
        raise _Undone

    try:
        write_with(engine, work)
    except _Undone:
        return


def _bare_sqlite(engine: Engine, roll: list[rolls.Voter]) -> Work:
    connection = bare_sqlite(engine)
    proposal = new_id().hex
    rows = sorted((new_ref().hex, proposal, voter.ref.hex, "member", "member", 1) for voter in roll)

    def run() -> None:
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany(f"INSERT INTO governance_roll_entry ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?)", rows)
        connection.execute("ROLLBACK")

    return run


def _bare_postgresql(engine: Engine, roll: list[rolls.Voter]) -> Work:
    connection = bare_postgresql(engine)
    proposal = new_id()
    rows = sorted(((new_ref(), proposal, voter.ref, "member", "member", 1) for voter in roll), key=lambda row: row[0])

    def run() -> None:
        with connection.cursor().copy(f"COPY governance_roll_entry ({COLUMNS}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
        connection.rollback()

    return run


if __name__ == "__main__":
    main()
