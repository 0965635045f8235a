"""The words of the motions that an agenda makes: on the accounts and on the surplus. They say in plain language what figures say."""

from flask_babel import gettext

from coop.assembly.operations import Words
from coop.formats import format_day, format_money, format_whole
from coop.reports.queries import Edition
from ledger.models import FiscalYear
from ledger.surplus.plan import Plan


def accounts(year: FiscalYear, edition: Edition | None) -> Words:
    """Return the motion to receive the accounts of a year, as they stand in an edition of the annual report."""
    first, last = format_day(year.starts_on), format_day(year.ends_on)
    resolve = gettext(
        "**We resolve** to receive the accounts of the year from %(first)s to %(last)s.", first=first, last=last
    )
    if edition is None:
        report = gettext("The annual report of the year was not yet published when these words were written.")
    else:
        report = gettext(
            "They stand in edition %(number)s of the annual report. Its file has this SHA-256:", number=edition.number
        )
        report += f"\n\n`{edition.pdf_sha256}`"
    return Words(gettext("Accounts of the year to %(last)s", last=last), f"{resolve}\n\n{report}")


def surplus(year: FiscalYear, plan: Plan) -> Words:
    """Return the motion to distribute the surplus of a year by a plan, with its sums and its fingerprint."""
    first, last = format_day(year.starts_on), format_day(year.ends_on)
    resolve = gettext(
        "**We resolve** to distribute the surplus of the year from %(first)s to %(last)s, %(amount)s, in this way:",
        first=first,
        last=last,
        amount=format_money(plan.totals.result_minor, plan.heading.currency),
    )
    exactly = gettext(
        "The plan behind these sums has %(lines)s lines, one for each member with a part. What is posted is exactly the plan"
        " with this fingerprint, to the cent, and no other:",
        lines=format_whole(plan.line_count),
    )
    parts = "\n".join(f"- {part}" for part in _parts(plan))
    return Words(
        gettext("Distribution of the surplus of the year to %(last)s", last=last),
        f"{resolve}\n\n{parts}\n\n{exactly}\n\n`{plan.fingerprint}`",
    )


def _parts(plan: Plan) -> list[str]:
    """Say where each part goes; together they are the surplus."""
    totals, currency = plan.totals, plan.heading.currency
    reserve, fund = format_money(plan.to_reserve_minor, currency), format_money(plan.to_fund_minor, currency)
    parts = [gettext("%(amount)s to the general reserve, which belongs to all and is not shared out.", amount=reserve)]
    if plan.to_fund_minor:
        parts.append(gettext("%(amount)s to the community fund.", amount=fund))
    if totals.pool_minor:
        parts.append(
            gettext(
                "%(pool)s to members, in proportion to their business with the co-op in that year: %(cash)s of it is paid out in"
                " money, and %(retained)s is kept in their names.",
                pool=format_money(totals.pool_minor, currency),
                cash=format_money(totals.cash_minor, currency),
                retained=format_money(totals.retained_minor, currency),
            )
        )
    return parts
