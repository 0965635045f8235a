"""The money in a report: the statements, the funds, and the distribution of the surplus, as frozen values."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Amount:
    """An account on a statement, this year and the year before."""

    code: str
    name: str
    amount_minor: int
    before_minor: int


@dataclass(frozen=True)
class Accounts:
    """A statement's accounts of one kind."""

    lines: tuple[Amount, ...]
    total_minor: int
    before_minor: int


@dataclass(frozen=True)
class CashFlows:
    """Where the money came from, as positive amounts, and where it went: by line of the statements, named untranslated."""

    #: What in the result was not money, and what moved money without being in it.
    operating: Accounts
    investing: Accounts
    financing: Accounts
    opening_minor: int
    opening_before_minor: int
    closing_minor: int
    closing_before_minor: int


@dataclass(frozen=True)
class Statements:
    """Income statement, balance sheet and cash flows. The columns of the year before are zero where there is none."""

    digest: str
    has_before: bool
    income: Accounts
    expenses: Accounts
    assets: Accounts
    liabilities: Accounts
    equity: Accounts
    #: None in editions made before there was such a statement, and where no account is part of cash.
    cash: CashFlows | None = None

    @property
    def result_minor(self) -> int:
        """Return the surplus of the year, or the deficit as a negative amount."""
        return self.income.total_minor - self.expenses.total_minor

    @property
    def result_before_minor(self) -> int:
        """Return that of the year before."""
        return self.income.before_minor - self.expenses.before_minor


@dataclass(frozen=True)
class FundMovement:
    """An account of the members' funds over the year."""

    code: str
    name: str
    opening_minor: int
    in_minor: int
    out_minor: int
    closing_minor: int


@dataclass(frozen=True)
class Business:
    """Where the income came from: members, each from their first day, and everybody and everything else."""

    members_minor: int
    others_minor: int
    grants_minor: int


@dataclass(frozen=True)
class Signature:
    """A signature, by name."""

    name: str
    signed_on: date


@dataclass(frozen=True)
class Band:
    """How many lines of a plan allocate more than one amount and at most another."""

    over_minor: int
    up_to_minor: int
    lines: int


@dataclass(frozen=True)
class Decided:
    """The members carried the distribution, and what has happened since."""

    resolution: int
    motion: str
    decided_on: date
    votes_for: int
    votes_against: int
    posted_on: date | None
    #: The entries of the journal that posted it.
    entries: tuple[str, ...]
    paid_minor: int
    #: How many voted of how many who could, and the digest of the result; editions of an earlier layout lack them.
    turnout: int | None = None
    roll: int | None = None
    digest: str = ""


@dataclass(frozen=True)
class DistributionPlan:
    """How the surplus is distributed, or would be: totals, rates and how many get how much, without a name."""

    fingerprint: str
    result_minor: int
    #: The result, split between business with members and all else.
    member_minor: int
    other_minor: int
    reserve_bp: int
    fund_bp: int
    cash_bp: int
    #: Where it goes: to reserve and fund in all, and to the members.
    to_reserve_minor: int
    to_fund_minor: int
    cash_minor: int
    retained_minor: int
    lines: int
    bands: tuple[Band, ...]
    solvency: tuple[Signature, ...]
    decided: Decided | None
