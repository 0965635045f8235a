"""What an edition of the annual report says: every figure and every word, as frozen values that canonical JSON can hold.

An edition is its content. Page and PDF are made from it alone, so nothing that happens later changes them. The officers of the year
are named, and whoever signed the letter or the review; no other member is.
"""

import hashlib
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Self

from coop.reports.content_money import Business, DistributionPlan, FundMovement, Signature, Statements
from coop.reports.frozen import LATER, read, written


@dataclass(frozen=True)
class House:
    """The co-operative."""

    name: str
    currency: str
    zone: str
    founded_on: date
    is_tax_registered: bool = False


@dataclass(frozen=True)
class Year:
    """The fiscal year, named by the calendar year in which it ends."""

    name: str
    starts_on: date
    ends_on: date


@dataclass(frozen=True)
class EditionNote:
    """Which edition this is, and why it takes the place of the one before."""

    number: int
    #: Markdown; empty for the first.
    reason: str


@dataclass(frozen=True)
class Letters:
    """What the board wrote around the figures: Markdown."""

    chair: str
    letter: str
    story: str


@dataclass(frozen=True)
class OfficeHeld:
    """A term of office that touched the year. `ends_on` is the last day; none for an office without a term."""

    name: str
    power: str
    starts_on: date
    ends_on: date | None
    resolution: int


@dataclass(frozen=True)
class ClassMovement:
    """The members of a class over the year."""

    name: str
    opening: int
    admitted: int
    left: int
    closing: int


@dataclass(frozen=True)
class ShareMovement:
    """Shares and what was paid for them, over the year."""

    opening: int
    issued: int
    redeemed: int
    closing: int
    opening_minor: int
    issued_minor: int
    redeemed_minor: int
    closing_minor: int


@dataclass(frozen=True)
class MeetingHeld:
    """A meeting of the members."""

    held_on: date
    kind: str
    attendance: int
    members_on_roll: int
    decisions: int


@dataclass(frozen=True)
class DecisionTaken:
    """A vote of the members that was counted. `digest` is that of the result.

    `is_later` marks one that closed after the year and is about it: on its accounts or its surplus.
    """

    number: int | None
    title: str
    kind: str
    decided_on: date
    turnout: int
    roll: int
    result: str
    digest: str
    is_later: bool = False


@dataclass(frozen=True)
class Approval:
    """The board approved the accounts, and directors signed them."""

    resolution: int
    decided_on: date
    signatures: tuple[Signature, ...]


@dataclass(frozen=True)
class ReviewNote:
    """What the reviewer reported: Markdown under a name."""

    version: int
    conclusion: str
    name: str
    written_on: date
    text: str


@dataclass(frozen=True)
class ReopeningNote:
    """The year was closed, reopened by a decision of the board, and closed again."""

    closed_on: date
    result_minor: int
    reopened_on: date
    opens_on: date
    resolution: int
    decided_on: date
    #: What the board decided, as the register has it: Markdown; empty where it was erased.
    words: str
    closed_again_on: date
    result_again_minor: int


@dataclass(frozen=True)
class Impact:
    """What the co-op did, counted."""

    #: Places in fellowships: whoever joins two cohorts takes two, an organisation that sends three people orders three.
    fellows: int
    coaching_minutes: int
    sales: int
    orders: int
    events: int
    sign_ups: int
    introductions: int
    sites: int
    circle_posts: int


@dataclass(frozen=True)
class Trace:
    """What the figures rest on: the journal with its chain, the registers and the ballots."""

    entries: int
    postings: int
    chain_seq: int
    chain_hash: str
    members_register: int
    share_events: int
    ballots: int


@dataclass(frozen=True)
class Content:
    """Everything that an edition says."""

    house: House
    year: Year
    edition: EditionNote
    letters: Letters
    officers: tuple[OfficeHeld, ...]
    members: tuple[ClassMovement, ...]
    shares: ShareMovement
    meetings: tuple[MeetingHeld, ...]
    decisions: tuple[DecisionTaken, ...]
    statements: Statements
    funds: tuple[FundMovement, ...]
    business: Business
    approval: Approval
    review: ReviewNote | None
    distribution: DistributionPlan | None
    impact: Impact
    trace: Trace
    #: Of this layout of the content.
    format: int = 1
    #: How the year was reopened and closed again, in order.
    reopenings: tuple[ReopeningNote, ...] = field(default=(), metadata=LATER)

    @property
    def canonical(self) -> str:
        """Return the content as it is kept."""
        return written(self).decode()

    @property
    def digest(self) -> str:
        """Return the SHA-256 under which it is kept."""
        return hashlib.sha256(written(self)).hexdigest()

    @classmethod
    def from_canonical(cls, text: str) -> Self:
        """Read what `canonical` wrote.

        Raises:
            ValueError: it is no content of a report.
        """
        return read(cls, text)

    def says_the_same_as(self, other: "Content") -> bool:
        """Say whether the two differ in no more than their number and the reason of the edition."""
        return replace(self, edition=other.edition) == other
