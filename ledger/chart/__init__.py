"""The chart of accounts: the default one of a co-operative, and how the one of the books is read.

Codes that the program books to by itself are constants here. Names are stored in the language the co-operative was founded
in and belong to the treasurer from then on; `ledger.chart.changes` is how they are changed.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from uuid import UUID

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from evidence.identifiers import new_id
from evidence.messages import N_
from ledger.errors import NoChart, NoSuchAccount
from ledger.models import Account, AccountKind, Business

BANK = "1000"
IN_TRANSIT = "1090"
STRIPE_BALANCE = "1100"
DISPUTED_FUNDS = "1110"
RECEIVABLE = "1200"
EQUIPMENT = "1500"
ACCUMULATED_DEPRECIATION = "1590"
SUSPENSE = "1990"
PAYABLE = "2000"
EXPENSE_CLAIMS = "2010"
SHARE_APPLICATIONS = "2100"
CAPITAL_REPAYABLE = "2200"
DEFERRED_INCOME = "2300"
GRANTS_UNSPENT = "2310"
PLATFORM_CREDIT = "2320"
OWED_TO_SELLERS = "2400"
OWED_TO_COACHES = "2410"
OWED_TO_CLIENTS = "2420"
PATRONAGE_PAYABLE = "2500"
TAX = "2600"
LOANS = "2700"
SHARE_CAPITAL = "3000"
SHARE_CAPITAL_OF_GROUPS = "3010"
SHARE_CAPITAL_OF_ENTERPRISES = "3020"
GENERAL_RESERVE = "3100"
INDIVISIBLE_RESERVE = "3110"
COMMUNITY_FUND = "3200"
RESTRICTED_FUNDS = "3250"
RETAINED_PATRONAGE = "3300"
SURPLUS_AWAITING = "3900"
FELLOWSHIP_INCOME = "4000"
FELLOWSHIP_INCOME_OTHERS = "4010"
COACHING_INCOME = "4100"
COACHING_INCOME_OTHERS = "4110"
MARKETPLACE_INCOME = "4200"
MARKETPLACE_INCOME_OTHERS = "4210"
GRANT_INCOME = "4300"
DONATIONS = "4400"
OTHER_INCOME = "4900"
EXTRAORDINARY_INCOME = "4950"
COACHES = "5000"
FELLOWSHIP_COSTS = "5100"
VENUE_AND_TRAVEL = "5200"
WAGES = "6000"
HOSTING = "6100"
PROCESSING_FEES = "6200"
INSURANCE = "6300"
ACCOUNTING_AND_LEGAL = "6400"
DEPRECIATION = "6500"
OTHER_COSTS = "6900"
EXTRAORDINARY_COSTS = "6950"

#: The line of the statements that every account of share capital is part of. Which account a share is booked to is the class's to say.
SHARE_CAPITAL_LINE = "share-capital"
#: Of each service, where it is booked what members paid, and where what others paid.
OF_OTHERS = {
    FELLOWSHIP_INCOME: FELLOWSHIP_INCOME_OTHERS,
    COACHING_INCOME: COACHING_INCOME_OTHERS,
    MARKETPLACE_INCOME: MARKETPLACE_INCOME_OTHERS,
}
#: What the co-op itself earns from somebody's business with it: a member's patronage. Who is a member since when decides
#: whose it is, not the account.
PATRONAGE_SOURCES = (*OF_OTHERS, *OF_OTHERS.values())
#: Accounts that operations book to; closing one would stop a room of the house.
BOOKED_BY_THE_PROGRAM = frozenset(
    {
        *(BANK, SHARE_APPLICATIONS, SHARE_CAPITAL, STRIPE_BALANCE, SUSPENSE, PROCESSING_FEES),
        *(RECEIVABLE, DEFERRED_INCOME, OWED_TO_SELLERS, OWED_TO_COACHES, OWED_TO_CLIENTS, COACHES),
        *(TAX, PAYABLE, EXPENSE_CLAIMS),
        *(SURPLUS_AWAITING, GENERAL_RESERVE, COMMUNITY_FUND, PATRONAGE_PAYABLE, RETAINED_PATRONAGE),
        *PATRONAGE_SOURCES,
    }
)


@dataclass(frozen=True)
class ChartAccount:
    """An account of the default chart, or a heading: what begins with its code stands under it."""

    code: str
    name: str
    kind: AccountKind
    #: The line of the statements that it is part of; a heading is part of none.
    line: str | None = None
    #: Whether each posting says whom it is about.
    by_party: bool = False
    is_contra: bool = False
    business: Business | None = None

    @property
    def is_heading(self) -> bool:
        """Say whether it only adds up what stands under it."""
        return len(self.code) <= LONGEST_HEADING_CODE

    @property
    def heading(self) -> str | None:
        """Return the code of the heading that it stands under; none for the five at the top."""
        over = [one.code for one in DEFAULT_CHART if one.is_heading and self.code.startswith(one.code)]
        return max((code for code in over if code != self.code), key=len, default=None)


#: A heading has one to three digits, an account four to eight: so what stands under a heading can begin with its code.
LONGEST_HEADING_CODE = 3

_ASSET, _LIABILITY, _EQUITY, _INCOME, _EXPENSE = AccountKind
_MEMBER, _NON_MEMBER, _EXTRAORDINARY = Business

DEFAULT_CHART = (
    ChartAccount("1", N_("Assets"), _ASSET),
    ChartAccount("10", N_("Bank and cash"), _ASSET),
    ChartAccount(BANK, N_("Bank account"), _ASSET, "cash"),
    ChartAccount(IN_TRANSIT, N_("In transit between accounts"), _ASSET, "cash"),
    ChartAccount("11", N_("Card payments"), _ASSET),
    ChartAccount(STRIPE_BALANCE, N_("Balance with the card processor"), _ASSET, "cash"),
    ChartAccount(DISPUTED_FUNDS, N_("Held back while a payment is disputed"), _ASSET, "other-current-assets"),
    ChartAccount(RECEIVABLE, N_("Owed by members and clients"), _ASSET, "receivables", by_party=True),
    ChartAccount("15", N_("Equipment"), _ASSET),
    ChartAccount(EQUIPMENT, N_("Equipment, at cost"), _ASSET, "fixed-assets"),
    ChartAccount(ACCUMULATED_DEPRECIATION, N_("Accumulated depreciation"), _ASSET, "fixed-assets", is_contra=True),
    ChartAccount(SUSPENSE, N_("Suspense: not yet explained"), _ASSET, "other-current-assets"),
    ChartAccount("2", N_("Liabilities"), _LIABILITY),
    ChartAccount("20", N_("Suppliers and expense claims"), _LIABILITY),
    ChartAccount(PAYABLE, N_("Owed to suppliers"), _LIABILITY, "payables"),
    ChartAccount(EXPENSE_CLAIMS, N_("Expense claims owed"), _LIABILITY, "payables", by_party=True),
    ChartAccount(SHARE_APPLICATIONS, N_("Share applications"), _LIABILITY, "members-payable", by_party=True),
    ChartAccount(
        CAPITAL_REPAYABLE, N_("Capital repayable to former members"), _LIABILITY, "members-payable", by_party=True
    ),
    ChartAccount("23", N_("Received in advance"), _LIABILITY),
    ChartAccount(DEFERRED_INCOME, N_("Paid in advance by clients"), _LIABILITY, "paid-in-advance"),
    ChartAccount(GRANTS_UNSPENT, N_("Grants not yet spent"), _LIABILITY, "grants-unspent"),
    ChartAccount(PLATFORM_CREDIT, N_("Platform credit of members and clients"), _LIABILITY, "paid-in-advance", True),
    ChartAccount("24", N_("Sellers, coaches and clients"), _LIABILITY),
    ChartAccount(OWED_TO_SELLERS, N_("Owed to sellers"), _LIABILITY, "payables", by_party=True),
    ChartAccount(OWED_TO_COACHES, N_("Owed to coaches"), _LIABILITY, "payables", by_party=True),
    ChartAccount(OWED_TO_CLIENTS, N_("Owed to clients (refunds)"), _LIABILITY, "payables", by_party=True),
    ChartAccount(PATRONAGE_PAYABLE, N_("Patronage payable"), _LIABILITY, "members-payable", by_party=True),
    ChartAccount(TAX, N_("Goods and services tax"), _LIABILITY, "tax"),
    ChartAccount(LOANS, N_("Loans"), _LIABILITY, "loans"),
    ChartAccount("3", N_("Equity"), _EQUITY),
    ChartAccount("30", N_("Share capital"), _EQUITY),
    ChartAccount(SHARE_CAPITAL, N_("Share capital of individuals"), _EQUITY, "share-capital", by_party=True),
    ChartAccount(SHARE_CAPITAL_OF_GROUPS, N_("Share capital of groups"), _EQUITY, "share-capital", by_party=True),
    ChartAccount(
        SHARE_CAPITAL_OF_ENTERPRISES, N_("Share capital of enterprises"), _EQUITY, "share-capital", by_party=True
    ),
    ChartAccount("31", N_("Reserves"), _EQUITY),
    ChartAccount(GENERAL_RESERVE, N_("General reserve"), _EQUITY, "reserves"),
    ChartAccount(INDIVISIBLE_RESERVE, N_("Indivisible reserve"), _EQUITY, "reserves"),
    ChartAccount("32", N_("Funds"), _EQUITY),
    ChartAccount(COMMUNITY_FUND, N_("Community fund"), _EQUITY, "reserves"),
    ChartAccount(RESTRICTED_FUNDS, N_("Funds held for a purpose"), _EQUITY, "restricted-funds"),
    ChartAccount(
        RETAINED_PATRONAGE, N_("Patronage kept in members' names"), _EQUITY, "retained-patronage", by_party=True
    ),
    ChartAccount(SURPLUS_AWAITING, N_("Surplus awaiting a decision"), _EQUITY, "surplus"),
    ChartAccount("4", N_("Income"), _INCOME),
    ChartAccount("40", N_("Fellowships"), _INCOME),
    ChartAccount(FELLOWSHIP_INCOME, N_("Fellowship fees"), _INCOME, "services", business=_MEMBER),
    ChartAccount(
        FELLOWSHIP_INCOME_OTHERS, N_("Fellowship fees of non-members"), _INCOME, "services", business=_NON_MEMBER
    ),
    ChartAccount("41", N_("Coaching"), _INCOME),
    ChartAccount(COACHING_INCOME, N_("Coaching fees"), _INCOME, "services", business=_MEMBER),
    ChartAccount(COACHING_INCOME_OTHERS, N_("Coaching fees of non-members"), _INCOME, "services", business=_NON_MEMBER),
    ChartAccount("42", N_("Marketplace"), _INCOME),
    ChartAccount(MARKETPLACE_INCOME, N_("Marketplace commission"), _INCOME, "services", business=_MEMBER),
    ChartAccount(
        MARKETPLACE_INCOME_OTHERS,
        N_("Marketplace commission of non-members"),
        *(_INCOME, "services"),
        business=_NON_MEMBER,
    ),
    ChartAccount(GRANT_INCOME, N_("Grants"), _INCOME, "grants"),
    ChartAccount(DONATIONS, N_("Donations"), _INCOME, "grants"),
    ChartAccount("49", N_("Other income"), _INCOME),
    ChartAccount(OTHER_INCOME, N_("Interest and other income"), _INCOME, "other-income"),
    ChartAccount(EXTRAORDINARY_INCOME, N_("Extraordinary income"), _INCOME, "other-income", business=_EXTRAORDINARY),
    ChartAccount("5", N_("Costs of the services"), _EXPENSE),
    ChartAccount(COACHES, N_("Coaches' fees"), _EXPENSE, "service-costs"),
    ChartAccount(FELLOWSHIP_COSTS, N_("Fellowship costs"), _EXPENSE, "service-costs"),
    ChartAccount(VENUE_AND_TRAVEL, N_("Venue and travel"), _EXPENSE, "service-costs"),
    ChartAccount("6", N_("Running costs"), _EXPENSE),
    ChartAccount(WAGES, N_("Wages"), _EXPENSE, "running-costs"),
    ChartAccount(HOSTING, N_("Hosting and software"), _EXPENSE, "running-costs"),
    ChartAccount(PROCESSING_FEES, N_("Bank and processing fees"), _EXPENSE, "running-costs"),
    ChartAccount(INSURANCE, N_("Insurance"), _EXPENSE, "running-costs"),
    ChartAccount(ACCOUNTING_AND_LEGAL, N_("Accounting and legal costs"), _EXPENSE, "running-costs"),
    ChartAccount(DEPRECIATION, N_("Depreciation"), _EXPENSE, "depreciation"),
    ChartAccount("69", N_("Other"), _EXPENSE),
    ChartAccount(OTHER_COSTS, N_("Other costs"), _EXPENSE, "other-costs"),
    ChartAccount(EXTRAORDINARY_COSTS, N_("Extraordinary costs"), _EXPENSE, "other-costs", business=_EXTRAORDINARY),
)


def install_chart(
    session: Session,
    *,
    currency: str,
    opened_on: date,
    translate: Callable[[str], str] = str,
    tags: Mapping[str, str] = MappingProxyType({}),
) -> None:
    """Open every account of the default chart, at founding.

    `translate` puts the names into the language of the co-operative: the engine knows no gettext. `tags` are statutory tags by code.
    """
    ids = {one.code: new_id() for one in DEFAULT_CHART}
    session.add_all(
        Account(
            id=ids[one.code],
            code=one.code,
            name=translate(one.name),
            kind=one.kind,
            currency=currency,
            opened_on=opened_on,
            by_party=one.by_party,
            parent_id=ids[one.heading] if one.heading else None,
            is_heading=one.is_heading,
            is_contra=one.is_contra,
            statement_line=one.line,
            statutory_tag=tags.get(one.code),
            business=one.business,
        )
        for one in DEFAULT_CHART
    )
    session.flush()


@dataclass(frozen=True)
class Branch:
    """An account or a heading, and how many headings it stands under."""

    account: Account
    depth: int


def tree(session: Session) -> list[Branch]:
    """Return the whole chart, each heading before what stands under it, in the order of the codes."""
    under: dict[UUID | None, list[Account]] = defaultdict(list)
    for account in accounts(session, with_headings=True):
        under[account.parent_id].append(account)
    found: list[Branch] = []
    waiting = [Branch(account, 0) for account in reversed(under[None])]
    while waiting:
        branch = waiting.pop()
        found.append(branch)
        waiting += (Branch(account, branch.depth + 1) for account in reversed(under[branch.account.id]))
    return found


_CURRENCY = select(Account.currency).order_by(Account.code).limit(1)


def books_currency(session: Session) -> str:
    """Return the currency in which the books are kept: the one of the chart.

    Raises:
        NoChart: no account was opened yet.
    """
    currency = session.scalar(_CURRENCY)
    if currency is None:
        raise NoChart
    return currency


def accounts(session: Session, *, open_on: date | None = None, with_headings: bool = False) -> list[Account]:
    """Return the accounts in the order of their codes; with `open_on`, those that take entries on that day.

    Headings take none, so they are left out unless they are asked for.
    """
    query = select(Account).order_by(Account.code)
    if not with_headings:
        query = query.where(~Account.is_heading)
    if open_on is not None:
        query = query.where(Account.opened_on <= open_on, (Account.closed_on.is_(None)) | (Account.closed_on > open_on))
    return list(session.scalars(query))


_NAMES = select(Account.code, Account.name).where(~Account.is_heading).order_by(Account.code)


def account_names(session: Session) -> list[tuple[str, str]]:
    """Return code and name of every account in the order of the codes, without headings; for forms that offer them all."""
    return [(code, name) for code, name in session.connection().execute(_NAMES)]


def account_by_code(session: Session, code: str) -> Account:
    """Return an account or a heading.

    Raises:
        NoSuchAccount
    """
    account = session.scalar(select(Account).where(Account.code == code))
    if account is None:
        raise NoSuchAccount(code)
    return account


def is_patronage_source() -> ColumnElement[bool]:
    """Return the condition that an account is one of those from which patronage is read.

    A co-op of before these were told apart may have an account of its own under one of the codes: that one shows nobody's business.
    """
    return Account.code.in_(PATRONAGE_SOURCES) & Account.business.is_not(None)


def is_share_capital() -> ColumnElement[bool]:
    """Return the condition that an account is part of the share capital."""
    return (Account.statement_line == SHARE_CAPITAL_LINE) | (Account.code == SHARE_CAPITAL)
