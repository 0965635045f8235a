"""What the database itself refuses in the ledger, whoever writes to it."""

from evidence.columns import table_of
from evidence.rules import Case, Rule, append_only, refuse
from ledger.budgets import rules as budget_rules
from ledger.models import ChainLink, Entry, Posting
from ledger.surplus import rules as surplus_rules
from ledger.years import rules as year_rules

RULES: tuple[Rule, ...] = (
    *append_only(table_of(Entry)),
    *append_only(table_of(Posting)),
    *append_only(table_of(ChainLink)),
    refuse(
        "ledger_entry_balances",
        "ledger_entry",
        "INSERT",
        [
            Case(
                "(SELECT count(*) FROM ledger_posting WHERE entry_id = NEW.id) < 2",
                "ledger: an entry needs two postings or more",
            ),
            Case(
                "EXISTS (SELECT 1 FROM ledger_posting WHERE entry_id = NEW.id"
                " GROUP BY currency HAVING sum(amount_minor) <> 0)",
                "ledger: the postings of an entry must sum to zero in each currency",
            ),
            Case(
                "NOT EXISTS (SELECT 1 FROM ledger_period WHERE starts_on <= NEW.booked_on"
                " AND ends_on >= NEW.booked_on AND locked_at IS NULL)",
                "ledger: the period is locked or was never opened",
                postgresql="NOT FOUND",
            ),
        ],
        requires=["ledger_posting", "ledger_period"],
        postgresql_lock=(
            "  PERFORM 1 FROM ledger_period WHERE starts_on <= NEW.booked_on AND ends_on >= NEW.booked_on"
            " AND locked_at IS NULL FOR SHARE;"
        ),
    ),
    refuse(
        "ledger_posting_before_header",
        "ledger_posting",
        "INSERT",
        [
            Case(
                "EXISTS (SELECT 1 FROM ledger_entry WHERE id = NEW.entry_id)",
                "ledger: nothing can be added to an entry that is written",
            )
        ],
        requires=["ledger_entry"],
    ),
    refuse(
        "ledger_posting_on_account",
        "ledger_posting",
        "INSERT",
        [
            Case(
                "NOT EXISTS (SELECT 1 FROM ledger_account WHERE id = NEW.account_id AND NOT is_heading)",
                "ledger: a heading takes no postings, nor does what is no account",
            )
        ],
        requires=["ledger_account"],
    ),
    refuse(
        "ledger_account_stays",
        "ledger_account",
        "UPDATE",
        [
            Case(
                "OLD.id <> NEW.id OR OLD.code <> NEW.code OR OLD.kind <> NEW.kind OR OLD.currency <> NEW.currency"
                " OR OLD.is_heading <> NEW.is_heading OR OLD.is_contra <> NEW.is_contra",
                "ledger: code, kind, side and currency of an account stay, because entries and statements rest on them",
            )
        ],
    ),
    refuse(
        "ledger_tax_code_stays",
        "ledger_tax_code",
        "UPDATE",
        [
            Case(
                'OLD.id <> NEW.id OR OLD.code <> NEW.code OR OLD."use" <> NEW."use" OR OLD.rate_bp <> NEW.rate_bp'
                " OR OLD.valid_from <> NEW.valid_from",
                "ledger: code, use, rate and first day of a tax code stay; a new rate is a new row",
            )
        ],
    ),
    refuse(
        "ledger_fund_stays",
        "ledger_fund",
        "UPDATE",
        [
            Case(
                "OLD.id <> NEW.id OR OLD.code <> NEW.code OR OLD.account_id <> NEW.account_id"
                " OR OLD.starts_on <> NEW.starts_on",
                "ledger: code, account and first day of a fund stay, because its report rests on them",
            )
        ],
    ),
    refuse(
        "ledger_cost_centre_stays",
        "ledger_cost_centre",
        "UPDATE",
        [Case("OLD.id <> NEW.id OR OLD.code <> NEW.code", "ledger: the code of a cost centre stays")],
    ),
    *(
        refuse(
            f"{table}_no_replace",
            table,
            "INSERT",
            [
                Case(
                    f"EXISTS (SELECT 1 FROM {table} WHERE id = NEW.id OR {same})",
                    f"ledger: there is {what} with this key",
                )
            ],
        )
        for table, same, what in (
            ("ledger_account", "code = NEW.code", "an account"),
            ("ledger_fund", "code = NEW.code", "a fund"),
            ("ledger_cost_centre", "code = NEW.code", "a cost centre"),
            ("ledger_tax_code", "(code = NEW.code AND valid_from = NEW.valid_from)", "a tax code"),
        )
    ),
    # SQLite looks after references only where whoever writes has asked for it.
    *(
        refuse(f"{table}_no_delete", table, "DELETE", [Case("1 = 1", f"ledger: {what} is closed, never removed")])
        for table, what in (
            ("ledger_account", "an account"),
            ("ledger_fund", "a fund"),
            ("ledger_cost_centre", "a cost centre"),
            ("ledger_tax_code", "a tax code"),
            ("ledger_fiscal_year", "a year"),
        )
    ),
    *year_rules.RULES,
    *budget_rules.RULES,
    *surplus_rules.RULES,
)
