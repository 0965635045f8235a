"""What is refused about payments out and the accounts they go to."""

from dataclasses import dataclass
from datetime import date

from evidence.messages import N_, Refusal


@dataclass(eq=False)
class NobodyTicked(Refusal):
    """A payment is to somebody."""

    message = N_("Tick at least one row.")


@dataclass(eq=False)
class PaidTwiceInList(Refusal):
    """A list names each payee once."""

    message = N_("The same payee stands in the list twice. Open the page again.")


@dataclass(eq=False)
class PaidNothing(Refusal):
    """A payment is of more than nothing."""

    message = N_("The amount paid must be more than zero.")


@dataclass(eq=False)
class PaidInFuture(Refusal):
    """Money cannot have left tomorrow."""

    today: date
    message = N_("The date paid cannot be after today, %(today)s.")
    about = "paid_on"


@dataclass(eq=False)
class NotOwed(Refusal):
    """The payee is not owed as much, or no longer."""

    name: str
    owed_minor: int
    amount_minor: int
    paid_on: date
    currency: str
    message = N_(
        "%(name)s is owed %(owed_minor)s on %(paid_on)s, not %(amount_minor)s. Nothing was recorded. Open the list "
        "again: it may have been paid in the meantime."
    )


@dataclass(eq=False)
class ReturnedInFuture(Refusal):
    """Nothing comes back tomorrow."""

    today: date
    message = N_("The date cannot be after today, %(today)s.")
    about = "returned_on"


@dataclass(eq=False)
class ReturnedBeforePaid(Refusal):
    """What has not left cannot come back."""

    paid_on: date
    message = N_("It was paid on %(paid_on)s. It cannot have come back before that.")
    about = "returned_on"


@dataclass(eq=False)
class ReturnedAlready(Refusal):
    """A payment comes back once."""

    returned_on: date
    message = N_("One of these came back on %(returned_on)s, as recorded already. Open the payment again.")


@dataclass(eq=False)
class UndoneInPart(Refusal):
    """What never left is undone whole: its entry is."""

    message = N_(
        "A payment that was recorded by mistake is undone whole: tick all of it. If a part of it came back before, it had left, and so does"
        " the rest come back."
    )


@dataclass(eq=False)
class LeftTheBank(Refusal):
    """The bank statement shows that it left."""

    message = N_(
        "This payment stands on the bank statement, so it left the bank account. Take the match back first if that is wrong, or record"
        " what came back."
    )


@dataclass(eq=False)
class NoPayableAccount(Refusal):
    """Only what is owed to sellers, coaches, clients and members is paid from a list."""

    code: str
    message = N_("Account %(code)s has no list of payments.")


@dataclass(eq=False)
class PaymentFormUsed(Refusal):
    """The same form was sent before, with other content."""

    message = N_("This form was already used for another payment. Open the list again.")


@dataclass(eq=False)
class AccountMalformed(Refusal):
    """Bank accounts differ from country to country, so only length and characters are checked."""

    message = N_(
        "Write the account as the bank does: 5 to 40 letters and digits, with spaces, hyphens, dots or slashes between."
    )
    about = "bank_account"


@dataclass(eq=False)
class AccountGiven(Refusal):
    """Nobody is asked for what is there."""

    message = N_("An account was given in the meantime. No mail was sent.")


#: Answered with 409.
CONFLICTS = (NotOwed, PaymentFormUsed, AccountGiven, ReturnedAlready, LeftTheBank)
