"""The accounts: who approved and reviewed them, the statements, the members' funds, and the policies they follow."""

from collections.abc import Mapping

from flask_babel import gettext

from coop.formats import format_day, format_money
from coop.reports.blocks import (
    Bars,
    Block,
    Column,
    Facts,
    Heading,
    Part,
    Prose,
    Remark,
    Sentence,
    Statement,
    StatementLine,
    StatementSection,
    Table,
)
from coop.reports.content import Content, Year
from coop.reports.content_money import Accounts, CashFlows, Statements
from evidence.messages import N_

_CONCLUSIONS: Mapping[str, str] = {
    "no-reservations": N_("No reservations"),
    "with-reservations": N_("With reservations"),
    "declined": N_("The reviewer declined to give a conclusion"),
}

_REVIEWED: Mapping[str, str] = {
    "no-reservations": N_("%(name)s has reviewed these accounts and has no reservations. They were not audited."),
    "with-reservations": N_(
        "%(name)s has reviewed these accounts, with the reservations that stand below. They were not audited."
    ),
    "declined": N_(
        "%(name)s was asked to review these accounts and gave no conclusion, for the reasons that stand below. So they were"
        " neither audited nor reviewed."
    ),
}


def parts(content: Content) -> list[Part]:
    """Return the parts about the accounts."""
    return [_approval(content), _statements(content), _notes(content)]


def _approval(content: Content) -> Part:
    approval = content.approval
    facts = Facts(
        (
            (
                gettext("Approved by the board"),
                gettext(
                    "%(day)s, resolution %(number)s", day=format_day(approval.decided_on), number=approval.resolution
                ),
            ),
            *(
                (gettext("Signed by a director"), f"{one.name}, {format_day(one.signed_on)}")
                for one in approval.signatures
            ),
            (gettext("Fingerprint of the accounts"), content.statements.digest),
        )
    )
    blocks: list[Block] = [*_reopenings(content), facts]
    review = content.review
    if review is None:
        blocks.append(
            Remark(
                gettext("Unaudited and not reviewed"),
                gettext("No auditor and no reviewer has examined these accounts. The board alone answers for them."),
                "warning",
            )
        )
    else:
        conclusion = gettext(_CONCLUSIONS.get(review.conclusion, review.conclusion))
        tone = "info" if review.conclusion == "no-reservations" else "warning"
        said = _REVIEWED.get(review.conclusion, N_("%(name)s has reported on these accounts. They were not audited."))
        text = gettext(said, name=review.name)
        blocks += [
            Heading(gettext("The reviewer's report")),
            Remark(gettext("Conclusion: %(conclusion)s", conclusion=conclusion), text, tone),  # type: ignore[arg-type]
            Prose(review.text, f"{review.name}, {format_day(review.written_on)}"),
        ]
    return Part("approval", gettext("Approval and review"), tuple(blocks))


def _reopenings(content: Content) -> list[Block]:
    """Return the remarks that the year was reopened, each with what the board decided, word for word."""
    currency = content.house.currency
    blocks: list[Block] = []
    for one in content.reopenings:
        text = gettext(
            "The year was closed on %(closed)s, reopened on %(reopened)s by resolution %(number)s of the board of %(decided)s, and"
            " closed again on %(again)s. Entries from %(opens)s on may have been added in between. %(results)s",
            closed=format_day(one.closed_on),
            reopened=format_day(one.reopened_on),
            number=one.resolution,
            decided=format_day(one.decided_on),
            again=format_day(one.closed_again_on),
            opens=format_day(one.opens_on),
            results=gettext(
                "The result was %(before)s and is %(after)s.",
                before=format_money(one.result_minor, currency),
                after=format_money(one.result_again_minor, currency),
            ),
        )
        blocks.append(Remark(gettext("These accounts were reopened"), text, "warning"))
        if one.words:
            blocks.append(Prose(one.words, gettext("Resolution %(number)s", number=one.resolution)))
    return blocks


