"""Counting stored ballots, against the query that groups them, in the same database.

`python -m benchmarks.governance.stored_count [--full] [--folder DIR] [--only sqlite|postgresql]`

The bare side asks how many ballots hold each ranking, on the index, and fetches the answer. Ours asks the same, reads the rankings,
counts, and makes the record of the count. What else the record of a closing holds is not in it: the digest over all commitments has
a line of its own. `--full` stores a million ballots.
"""

import hashlib
import json
from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from uuid import UUID

from sqlalchemy import Engine, inspect
from sqlalchemy.orm import Session

from benchmarks.governance.ballots import CANDIDATES, SEATS, rankings
from benchmarks.ledger.books import Place, arguments, bare_postgresql, bare_sqlite, places
from benchmarks.ledger.timing import Work, in_turn, show
from coop.clock import now
from coop.database import make_engine, write_with
from evidence.columns import table_of
from evidence.identifiers import new_id
from evidence.insertion import Insertion
from governance import counts
from governance.methods import ElectionRule
from governance.models import Ballot, GovernanceBase, Kind, Option, Proposal, Secrecy

RUNS = 5
CODES = [f"c{number}" for number in range(1, CANDIDATES + 1)]
INDEX = "ix_governance_ballot_choice"


def main() -> None:
    """Measure in turn on each database and print the medians and the ratios."""
    asked = arguments(__doc__)
    ballots = 1_000_000 if asked.full else 50_000
    with places(asked) as found:
        for place in found:
            measure(place, ballots)


def measure(place: Place, ballots: int) -> None:
    """Print what it costs to count so many ballots."""
    engine, proposal_id = stored(place.new_url(), ballots)
    rules = {"scottish-stv": SEATS, "irv": 1, "schulze": 1, "ranked-pairs": 1, "meek-stv-9": SEATS}
    bare = f"bare: GROUP BY of {ballots:,}"
    sides = {name: partial(_ours, engine, proposal_id, ElectionRule(name, seats)) for name, seats in rules.items()}
    spent = in_turn(
        RUNS,
        {
            bare: partial(_bare, engine, proposal_id),
            **sides,
            "digest of all ballots": partial(_digest, engine, proposal_id),
        },
    )
    for name in rules:
        show(f"count by {name}; {place}", {bare: spent[bare], name: spent[name]}, ours=name)
    show("beside it", {"digest of all ballots": spent["digest of all ballots"]}, ours="digest of all ballots")
    place.drop(engine)


def stored(url: str, ballots: int) -> tuple[Engine, UUID]:
    """Store the counted ballots of an election."""
    engine = make_engine(url)
    proposal_id = new_id()
    with engine.execution_options(coop_write=True).begin() as connection:
        GovernanceBase.metadata.create_all(connection)
        # Where the engine's own tables have no such index yet, the benchmark makes it.
        if INDEX not in {index["name"] for index in inspect(connection).get_indexes("governance_ballot")}:
            connection.exec_driver_sql(
                f"CREATE INDEX {INDEX} ON governance_ballot (proposal_id, choice, class_code, weight)"
            )

    def work(session: Session) -> None:
        session.add_all(
            Option(proposal_id=proposal_id, code=code, position=at) for at, code in enumerate(CODES, start=1)
        )
        session.add(_proposal(proposal_id, ballots))
        session.flush()
        columns = ("proposal_id", "commitment", "class_code", "weight", "choice", "nonce")
        Insertion(table_of(Ballot), *columns).write(session.connection(), _rows(proposal_id, ballots))

    write_with(engine, work)
    if engine.dialect.name == "postgresql":
        # What its own maintenance would have done by then; a scan of the index alone needs it.
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("VACUUM ANALYZE governance_ballot")
    return engine, proposal_id


def _rows(proposal_id: UUID, ballots: int) -> Iterator[tuple[object, ...]]:
    """Yield the rows in the order of their commitments, as a closing copies them."""
    choices = (
        json.dumps([CODES[number - 1] for number in ranking], separators=(",", ":")) for ranking in rankings(ballots)
    )
    rows = sorted((hashlib.sha256(str(at).encode()).hexdigest(), choice) for at, choice in enumerate(choices))
    return ((proposal_id, commitment, "member", 1, choice, commitment) for commitment, choice in rows)


def _proposal(proposal_id: UUID, ballots: int) -> Proposal:
    digest = hashlib.sha256(b"").hexdigest()
    return Proposal(
        id=proposal_id,
        kind=Kind.ELECTION,
        secrecy=Secrecy.SECRET,
        rule=counts.written(ElectionRule("scottish-stv", SEATS)),
        text_digest=digest,
        roll_digest=digest,
        roll_size=ballots,
        opens_at=now() - timedelta(days=2),
        closes_at=now() - timedelta(days=1),
    )


def _ours(engine: Engine, proposal_id: UUID, rule: ElectionRule) -> Work:
    def run() -> None:
        with Session(engine) as session:
            proposal = session.get_one(Proposal, proposal_id)
            votes = counts._votes(session, proposal)
            record = counts._election(counts.options_of(session, proposal_id), rule, votes)
        assert record["elected"]

    return run


def _digest(engine: Engine, proposal_id: UUID) -> Work:
    def run() -> None:
        with Session(engine) as session:
            assert counts._ballots_digest(session, session.get_one(Proposal, proposal_id))

    return run


def _bare(engine: Engine, proposal_id: UUID) -> Work:
    """Return the query of the bare side."""
    query = "SELECT choice, COUNT(*) FROM governance_ballot WHERE proposal_id = {} GROUP BY choice"
    if engine.dialect.name == "sqlite":
        lite = bare_sqlite(engine)
        return lambda: len(lite.execute(query.format("?"), (proposal_id.hex,)).fetchall())
    server = bare_postgresql(engine)
    return lambda: len(server.execute(query.format("%s"), (proposal_id,)).fetchall())


if __name__ == "__main__":
    main()
