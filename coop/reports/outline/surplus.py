"""The surplus: proposed, or decided by the members, posted and paid."""

from flask_babel import gettext

from coop.formats import format_day, format_money, format_percent, format_whole
from coop.reports.blocks import Bars, Block, Column, Facts, Part, Remark, Sentence, Table
from coop.reports.content import Content
from coop.reports.content_money import Decided, DistributionPlan


def part(content: Content) -> Part:
    """Return the part about the surplus."""
    plan = content.distribution
    title = gettext("The surplus")
    if plan is None:
        result = content.statements.result_minor
        text = (
            gettext("No distribution was proposed when this edition was prepared.")
            if result > 0
            else gettext("There is no surplus of this year to distribute.")
        )
        return Part("surplus", title, (Sentence(text),))
    blocks: list[Block] = [_standing(content, plan), _table(content, plan), _chart(content, plan)]
    if plan.bands:
        blocks.append(_bands(content, plan))
    blocks += [_rates(content, plan), _proof(plan)]
    return Part("surplus", title, tuple(blocks))


def _standing(content: Content, plan: DistributionPlan) -> Remark:
    decided = plan.decided
    if decided is None:
        return Remark(
            gettext("Proposed, not decided"),
            gettext(
                "This is the plan that the treasurer has prepared. The members decide on it, and nothing is distributed before; a "
                "later edition shows the decision."
            ),
            "warning",
        )
    return Remark(gettext("Decided by the members"), _decision(content, decided))


def _decision(content: Content, decided: Decided) -> str:
    currency = content.house.currency
    text: str = gettext(
        "%(motion)s: carried on %(day)s with %(votes_for)s for and %(against)s against, resolution %(number)s.%(turnout)s",
        motion=decided.motion,
        day=format_day(decided.decided_on),
        votes_for=format_whole(decided.votes_for),
        against=format_whole(decided.votes_against),
        number=decided.resolution,
        turnout=_turnout(decided),
    )
    if decided.posted_on is None:
        return " ".join((text, gettext("It was not yet booked when this edition was prepared.")))
    return " ".join(
        (
            text,
            gettext("It was booked with the date of %(day)s.", day=format_day(decided.posted_on)),
            gettext("%(amount)s of the cash part was paid so far.", amount=format_money(decided.paid_minor, currency)),
        )
    )


def _turnout(decided: Decided) -> str:
    """Return how many of those on the roll voted, beginning with a space; editions of an earlier layout do not say it."""
    if decided.turnout is None or decided.roll is None:
        return ""
    said: str = gettext(
        "%(voted)s of the %(roll)s on the voting roll voted: %(percent)s.",
        voted=format_whole(decided.turnout),
        roll=format_whole(decided.roll),
        percent=format_percent(decided.turnout, decided.roll),
    )
    return f" {said}"


def _table(content: Content, plan: DistributionPlan) -> Table:
    columns = (Column(gettext("What becomes of it"), "head"), Column(content.year.name, "money"))
    rows = (
        (gettext("To the general reserve"), plan.to_reserve_minor),
        (gettext("To the community fund"), plan.to_fund_minor),
        (gettext("To members in cash"), plan.cash_minor),
        (gettext("Kept in members' names"), plan.retained_minor),
    )
    foot = (gettext("Surplus of the year"), plan.result_minor)
    return Table("distribution", gettext("Distribution of the surplus"), columns, rows, content.house.currency, foot)


def _chart(content: Content, plan: DistributionPlan) -> Bars:
    rows = (
        (gettext("General reserve"), plan.to_reserve_minor),
        (gettext("Community fund"), plan.to_fund_minor),
        (gettext("To members in cash"), plan.cash_minor),
        (gettext("Kept in members' names"), plan.retained_minor),
    )
    return Bars("distribution-chart", gettext("What becomes of the surplus"), rows, content.house.currency)


def _bands(content: Content, plan: DistributionPlan) -> Bars:
    """Return how many members get how much; what one gets is for them alone."""
    currency = content.house.currency
    rows = tuple(
        (
            gettext("up to %(amount)s", amount=format_money(band.up_to_minor, currency))
            if band.over_minor == 0
            else gettext(
                "over %(low)s, up to %(high)s",
                low=format_money(band.over_minor, currency),
                high=format_money(band.up_to_minor, currency),
            ),
            band.lines,
        )
        for band in plan.bands
    )
    return Bars("shares-chart", gettext("Members by their share of the surplus"), rows, unit=gettext("members"))


def _rates(content: Content, plan: DistributionPlan) -> Sentence:
    currency = content.house.currency
    return Sentence(
        gettext(
            "In proportion to income, %(members)s of the surplus came from business with members and %(others)s from all else, "
            "which stays with the co-op. Of the part from members %(reserve)s goes to the general reserve and %(fund)s to the community "
            "fund. The rest goes to members by what they paid the co-op in the year: %(cash)s of each share in cash, rounded up to the "
            "cent, the remainder kept in the member's name. Each member sees their own line and its reasons when they sign in.",
            members=format_money(plan.member_minor, currency),
            others=format_money(plan.other_minor, currency),
            reserve=format_percent(plan.reserve_bp, 10_000),
            fund=format_percent(plan.fund_bp, 10_000),
            cash=format_percent(plan.cash_bp, 10_000),
        )
    )


def _proof(plan: DistributionPlan) -> Facts:
    decided = plan.decided
    return Facts(
        (
            (gettext("Fingerprint of the schedule"), plan.fingerprint),
            (gettext("Lines of the schedule"), format_whole(plan.lines)),
            *(
                [(gettext("Fingerprint of the result of the vote"), decided.digest)]
                if decided and decided.digest
                else []
            ),
            *((gettext("Entry of the journal"), entry) for entry in (decided.entries if decided else ())),
            *((gettext("Solvency certified by"), f"{one.name}, {format_day(one.signed_on)}") for one in plan.solvency),
        )
    )
