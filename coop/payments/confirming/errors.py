"""What is refused about confirming accounts, and about paying to one that is not confirmed."""

from dataclasses import dataclass

from evidence.messages import N_, Refusal


@dataclass(eq=False)
class NothingToConfirm(Refusal):
    """Nothing is confirmed without being looked at."""

    message = N_("Tick the accounts that you have compared.")


@dataclass(eq=False)
class AccountReplaced(Refusal):
    """What was compared is not the account any more."""

    message = N_("One of these accounts was changed or removed in the meantime. Nothing was done. Open the list again.")


@dataclass(eq=False)
class OwnAccount(Refusal):
    """Nobody confirms what they gave themselves, or what is theirs."""

    name: str
    message = N_(
        "You gave the account of %(name)s, or act for them. Another treasurer, or somebody of the board, compares it and confirms it."
    )


@dataclass(eq=False)
class AccountUnconfirmed(Refusal):
    """One person alone has said where this goes."""

    name: str
    message = N_(
        "Nobody has confirmed the bank account of %(name)s yet. Somebody who did not give it compares it, under Accounts to confirm; then"
        " it can be paid to."
    )


@dataclass(eq=False)
class PaidElsewhere(Refusal):
    """The list was made with another account than the one that holds."""

    name: str
    message = N_(
        "The bank account of %(name)s was changed after this list was made. Nothing was recorded. Open the list again, and look which"
        " account the bank has paid."
    )


#: Answered with 409.
CONFLICTS = (AccountReplaced, AccountUnconfirmed, PaidElsewhere)
#: Answered with 403.
FORBIDDEN = (OwnAccount,)
