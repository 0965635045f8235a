"""What is refused about suppliers and bills, and about both bills and claims."""

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
class TotalNothing(Refusal):
    """There is nothing to pay, and nothing to take off."""

    message = N_("The total must be more than zero. For what a supplier gives back, say that this is a credit note.")
    about = "total"


@dataclass(eq=False)
class CreditTooLarge(Refusal):
    """A supplier would have to pay us."""

    supplier: str
    credit_minor: int
    bills_minor: int
    currency: str
    message = N_(
        "%(credit_minor)s would be taken off the bills of %(supplier)s, which come to %(bills_minor)s. Take less of its credit note: the"
        " rest stays for its next bill."
    )


@dataclass(eq=False)
class CreditAlone(Refusal):
    """A credit note is taken off something."""

    supplier: str
    message = N_(
        "There is nothing that the credit note of %(supplier)s could be taken off. Tick a bill of this supplier as well, or wait for its"
        " next one."
    )


@dataclass(eq=False)
class MoreThanLeft(Refusal):
    """Nobody is paid more than a bill has left, and nothing else than a bill asks for."""

    number: str
    left_minor: int
    amount_minor: int
    currency: str
    message = N_("%(left_minor)s is left of bill %(number)s, so %(amount_minor)s of it cannot be paid.")


@dataclass(eq=False)
class BillTwice(Refusal):
    """A list names each bill once."""

    number: str
    message = N_("Bill %(number)s stands in the list twice. Open the list again.")


@dataclass(eq=False)
class PaidTogether(Refusal):
    """What left as one sum comes back as one sum."""

    supplier: str
    message = N_(
        "%(supplier)s was paid its bills less a credit note, as one sum, and that comes back whole: tick all its bills and credit notes of"
        " this payment."
    )


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
class AccountRemovedByYou(Refusal):
    """Nobody alone says where an approved bill is paid."""

    number: str
    message = N_(
        "You removed the bank account of the supplier after bill %(number)s was approved. Another treasurer, or somebody of the board,"
        " records this payment."
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
class NotDecided(Refusal):
    """Whoever decides has to read it."""

    message = N_("It waits for a decision, which needs its receipt and words. Refuse it or withdraw it first.")


@dataclass(eq=False)
class NothingLeft(Refusal):
    """The receipt and the words are gone."""

    message = N_("Its receipt and its words were erased before.")


#: Answered with 409.
CONFLICTS = (BillKnown, BillFormUsed, BillNotOpen, MoreThanLeft, BillPaid, SupplierKnown, NotDecided, NothingLeft)
#: Answered with 403.
FORBIDDEN = (AccountRemovedByYou,)
