"""What a posting counts for beside its account and party: a cost centre, a fund, a tax code. Found by code, as of a day."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Select, and_, or_, select

from evidence.columns import table_of
from ledger import errors
from ledger.drafts import Draft
from ledger.errors import LedgerRefusal
from ledger.models import CostCentre, Fund, TaxCode

_CENTRES, _FUNDS, _TAXES = (table_of(mapped).c for mapped in (CostCentre, Fund, TaxCode))


@dataclass(frozen=True)
class Tags:
    """The ids behind the codes that the lines of an entry name; a line that names none finds none."""

    cost_centres: Mapping[str | None, UUID] = field(default_factory=dict)
    funds: Mapping[str | None, UUID] = field(default_factory=dict)
    taxes: Mapping[str | None, UUID] = field(default_factory=dict)


_NONE = Tags()


def tag_ids(connection: Connection, draft: Draft) -> Tags:
    """Find what the lines of an entry name. Asks the database only where they name something: most entries do not.

    Raises:
        NoSuchCostCentre, NoSuchFund, NoSuchTaxCode: there is none with the code, or none that is open on the day.
    """
    tagged = [line for line in draft.lines if line.is_tagged]
    if not tagged:
        return _NONE
    booked_on = draft.booked_on
    return Tags(
        cost_centres=_found(
            connection,
            select(_CENTRES.code, _CENTRES.id)
            .where(_CENTRES.closed_on.is_(None) | (_CENTRES.closed_on > booked_on))
            .with_for_update(read=True),
            _CENTRES.code,
            {line.cost_centre for line in tagged if line.cost_centre},
            lambda code: errors.NoSuchCostCentre(code, booked_on),
        ),
        funds=_found(
            connection,
            select(_FUNDS.code, _FUNDS.id)
            .where(_FUNDS.starts_on <= booked_on, _FUNDS.closed_on.is_(None) | (_FUNDS.closed_on > booked_on))
            .with_for_update(read=True),
            _FUNDS.code,
            {line.fund for line in tagged if line.fund},
            lambda code: errors.NoSuchFund(code, booked_on),
        ),
        taxes=_found(
            connection,
            select(_TAXES.code, _TAXES.id).where(_tax_version(draft.taxed_under, booked_on)).with_for_update(read=True),
            _TAXES.code,
            {line.tax for line in tagged if line.tax},
            lambda code: errors.NoSuchTaxCode(code, booked_on),
        ),
    )


def _tax_version(taxed_under: UUID | None, booked_on: date) -> ColumnElement[bool]:
    """Say which versions of tax codes count: the one that is named, or those of the day."""
    if taxed_under is not None:
        return _TAXES.id == taxed_under
    return and_(_TAXES.valid_from <= booked_on, or_(_TAXES.valid_to.is_(None), _TAXES.valid_to >= booked_on))


def _found(
    connection: Connection,
    query: Select[str, UUID],
    column: ColumnElement[str],
    codes: set[str],
    refusal: Callable[[str], LedgerRefusal],
) -> dict[str | None, UUID]:
    """Return the ids of those that are open, by code; the first that is not among them is refused."""
    rows = connection.execute(query.where(column.in_(codes))).all() if codes else []
    found: dict[str | None, UUID] = {row[0]: row[1] for row in rows}
    for code in sorted(codes.difference(row[0] for row in rows)):
        raise refusal(code)
    return found