def income_statement(found: Statements, year: Year, currency: str) -> Statement:
    """Return the income statement of a year, beside the year before where there is one."""
    return Statement(
        "income-statement",
        gettext("Income statement"),
        _columns(found, year),
        (
            _section(found.income, gettext("Income"), gettext("Total income"), found.has_before),
            _section(found.expenses, gettext("Costs"), gettext("Total costs"), found.has_before),
        ),
        currency,
        StatementLine(
            gettext("Surplus or deficit"), _both(found.result_minor, found.result_before_minor, found.has_before)
        ),
    )


def balance_sheet(found: Statements, year: Year, currency: str) -> Statement:
    """Return the balance sheet at the end of a year, beside the year before where there is one."""
    claims = found.liabilities.total_minor + found.equity.total_minor
    before = found.liabilities.before_minor + found.equity.before_minor
    return Statement(
        "balance-sheet",
        gettext("Balance sheet on %(day)s", day=format_day(year.ends_on)),
        _columns(found, year),
        (
            _section(found.assets, gettext("What the co-op has"), gettext("Total assets"), found.has_before),
            _section(found.liabilities, gettext("What it owes"), gettext("Total liabilities"), found.has_before),
            _section(found.equity, gettext("Members' funds"), gettext("Total members' funds"), found.has_before),
        ),
        currency,
        StatementLine(gettext("Liabilities and members' funds"), _both(claims, before, found.has_before)),
    )


def cash_flows(cash: CashFlows, found: Statements, year: Year, currency: str) -> Statement:
    """Return the statement of cash flows of a year, beside the year before where there is one."""

    def line(label: str, amount: int, before: int) -> StatementLine:
        return StatementLine(label, _both(amount, before, found.has_before))

    def activity(label: str, total: str, flows: Accounts, *first: StatementLine) -> StatementSection:
        moved = (line(gettext(one.name), one.amount_minor, one.before_minor) for one in flows.lines)
        lines = (*first, *moved)
        columns = zip(*(one.amounts for one in lines), strict=True)
        return StatementSection(label, lines, total, tuple(map(sum, columns)) or _both(0, 0, found.has_before))

    change = cash.closing_minor - cash.opening_minor
    change_before = cash.closing_before_minor - cash.opening_before_minor
    result = line(gettext("Surplus or deficit"), found.result_minor, found.result_before_minor)
    beginning = line(gettext("Cash at the beginning"), cash.opening_minor, cash.opening_before_minor)
    return Statement(
        "cash-flows",
        gettext("Cash flows"),
        _columns(found, year),
        (
            activity(gettext("Operations"), gettext("From operations"), cash.operating, result),
            activity(gettext("Lasting assets"), gettext("From lasting assets"), cash.investing),
            activity(gettext("Members and lenders"), gettext("From members and lenders"), cash.financing),
            StatementSection(
                gettext("Cash"), (beginning,), gettext("Change in cash"), _both(change, change_before, found.has_before)
            ),
        ),
        currency,
        line(gettext("Cash at the end"), cash.closing_minor, cash.closing_before_minor),
    )


def _statements(content: Content) -> Part:
    found, year, currency = content.statements, content.year, content.house.currency
    blocks: list[Block] = [
        income_statement(found, year, currency),
        *_charts(content),
        balance_sheet(found, year, currency),
        *([cash_flows(found.cash, found, year, currency)] if found.cash is not None else []),
        _funds(content),
        _business(content),
    ]
    return Part("accounts", gettext("The accounts"), tuple(blocks))


def _charts(content: Content) -> list[Block]:
    found, currency = content.statements, content.house.currency
    charts: list[Block] = []
    for name, title, accounts in (
        ("income-chart", gettext("Where the income came from"), found.income),
        ("costs-chart", gettext("What it was spent on"), found.expenses),
    ):
        rows = tuple((line.name, line.amount_minor) for line in accounts.lines if line.amount_minor)
        if rows:
            charts.append(Bars(name, title, rows, currency))
    return charts


