"""What is refused about expense claims alone."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from coop.payments.bills.errors import LineRefusal
from evidence.messages import N_, Refusal


@dataclass(eq=False)
class ClaimPaid(Refusal):
    """What was paid is not taken back."""

    message = N_(
        "This claim was paid, all of it or a part, so it is not taken back. Book what is given back when it arrives."
    )


@dataclass(eq=False)
class SpentInFuture(LineRefusal):
    """Nobody spent anything tomorrow."""

    line: int
    today: date
    message = N_("The day cannot be after today, %(today)s.")


@dataclass(eq=False)
class SpentInTwoYears(Refusal):
    """A claim is one entry of one year."""

    ends_on: date
    message = N_("A fiscal year ended on %(ends_on)s. Claim what was spent before that day and after it apart.")


@dataclass(eq=False)
class TooManyClaims(Refusal):
    """As many claims wait as are decided in good time."""

    most: int
    message = N_(
        "%(most)s of your claims wait for a decision. Claim more once some of them are decided, or put more lines in one."
    )
    about = "lines"


@dataclass(eq=False)
class ReceiptUsed(Refusal):
    """The same file came with another claim, which `claim_id` names."""

    claim_id: UUID
    claimed_on: date
    message = N_("You sent this very file with your claim of %(claimed_on)s. Nothing is paid back twice.")
    about = "file"


@dataclass(eq=False)
class ClaimSettled(Refusal):
    """The claim was approved, refused or withdrawn."""

    message = N_("This claim was approved, refused or withdrawn in the meantime.")


@dataclass(eq=False)
class ClaimPrepared(Refusal):
    """The accounts of a claim are assigned, and a second person decides."""

    message = N_("This claim waits for a second person already.")


@dataclass(eq=False)
class OwnClaim(Refusal):
    """Nobody approves money for themselves, or for whom they act."""

    message = N_("This claim is your own, or of somebody you act for. Another person has to approve it.")


#: Answered with 409.
CONFLICTS = (ClaimSettled, ClaimPrepared, ClaimPaid, ReceiptUsed)
#: Answered with 403.
FORBIDDEN = (OwnClaim,)
