"""Why something about the accounts or the report is refused."""

from dataclasses import dataclass
from datetime import date

from evidence.messages import N_, Refusal


@dataclass(eq=False)
class YearNotClosed(Refusal):
    """There are no final figures yet."""

    ends_on: date
    message = N_("The year that ends on %(ends_on)s is not closed yet, so there are no final accounts of it.")


@dataclass(eq=False)
class AccountsChanged(Refusal):
    """What was seen on the page is not what the books say."""

    message = N_("The accounts are not those that you saw. Nothing was recorded; look at them again.")


@dataclass(eq=False)
class AlreadyApproved(Refusal):
    """The accounts of a year are approved once."""

    resolution: int
    message = N_("The board has approved these accounts already, by resolution number %(resolution)s.")


@dataclass(eq=False)
class DecidedTooEarly(Refusal):
    """The board cannot have approved accounts that were not there."""

    closed_on: date
    about = "decided_on"
    message = N_("The year was closed on %(closed_on)s; the board cannot have approved its accounts before.")


@dataclass(eq=False)
class DecidedInFuture(Refusal):
    """The decision is still to come."""

    about = "decided_on"
    message = N_("This day is still to come. Record the decision once it is taken.")


@dataclass(eq=False)
class NotApproved(Refusal):
    """The board has not approved the accounts."""

    message = N_("The board has not approved the accounts of this year yet.")


@dataclass(eq=False)
class NotSigned(Refusal):
    """Too few directors have signed the accounts."""

    needed: int
    signed: int
    message = N_("%(needed)s directors sign the accounts before they are published; %(signed)s have signed.")


@dataclass(eq=False)
class AlreadySigned(Refusal):
    """A director signs once."""

    message = N_("You have signed these accounts already.")


@dataclass(eq=False)
class ReviewUnchanged(Refusal):
    """The new version says what the last one says."""

    version: int
    message = N_("This is what version %(version)s of your report says already.")


@dataclass(eq=False)
class WordsChanged(Refusal):
    """Somebody else has edited the words meanwhile."""

    message = N_(
        "Somebody else has changed these words since you opened the page. Copy what you wrote, reload, and put both together."
    )


@dataclass(eq=False)
class ReasonMissing(Refusal):
    """A new edition says why it is there."""

    number: int
    about = "reason"
    message = N_("Edition %(number)s replaces one that is published. Write in the words of the board why.")


@dataclass(eq=False)
class NothingNew(Refusal):
    """The same report was published before."""

    number: int
    message = N_("Nothing differs from edition %(number)s, which is published.")


@dataclass(eq=False)
class ReportStale(Refusal):
    """Something that the report says has changed since it was prepared."""

    message = N_(
        "What the report says has changed since it was prepared. Nothing was published; prepare the edition again and look at it."
    )


@dataclass(eq=False)
class NothingPublished(Refusal):
    """There is no edition to write to a file."""

    year: str
    message = N_("No annual report of %(year)s is published yet.")