def _funds(content: Content) -> Table:
    columns = (
        Column(gettext("Fund"), "head"),
        Column(gettext("At the beginning"), "money"),
        Column(gettext("In"), "money"),
        Column(gettext("Out"), "money"),
        Column(gettext("At the end"), "money"),
    )
    rows = tuple(
        (f"{one.code} {one.name}", one.opening_minor, one.in_minor, -one.out_minor, one.closing_minor)
        for one in content.funds
    )
    foot = (gettext("Members' funds"), *(sum(row[index] for row in rows) for index in range(1, 5)))  # type: ignore[misc]
    return Table("members-funds", gettext("Changes in members' funds"), columns, rows, content.house.currency, foot)


def _business(content: Content) -> Table:
    business = content.business
    columns = (Column(gettext("Income from"), "head"), Column(content.year.name, "money"))
    rows = (
        (gettext("Services to members, each from their first day as one"), business.members_minor),
        (gettext("Services to others"), business.others_minor),
        (gettext("Grants, donations and other income"), business.grants_minor),
    )
    total = business.members_minor + business.others_minor + business.grants_minor
    return Table(
        "business",
        gettext("Income from members and from others"),
        columns,
        rows,
        content.house.currency,
        (gettext("Total income"), total),
    )


def _notes(content: Content) -> Part:
    notes = (
        (
            gettext("Basis"),
            gettext(
                "Income and costs are shown in the year in which they were earned or caused, not in which money moved. Amounts are in "
                "%(currency)s, at what was paid.",
                currency=content.house.currency,
            ),
        ),
        (
            gettext("Paid in advance"),
            gettext(
                "What clients pay before a session is held or a cohort meets is owed to them until then, and becomes income "
                "bit by bit as the service is given. A fellowship that runs over the end of the year is shared between both years."
            ),
        ),
        (
            gettext("Principal and agent"),
            gettext(
                "Coaching and fellowships are sold in the co-op's own name: the whole price is income, and what coaches get "
                "is a cost. In the marketplace members sell to clients and the co-op is their agent: only its fee is income, and "
                "the rest is owed to the seller."
            ),
        ),
        (
            gettext("Fees of payment"),
            gettext(
                "What card payments and the bank cost is shown as a cost, never taken off the income or a member's shares."
            ),
        ),
        *_tax(content),
        (
            gettext("Surplus of the year"),
            gettext(
                "It stands as surplus awaiting a decision until the members have decided. Its distribution is booked in the "
                "year of the decision."
            ),
        ),
    )
    blocks: list[Block] = []
    for title, text in notes:
        blocks += [Heading(title), Sentence(text)]
    return Part("notes", gettext("Notes to the accounts"), tuple(blocks))


def _tax(content: Content) -> list[tuple[str, str]]:
    """Return the note on tax; nothing for a co-op that is registered, whose tax is not computed here."""
    if content.house.is_tax_registered:
        return []
    text = gettext("The co-op is not registered for goods and services tax: it charges none and reclaims none.")
    return [(gettext("Goods and services tax"), text)]


def _columns(found: Statements, year: Year) -> tuple[str, ...]:
    return (year.name, gettext("Year before")) if found.has_before else (year.name,)


def _both(amount: int, before: int, has_before: bool) -> tuple[int, ...]:
    return (amount, before) if has_before else (amount,)


def _section(accounts: Accounts, label: str, total: str, has_before: bool) -> StatementSection:
    lines = tuple(
        StatementLine(f"{line.code} {line.name}", _both(line.amount_minor, line.before_minor, has_before))
        for line in accounts.lines
    )
    return StatementSection(label, lines, total, _both(accounts.total_minor, accounts.before_minor, has_before))
