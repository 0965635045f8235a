"""A co-operative that sells: a session in a transaction that is rolled back, after every check has held."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy.orm import Session

from coop import clock
from coop.checking import all_findings
from tests import joining
from tests.conftest import check_deferred
from tests.databases import Templates, TestDatabase


@dataclass(frozen=True)
class Shop:
    """Who buys, sells and coaches: each a person with the participant they are."""

    session: Session
    buyer: joining.Joined
    coach: joining.Joined
    #: A member, who is the board.
    seller: joining.Joined


@pytest.fixture(scope="session")
def _founded_once(templates: Templates) -> Iterator[Callable[[str], TestDatabase]]:
    """One founded copy per database for all tests that roll back."""
    made: dict[str, TestDatabase] = {}

    def get(kind: str) -> TestDatabase:
        if kind not in made:
            made[kind] = templates.servers[kind].copy(templates.founded(kind))
        return made[kind]

    yield get
    for copy in made.values():
        templates.servers[copy.kind].drop(copy)


@pytest.fixture
def shop(kind: str, _founded_once: Callable[[str], TestDatabase], request: pytest.FixtureRequest) -> Iterator[Shop]:
    """A shop, a day after the founding; whatever the test did, it stands in the books to the cent."""
    engine = _founded_once(kind).engine.execution_options(coop_write=True)
    with engine.connect() as connection, clock.at(clock.now() + timedelta(days=1)):
        transaction = connection.begin()
        with Session(connection, join_transaction_mode="create_savepoint", expire_on_commit=False) as session:
            yield _open(session)
            if request.node.get_closest_marker("tampers") is None:
                session.flush()
                check_deferred(session)
                assert all_findings(session) == []
        transaction.rollback()


def _open(session: Session) -> Shop:
    board = joining.founder(session, "board")
    assert board.person_id is not None
    seller_id: UUID = joining.participant_of(session, board.person_id)
    joining.pay(session, seller_id)
    joining.issue(session, seller_id)
    seller = joining.Joined(board.person_id, seller_id)
    return Shop(session, joining.joined(session), joining.joined(session, "Pania Reef"), seller)
