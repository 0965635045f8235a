"""What the database itself refuses about months and years.

A locked month opens, and a closed year, by a recorded reopening only. A month keeps its days, and
a year that has months too.
"""

from evidence.columns import table_of
from evidence.rules import Case, Rule, append_only, refuse
from ledger.models import ClosingBalance, YearClosing, YearReopening

_CLOSING, _REOPENING = "ledger_year_closing", "ledger_year_reopening"
_LOCKED_STAYS = "ledger: a locked period stays locked"
#: Locked periods that have the key or a day of a new one.
_LOCKED_THERE = (
    "SELECT 1 FROM ledger_period WHERE locked_at IS NOT NULL"
    " AND (id = NEW.id OR (starts_on <= NEW.ends_on AND ends_on >= NEW.starts_on))"
)
#: A locked period is opened under a reopening of its year after which it was not closed again.
_OPENED_BY_DECISION = (
    "NEW.locked_at IS NULL"
    f" AND EXISTS (SELECT 1 FROM {_REOPENING} AS r WHERE r.fiscal_year_id = OLD.fiscal_year_id"
    f" AND r.opens_on <= OLD.starts_on AND NOT EXISTS (SELECT 1 FROM {_CLOSING} AS c"
    " WHERE c.fiscal_year_id = r.fiscal_year_id AND c.number > r.number))"
)
#: Every year is held, so that closing one and reopening another come one after the other.
_HOLD_YEARS = "  PERFORM 1 FROM ledger_fiscal_year ORDER BY starts_on FOR UPDATE;"


def standing_closing(year_id: str) -> str:
    """Return the query for the closing `c` of a year that nobody has taken back."""
    return (
        f"SELECT 1 FROM {_CLOSING} AS c WHERE c.fiscal_year_id = {year_id} AND NOT EXISTS (SELECT 1 FROM {_REOPENING} AS r"
        " WHERE r.fiscal_year_id = c.fiscal_year_id AND r.number = c.number)"
    )


def _years(before_or_after: str, *, closed: bool) -> str:
    """Return the query for the years on one side of the row's year that are closed, or are not."""
    standing = f"EXISTS ({standing_closing('y.id')})"
    return (
        f"SELECT 1 FROM ledger_fiscal_year AS y WHERE y.starts_on {before_or_after}"
        " (SELECT starts_on FROM ledger_fiscal_year WHERE id = NEW.fiscal_year_id)"
        f" AND {standing if closed else f'NOT {standing}'}"
    )


RULES: tuple[Rule, ...] = (
    *append_only(table_of(YearClosing)),
    *append_only(table_of(YearReopening)),
    *append_only(table_of(ClosingBalance)),
    *(
        refuse(
            f"ledger_period_locked_{event.lower()}",
            "ledger_period",
            event,
            [Case(condition, _LOCKED_STAYS)],
            requires=[_CLOSING, _REOPENING],
        )
        for event, condition in (
            # SQLite's REPLACE would take a locked row away without a DELETE, and an open period over the days of a locked
            # one would open them again.
            ("UPDATE", f"OLD.locked_at IS NOT NULL AND NOT ({_OPENED_BY_DECISION})"),
            ("DELETE", "OLD.locked_at IS NOT NULL"),
            ("INSERT", f"EXISTS ({_LOCKED_THERE})"),
        )
    ),
    refuse(
        "ledger_period_stays",
        "ledger_period",
        "UPDATE",
        [
            Case(
                "OLD.id <> NEW.id OR OLD.fiscal_year_id <> NEW.fiscal_year_id"
                " OR OLD.starts_on <> NEW.starts_on OR OLD.ends_on <> NEW.ends_on",
                "ledger: the days of a month stay, because its balances and statements rest on them",
            )
        ],
    ),
    refuse(
        "ledger_fiscal_year_stays",
        "ledger_fiscal_year",
        "UPDATE",
        [
            Case(
                "(OLD.id <> NEW.id OR OLD.starts_on <> NEW.starts_on OR OLD.ends_on <> NEW.ends_on)"
                " AND EXISTS (SELECT 1 FROM ledger_period WHERE fiscal_year_id = OLD.id)",
                "ledger: the days of a fiscal year stay, because its periods and statements rest on them",
            )
        ],
        requires=["ledger_period"],
    ),
    refuse(
        "ledger_fiscal_year_no_replace",
        "ledger_fiscal_year",
        "INSERT",
        [
            Case(
                "EXISTS (SELECT 1 FROM ledger_fiscal_year"
                " WHERE id = NEW.id OR (starts_on <= NEW.ends_on AND ends_on >= NEW.starts_on))",
                "ledger: there is a fiscal year with this key, or with one of these days",
            )
        ],
    ),
    refuse(
        "ledger_year_closing_is_last",
        _CLOSING,
        "INSERT",
        [
            Case(
                "EXISTS (SELECT 1 FROM ledger_period WHERE fiscal_year_id = NEW.fiscal_year_id AND locked_at IS NULL)",
                "ledger: a year is closed when all its periods are locked",
            ),
            Case(
                f"NEW.number <> 1 + (SELECT count(*) FROM {_REOPENING} WHERE fiscal_year_id = NEW.fiscal_year_id)",
                "ledger: a year is closed once until it is reopened",
            ),
            Case(
                f"EXISTS ({_years('<', closed=False)})",
                "ledger: years are closed in order",
            ),
            Case(
                f"EXISTS (SELECT 1 FROM {_CLOSING} AS c WHERE c.fiscal_year_id = NEW.fiscal_year_id AND c.entry_id IS NOT NULL"
                " AND NOT EXISTS (SELECT 1 FROM ledger_entry AS e WHERE e.reverses_id = c.entry_id))",
                "ledger: the closing entry of before was not taken back",
            ),
        ],
        requires=["ledger_period", "ledger_fiscal_year", "ledger_entry", _REOPENING],
        postgresql_lock=_HOLD_YEARS,
    ),
    refuse(
        "ledger_year_reopening_is_of_the_last",
        _REOPENING,
        "INSERT",
        [
            Case(
                f"NOT EXISTS (SELECT 1 FROM {_CLOSING} WHERE fiscal_year_id = NEW.fiscal_year_id AND number = NEW.number)",
                "ledger: only a closing is taken back",
            ),
            Case(
                f"EXISTS (SELECT 1 FROM {_REOPENING} WHERE fiscal_year_id = NEW.fiscal_year_id AND number = NEW.number)",
                "ledger: a closing is taken back once",
            ),
            Case(f"EXISTS ({_years('>', closed=True)})", "ledger: only the last closed year is reopened"),
            Case(
                "EXISTS (SELECT 1 FROM ledger_surplus_distribution WHERE fiscal_year_id = NEW.fiscal_year_id)",
                "ledger: the surplus of this year is distributed",
            ),
            Case(
                "NOT EXISTS (SELECT 1 FROM ledger_period WHERE fiscal_year_id = NEW.fiscal_year_id"
                " AND starts_on = NEW.opens_on)",
                "ledger: a year is reopened from the first day of one of its periods on",
            ),
        ],
        requires=[_CLOSING, "ledger_period", "ledger_fiscal_year", "ledger_surplus_distribution"],
        postgresql_lock=_HOLD_YEARS,
    ),
)
