"""Rows written past SQLAlchemy: the same values, the same rules and the same errors, be they few or very many."""

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from evidence.chain import GENESIS
from evidence.columns import table_of
from evidence.identifiers import new_id
from evidence.insertion import Insertion
from ledger.models import ChainHead, CostCentre
from tests.ledger.conftest import NOW

CENTRES = Insertion(table_of(CostCentre), "id", "code", "name", "closed_on")


def _rows(count: int) -> list[tuple[object, ...]]:
    return [
        (new_id(), f"C{number:05d}", f"Part ‰ {number}\t", NOW.date() if number % 2 else None)
        for number in range(count)
    ]


@pytest.mark.parametrize("count", [0, 1, 3, 499, 1_234])
def test_what_is_written_is_what_is_read(session: Session, count: int) -> None:
    rows = _rows(count)
    CENTRES.write(session.connection(), iter(rows))
    stands = select(CostCentre.id, CostCentre.code, CostCentre.name, CostCentre.closed_on).order_by(CostCentre.code)
    assert [tuple(row) for row in session.execute(stands)] == rows


@pytest.mark.parametrize("count", [2, 600], ids=["few", "many"])
def test_what_the_database_refuses_is_an_error_as_of_any_insert(session: Session, count: int) -> None:
    rows = _rows(count)
    connection = session.connection()
    with pytest.raises(IntegrityError), connection.begin_nested():
        CENTRES.write(connection, [*rows, rows[0]])
    assert session.scalars(select(CostCentre.id)).all() == []


def test_a_conflict_is_settled_as_told(session: Session) -> None:
    heads = Insertion(table_of(ChainHead), "id", "seq", "hash", on_conflict="ON CONFLICT (id) DO NOTHING")
    heads.write(session.connection(), [(1, 0, GENESIS)])
    heads.write(session.connection(), [(1, 7, "f" * 64)])
    assert session.execute(select(ChainHead.seq, ChainHead.hash)).all() == [(0, GENESIS)]
