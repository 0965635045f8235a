"""What is refused about bank accounts: what cannot be one, and what is not while one is, or is no longer."""

from dataclasses import dataclass

from evidence.messages import N_, Refusal


@dataclass(eq=False)
class NoBankAccount(Refusal):
    """The account can hold no money at a bank: it is no asset, a heading, on the other side of its kind, or kept per party."""

    code: str
    message = N_(
        "Account %(code)s cannot be a bank account. One that can is an asset that takes entries, is not kept per member or client, and "
        "is part of cash and bank or of other current assets on the statements."
    )


@dataclass(eq=False)
class AccountKept(Refusal):
    """What stands on the account follows from something else than a bank: an order, a card, money under way."""

    code: str
    message = N_(
        "Account %(code)s serves another purpose, by which the program knows it, so it cannot be a bank account."
    )


@dataclass(eq=False)
class AccountClosed(Refusal):
    """Nothing could be booked to it."""

    code: str
    message = N_("Account %(code)s is closed, so it cannot be a bank account.")


@dataclass(eq=False)
class AccountHoldsOtherThings(Refusal):
    """What is booked to it names a party, a fund or a tax code: a bank moves money alone."""

    code: str
    message = N_(
        "Entries on account %(code)s name a member, a fund or a tax code there, so it is not money at a bank alone. Open another account "
        "for the bank."
    )


@dataclass(eq=False)
class AlreadyBankAccount(Refusal):
    """Somebody else was faster."""

    code: str
    message = N_("Account %(code)s is a bank account already.")


@dataclass(eq=False)
class MainBankAccount(Refusal):
    """Everything is paid from it unless somebody says otherwise."""

    code: str
    message = N_("Account %(code)s always is a bank account: what the co-op pays is booked to it.")


@dataclass(eq=False)
class NumberTaken(Refusal):
    """A file that names its account would be taken for either."""

    code: str
    message = N_("Account %(code)s has this number already.")
    about = "number"


@dataclass(eq=False)
class BankAccountOpen(Refusal):
    """What is not explained yet would never be."""

    code: str
    lines: int
    entries: int
    message = N_(
        "Account %(code)s still has lines without an entry (%(lines)s) or entries without a line (%(entries)s). Settle them first."
    )


@dataclass(eq=False)
class BankAccountEnded(Refusal):
    """Its statement is only read."""

    code: str
    message = N_("Account %(code)s is no bank account any more, so nothing about its statement is changed.")


@dataclass(eq=False)
class BankAccountInUse(Refusal):
    """The chart would make something else of it."""

    code: str
    message = N_(
        "Account %(code)s is a bank account, so it stays open, part of cash and bank or of other current assets, and not kept per member "
        "or client. End that under Bank statement first."
    )


#: Answered with 409: somebody has changed something in the meantime, or something has to come first.
CONFLICTS = (AlreadyBankAccount, BankAccountOpen, BankAccountEnded, MainBankAccount)
