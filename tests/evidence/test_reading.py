"""Rows read past SQLAlchemy's own: every one of them, be they none, one, or more than are handed over at a time."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from evidence.columns import table_of
from evidence.identifiers import new_id
from evidence.insertion import Insertion
from evidence.reading import driver_parts, driver_rows
from ledger.models import CostCentre

CENTRES = Insertion(table_of(CostCentre), "id", "code", "name", "closed_on")
QUERY = select(CostCentre.code, CostCentre.name).order_by(CostCentre.code)
AT_ONCE = 100


def _written(session: Session, count: int) -> list[tuple[str, str]]:
    rows = [(f"C{number:05d}", f"Part ‰ {number}") for number in range(count)]
    CENTRES.write(session.connection(), [(new_id(), code, name, None) for code, name in rows])
    return rows


@pytest.mark.parametrize("count", [0, 1, AT_ONCE, AT_ONCE + 1, 1_234])
def test_every_row_is_read_once_and_in_order(session: Session, count: int) -> None:
    rows = _written(session, count)
    assert driver_rows(session.connection(), QUERY) == rows
    parts = list(driver_parts(session.connection(), QUERY, AT_ONCE))
    assert [row for part in parts for row in part] == rows
    assert all(0 < len(part) <= AT_ONCE for part in parts)
