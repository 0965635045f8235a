"""A co-operative that sells: a session in a transaction that is rolled back, after every check has held."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy.orm import Session

from coop import clock
from coop.checking import all_findings
from tests import joining
from tests.conftest import Shared, check_deferred
from tests.databases import Templates


@dataclass(frozen=True)
class Shop:
    """Who buys, sells and coaches: each a person with the participant they are."""

    session: Session
    buyer: joining.Joined
    coach: joining.Joined
    #: A member, who is the board.
    seller: joining.Joined


@pytest.fixture
def shop(kind: str, templates: Templates, shared: Shared, request: pytest.FixtureRequest) -> Iterator[Shop]:
    """A shop, a day after the founding; whatever the test did, it stands in the books to the cent."""
    with shared(templates.founded(kind)).connect() as connection, clock.at(clock.now() + timedelta(days=1)):
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
