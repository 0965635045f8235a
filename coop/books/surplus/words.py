"""How the pages of the surplus say things: how a plan stands, and what happens when it is posted."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from flask_babel import get_locale, gettext

from coop.books.surplus.queries import Standing, Stands
from coop.formats import LOCALE, format_day, format_money
from evidence.messages import N_
from ledger.surplus.plan import Fallback, Plan, PlanLine, Rates
from ledger.surplus.schedule import Totals

_STANDS: Mapping[Stands, tuple[str, str]] = {
    Stands.PREPARED: (N_("Prepared"), "neutral"),
    Stands.ON_AGENDA: (N_("On the agenda"), "neutral"),
    Stands.VOTED_ON: (N_("Before the members"), "open"),
    Stands.NOT_CARRIED: (N_("Not carried"), "bad"),
    Stands.CARRIED: (N_("Carried, waits to be posted"), "warning"),
    Stands.POSTED: (N_("Posted"), "good"),
    Stands.OVERTAKEN: (N_("Another plan was posted"), "neutral"),
    Stands.SET_ASIDE: (N_("Set aside: the year was reopened"), "neutral"),
}
_TO_OFFICERS: Mapping[Stands, str] = {
    Stands.PREPARED: N_(
        "Nobody has voted on it yet. It goes to the members by the agenda of a general meeting: the secretary puts it there, then a"
        " director writes the solvency statement, and at least two sign it."
    ),
    Stands.ON_AGENDA: N_(
        "It is on the agenda of a meeting. Before the notice a director writes the solvency statement, and at least two sign it."
        " From the notice on, each member sees their own line."
    ),
    Stands.VOTED_ON: N_("The vote is opened, and each member sees their own line."),
    Stands.NOT_CARRIED: N_("The members did not carry it. Prepare another plan for another meeting."),
    Stands.CARRIED: N_("The members carried exactly this plan. Two people post it: one prepares, the board approves."),
    Stands.POSTED: N_("It is in the books, to the cent, dated the day of the decision."),
    Stands.OVERTAKEN: N_("The surplus of this year was distributed by another plan."),
    Stands.SET_ASIDE: N_(
        "The year was reopened after this plan was prepared, so it cannot be posted. Once the year is closed again, prepare another."
    ),
}
_TO_MEMBERS: Mapping[Stands, str] = {
    Stands.ON_AGENDA: N_("This is a proposal: the members vote on it at a meeting of which they have notice."),
    Stands.VOTED_ON: N_("This is a proposal: the members are voting on it, or their votes are being counted."),
    Stands.NOT_CARRIED: N_("The members did not carry this proposal, so nothing is paid by it."),
    Stands.CARRIED: N_("The members have decided on it. It is paid once it is in the books."),
    Stands.POSTED: N_("The members have decided on it, and it is in the books."),
    Stands.SET_ASIDE: N_(
        "The year was reopened after this was put to the members, so nothing is paid by it. Another plan comes before them."
    ),
}


@dataclass(frozen=True)
class Step:
    """A step from the result of the year to somebody's share: what, how, and the amount."""

    what: str
    how: str
    amount_minor: int


def label(standing: Standing) -> tuple[str, str]:
    """Return how a plan stands in a word or two, and the tone of its mark."""
    text, tone = _STANDS[standing.stands]
    return gettext(text), tone


def to_officers(standing: Standing) -> str:
    """Say to officers how a plan stands and what comes next."""
    return str(gettext(_TO_OFFICERS[standing.stands]))


def to_members(standing: Standing) -> str:
    """Say to a member how a plan stands that they may see."""
    return str(gettext(_TO_MEMBERS[standing.stands]))


def where_it_goes(plan: Plan) -> list[tuple[str, int]]:
    """Return what each purpose gets of the surplus; together they are the whole."""
    return [
        (gettext("General reserve"), plan.to_reserve_minor),
        (gettext("Community fund"), plan.to_fund_minor),
        (gettext("Paid to members"), plan.totals.cash_minor),
        (gettext("Kept in members' names"), plan.totals.retained_minor),
    ]


def year_of(plan: Plan) -> str:
    """Name the year of a plan."""
    return str(gettext("The year to %(day)s", day=format_day(plan.heading.ends_on, _locale())))


def rate(basis_points: int) -> str:
    """Write a rate in hundredths of a per cent: 20%, 12.5%."""
    whole, hundredths = divmod(basis_points, 100)
    decimals = f"{hundredths:02}".rstrip("0")
    return f"{whole}.{decimals}%" if decimals else f"{whole}%"


