"""What the share register refuses."""

from dataclasses import dataclass

from evidence.messages import N_, Refusal


@dataclass(eq=False)
class NotAMember(Refusal):
    """Only a member buys more shares."""

    message = N_("Only members can buy more shares. Apply for membership first.")


@dataclass(eq=False)
class NoSharesToBuy(Refusal):
    """The by-laws set no share."""

    message = N_("There is no share to buy in this co-operative.")
    about = "shares"


@dataclass(eq=False)
class TooFewShares(Refusal):
    """Fewer than one share."""

    message = N_("Choose at least one share.")
    about = "shares"


@dataclass(eq=False)
class ShareLimit(Refusal):
    """More shares than the by-laws let one member hold, those asked for and not yet issued included."""

    most: int
    taken: int
    left: int
    message = N_(
        "One member may hold at most %(most)s shares. Held or already asked for: %(taken)s. So at most %(left)s more "
        "can be asked for."
    )
    about = "shares"


@dataclass(eq=False)
class NotFullyPaid(Refusal):
    """Shares are issued when they are paid for."""

    reference: str
    outstanding_minor: int
    currency: str
    message = N_("%(reference)s is not fully paid: %(outstanding_minor)s is outstanding. Nothing was issued.")


@dataclass(eq=False)
class AlreadyIssued(Refusal):
    """A subscription is issued once."""

    reference: str
    message = N_("The shares under %(reference)s have already been issued.")


@dataclass(eq=False)
class NothingToIssue(Refusal):
    """No subscription was chosen."""

    message = N_("There is nothing to issue: no shares are fully paid and waiting.")


@dataclass(eq=False)
class CapitalAccountUnfit(Refusal):
    """The account cannot hold the share capital of a class."""

    account: str
    message = N_(
        "Account %(account)s cannot hold share capital. Choose an open account of the line Share capital that is kept per member"
        " and holds nothing else."
    )
    about = "account"


#: Answered with 409.
CONFLICTS = (AlreadyIssued, NothingToIssue, NotFullyPaid, NotAMember)
