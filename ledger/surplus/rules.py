"""What the database itself refuses about the surplus: a plan that does not add up, a line added late, a plan nobody closed."""

from evidence.columns import table_of
from evidence.rules import Case, Rule, append_only, refuse
from ledger.surplus.models import Distribution, SurplusLine, SurplusLineParty, SurplusPlan
from ledger.years.rules import standing_closing

_PLAN, _LINE, _PARTY = "ledger_surplus_plan", "ledger_surplus_line", "ledger_surplus_line_party"
_DISTRIBUTION = "ledger_surplus_distribution"


def _before_header(table: str) -> Rule:
    return refuse(
        f"{table}_before_header",
        table,
        "INSERT",
        [
            Case(
                f"EXISTS (SELECT 1 FROM {_PLAN} WHERE id = NEW.plan_id)", "ledger: a plan that is written takes no line"
            )
        ],
        requires=[_PLAN],
    )


RULES: tuple[Rule, ...] = (
    *(
        rule
        for mapped in (SurplusPlan, SurplusLine, SurplusLineParty, Distribution)
        for rule in append_only(table_of(mapped))
    ),
    _before_header(_LINE),
    _before_header(_PARTY),
    refuse(
        "ledger_surplus_plan_is_whole",
        _PLAN,
        "INSERT",
        [
            Case(
                f"NOT EXISTS ({standing_closing('NEW.fiscal_year_id')} AND c.result_minor = NEW.result_minor)",
                "ledger: a plan shares out the result of a closed year",
            ),
            Case(
                f"EXISTS (SELECT 1 FROM {_DISTRIBUTION} WHERE fiscal_year_id = NEW.fiscal_year_id)",
                "ledger: the surplus of this year is distributed",
            ),
            *(
                Case(
                    f"(SELECT count(*) FROM {table} WHERE plan_id = NEW.id) <> NEW.line_count",
                    "ledger: the plan does not have the announced number of lines",
                )
                for table in (_LINE, _PARTY)
            ),
            *(
                Case(
                    f"(SELECT COALESCE(sum({part}), 0) FROM {_LINE} WHERE plan_id = NEW.id) <> NEW.{part}",
                    "ledger: the lines of the plan do not add up to the pool",
                )
                for part in ("cash_minor", "retained_minor")
            ),
        ],
        requires=[_LINE, _PARTY, _DISTRIBUTION, "ledger_year_closing", "ledger_year_reopening"],
    ),
    refuse(
        "ledger_surplus_distribution_is_planned",
        _DISTRIBUTION,
        "INSERT",
        [
            Case(
                f"NOT EXISTS (SELECT 1 FROM {_PLAN} WHERE id = NEW.plan_id"
                " AND fiscal_year_id = NEW.fiscal_year_id AND fingerprint = NEW.fingerprint)",
                "ledger: a distribution follows a plan of its year, by its fingerprint",
            ),
            Case(
                f"NOT EXISTS ({standing_closing('NEW.fiscal_year_id')})",
                "ledger: the surplus of an open year is not distributed",
            ),
        ],
        requires=[_PLAN, "ledger_year_closing", "ledger_year_reopening"],
        # Whoever reopens the year holds it.
        postgresql_lock="  PERFORM 1 FROM ledger_fiscal_year WHERE id = NEW.fiscal_year_id FOR SHARE;",
    ),
)