def steps(totals: Totals, rates: Rates, fallback: Fallback | None, currency: str) -> list[Step]:
    """Return how the pool came about, step by step."""

    def money(amount_minor: int) -> str:
        return format_money(amount_minor, currency, _locale())

    result, members, others = totals.result_minor, totals.member_business_minor, totals.other_income_minor
    part = N_("%(result)s × %(part)s ÷ %(all)s: as much of the income came from %(whom)s")
    figures = {"result": money(result), "all": money(members + others)}
    to_fund = fallback is Fallback.FUND and not members
    return [
        Step(gettext("Surplus of the year"), gettext("income less costs"), result),
        Step(
            gettext("From others, to the community fund")
            if to_fund
            else gettext("From others, to the general reserve"),
            gettext(part, part=money(others), whom=gettext("clients, grants and interest"), **figures),
            totals.other_minor,
        ),
        Step(
            gettext("From members"),
            gettext(part, part=money(members), whom=gettext("members"), **figures),
            totals.member_minor,
        ),
        Step(
            gettext("Of that, to the general reserve"),
            gettext("%(rate)s of what came from members", rate=rate(rates.reserve_bp)),
            totals.reserve_minor,
        ),
        Step(
            gettext("Of that, to the community fund"),
            gettext("%(rate)s of what came from members", rate=rate(rates.fund_bp)),
            totals.fund_minor,
        ),
        Step(
            gettext("The pool that members share"),
            gettext("what is left of what came from members"),
            totals.pool_minor,
        ),
    ]


def own_steps(plan: Plan, line: PlanLine) -> list[Step]:
    """Return how a member's share came out of the pool, step by step."""
    locale, currency, totals = _locale(), plan.heading.currency, plan.totals
    pool, own, everybody = (
        format_money(amount, currency, locale)
        for amount in (totals.pool_minor, line.patronage_minor, totals.member_business_minor)
    )
    return [
        Step(
            gettext("Your share of the pool"),
            gettext(
                "%(pool)s × %(own)s (your business) ÷ %(all)s (all members' business), to the cent",
                pool=pool,
                own=own,
                all=everybody,
            ),
            line.allocation_minor,
        ),
        Step(
            gettext("Of it in money"),
            gettext("%(rate)s of your share, rounded up to the cent", rate=rate(plan.rates.cash_bp)),
            line.cash_minor,
        ),
        Step(
            gettext("Of it kept in your name"),
            gettext("the rest; the co-op works with it, and it stays yours"),
            line.retained_minor,
        ),
    ]


def why_no_line(plan: Plan, joined_on: date | None) -> str:
    """Say to somebody without a line why they have none."""
    locale, ends_on = _locale(), plan.heading.ends_on
    if joined_on is None:
        return str(
            gettext("The surplus is shared among members, in proportion to their business. You are not a member.")
        )
    if joined_on > ends_on:
        return str(
            gettext(
                "Business counts from the first day of membership. Yours began on %(joined)s, after that year.",
                joined=format_day(joined_on, locale),
            )
        )
    since = max(joined_on, plan.heading.starts_on)
    return str(
        gettext(
            "Between %(first)s and %(last)s you bought no services from the co-op and paid no marketplace fee, or all of it was"
            " refunded. So there is no business to share by.",
            first=format_day(since, locale),
            last=format_day(ends_on, locale),
        )
    )


def described(plan: Plan, standing: Standing) -> list[tuple[str, str]]:
    """Return what posting a plan will do, as pairs of term and value."""
    locale, currency = _locale(), plan.heading.currency
    decided = [(gettext("Dated"), format_day(standing.carried.decided_on, locale))] if standing.carried else []
    number = standing.resolution_number
    by = [(gettext("Decided by"), gettext("resolution %(number)s of the members", number=number))] if number else []
    return [
        (gettext("Surplus of the year to"), format_day(plan.heading.ends_on, locale)),
        *decided,
        *by,
        (gettext("Out of the surplus awaiting a decision"), format_money(plan.totals.result_minor, currency, locale)),
        *((purpose, format_money(amount, currency, locale)) for purpose, amount in where_it_goes(plan)),
        (gettext("Members with a share"), str(plan.line_count)),
        (gettext("Fingerprint of the plan"), plan.fingerprint),
    ]


def _locale() -> str:
    return str(get_locale() or LOCALE)
