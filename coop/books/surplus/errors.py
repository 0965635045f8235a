"""What the books room refuses about a surplus, beyond the ledger itself: what the members have not decided is not posted."""

from dataclasses import dataclass

from evidence.messages import N_, Refusal


@dataclass(eq=False)
class NotCarried(Refusal):
    """The members did not vote for this plan, or not yet."""

    message = N_("The members have not carried this plan, so it is not posted.")


@dataclass(eq=False)
class OtherResolution(Refusal):
    """The resolution that is named is not the one by which the plan was carried."""

    message = N_("The plan was carried by another resolution than the one named. Prepare the posting anew.")


@dataclass(eq=False)
class NotDeclaredSolvent(Refusal):
    """The board's statement that the co-op can pay stands before any payment to members."""

    message = N_("The board's solvency statement about this plan is not complete, so the plan is not posted.")


@dataclass(eq=False)
class BooksUnsound(Refusal):
    """The checks of the ledger found something before or after the posting."""

    check: str
    detail: str
    message = N_("A check of the books found something wrong, so nothing was posted: %(check)s (%(detail)s).")


#: Refusals that the state of things causes: 409.
CONFLICTS = (NotCarried, OtherResolution, NotDeclaredSolvent, BooksUnsound)
