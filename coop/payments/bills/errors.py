"""What is refused about suppliers, bills and claims."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from evidence.messages import N_, Refusal


class LineRefusal(Refusal):
    """What is wrong with a line, which its field `line` names, beginning with 1."""


@dataclass(eq=False)
class SupplierKnown(Refusal):
    """A supplier is known once by a name; `supplier_id` is the one that has it."""

    supplier_id: UUID
    message = N_("A supplier of this name is there already.")
    about = "name"


@dataclass(eq=False)
class SupplierUnknown(Refusal):
    """A name that was mistyped must not become a second supplier."""

    message = N_("No supplier is known by this name. Choose one from the list, or tick that this is a new one.")
    about = "supplier"


@dataclass(eq=False)
class EmailMalformed(Refusal):
    """It cannot be an address."""

    message = N_("Write the whole address, such as office@example.org, or leave this empty.")
    about = "email"


@dataclass(eq=False)
class BillKnown(Refusal):
    """The supplier's number was entered before; `bill_id` is the bill that has it."""

    bill_id: UUID
    number: str
    billed_on: date
    message = N_("Bill %(number)s of this supplier stands here already, of %(billed_on)s. It is not paid twice.")
    about = "number"


@dataclass(eq=False)
class BilledInFuture(Refusal):
    """A bill of tomorrow is none yet."""

    today: date
    message = N_("The date of the bill cannot be after today, %(today)s.")
    about = "billed_on"


@dataclass(eq=False)
class DueBeforeBilled(Refusal):
    """A bill falls due after it was written."""

    billed_on: date
    message = N_("It cannot be due before the date of the bill, %(billed_on)s.")
    about = "due_on"


@dataclass(eq=False)
class TotalDiffers(Refusal):
    """The lines are not what the paper says."""

    total_minor: int
    lines_minor: int
    difference_minor: int
    currency: str
    message = N_(
        "The lines add up to %(lines_minor)s with tax, and the bill says %(total_minor)s: they differ by"
        " %(difference_minor)s."
    )
    about = "total"


@dataclass(eq=False)
class TotalNotPositive(Refusal):
    """There is nothing to pay."""

    message = N_("The total must be more than zero. What a supplier gives back is taken off its next bill.")
    about = "total"


@dataclass(eq=False)
class LinesMissing(Refusal):
    """A bill is for something."""

    message = N_("Fill in at least one line.")
    about = "lines"


@dataclass(eq=False)
class TooManyLines(Refusal):
    """More lines than a bill has."""

    most: int
    message = N_("At most %(most)s lines.")
    about = "lines"


@dataclass(eq=False)
class ReceiptMissing(Refusal):
    """Without a receipt there is a reason."""

    message = N_("Add the receipt, or say why there is none.")
    about = "file"


@dataclass(eq=False)
class AccountNotForCosts(LineRefusal):
    """Bills and claims are costs, or things that last."""

    line: int
    code: str
    message = N_("Account %(code)s takes no bill. Choose a cost, or an asset that the co-op bought.")


@dataclass(eq=False)
class TaxOfSales(LineRefusal):
    """The code belongs to the other side of the return."""

    line: int
    code: str
    message = N_("Tax code %(code)s is for what the co-op sells. Choose one for purchases.")


@dataclass(eq=False)
class TaxRateMissing(LineRefusal):
    """The code has no rate on the day of the bill."""

    line: int
    code: str
    on: date
    message = N_("Tax code %(code)s has no rate on %(on)s.")


@dataclass(eq=False)
class TaxRateChanged(Refusal):
    """It would be booked on a later day, on which another rate holds."""

    billed_on: date
    booked_on: date
    message = N_(
        "The month of %(billed_on)s is locked, so this would be booked on %(booked_on)s, and a rate of tax is another one by"
        " then. Withdraw it and record it as an entry by hand."
    )


@dataclass(eq=False)
class BeforeTheBooks(Refusal):
    """What was bought before the books began is part of the balances that they began with."""

    day: date
    begins_on: date
    message = N_(
        "%(day)s lies before these books, which begin on %(begins_on)s. What was owed by then is part of the opening balances."
    )


@dataclass(eq=False)
class BillFormUsed(Refusal):
    """The same form was sent before, with other content."""

    message = N_("This form was already used. Open the page again and enter this one anew.")


@dataclass(eq=False)
class BillNotOpen(Refusal):
    """The bill is not approved, paid already, or taken back."""

    number: str
    message = N_("Bill %(number)s is not to be paid any more, or not yet. Open the list again.")


@dataclass(eq=False)
class BillPaid(Refusal):
    """What was paid is not taken back."""

    paid_on: date
    message = N_(
        "This bill was paid on %(paid_on)s, so it is not taken back. Enter what the supplier gives back as a receipt of money, and what"
        " the bank sent back on the page of the payment."
    )


@dataclass(eq=False)
class ClaimPaid(Refusal):
    """What was paid is not taken back."""

    message = N_(
        "This claim was paid, all of it or a part, so it is not taken back. Book what is given back when it arrives."
    )


@dataclass(eq=False)
class AccountChangedByYou(Refusal):
    """Nobody alone says to which account an approved bill is paid."""

    number: str
    message = N_(
        "You changed the bank account of the supplier after bill %(number)s was approved. Another treasurer, or somebody of the board,"
        " compares the account with the bill and records this payment."
    )


@dataclass(eq=False)
class PaidBeforeBooked(Refusal):
    """A payment before the bill would be somebody else's."""

    number: str
    booked_on: date
    message = N_("Bill %(number)s was booked on %(booked_on)s. The date paid cannot be before that.")
    about = "paid_on"


@dataclass(eq=False)
class BeforeSentBack(Refusal):
    """Until its payment came back a bill was paid."""

    number: str
    sent_back_on: date
    message = N_(
        "The bank sent back the last payment of bill %(number)s on %(sent_back_on)s. The date cannot be before that."
    )
    about = "booked_on"


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
CONFLICTS = (
    *(BillKnown, BillFormUsed, BillNotOpen, BillPaid, SupplierKnown),
    *(ClaimSettled, ClaimPrepared, ClaimPaid, ReceiptUsed),
)
#: Answered with 403.
FORBIDDEN = (OwnClaim, AccountChangedByYou)
