"""What is refused about a surplus: plans that cannot be, plans that no longer fit, and a second distribution."""

from dataclasses import dataclass
from datetime import date

from evidence.messages import N_, Refusal
from ledger.errors import LedgerRefusal


@dataclass(eq=False)
class RateOutOfRange(LedgerRefusal):
    """A rate is a part of the whole."""

    about: str
    message = N_("A rate lies between 0 and 100 per cent, with at most two decimals.")


@dataclass(eq=False)
class RatesTooHigh(LedgerRefusal):
    """Reserve and community fund together take more than there is."""

    message = N_("Reserve and community fund together can take at most 100 per cent.")
    about = "reserve"


@dataclass(eq=False)
class YearNotClosed(LedgerRefusal):
    """The surplus of an open year is not known yet."""

    ends_on: date
    message = N_("The year to %(ends_on)s is not closed yet, so its surplus is not known. Close the year first.")


@dataclass(eq=False)
class NoSurplus(LedgerRefusal):
    """There is nothing to share out."""

    result_minor: int
    ends_on: date
    currency: str
    message = N_("The year to %(ends_on)s ended with %(result_minor)s: there is no surplus to share out.")


@dataclass(eq=False)
class NobodyToShareWith(LedgerRefusal):
    """No member did business with the co-op, and the plan does not say what happens then."""

    message = N_(
        "No member did any business with the co-op in that year, so nobody has a share by patronage."
        " Say where the surplus goes instead: to the reserve or to the community fund."
    )
    about = "fallback"


@dataclass(eq=False)
class SurplusMoved(LedgerRefusal):
    """What was earned no longer stands where it waits for the decision."""

    result_minor: int
    held_minor: int
    currency: str
    message = N_(
        "The surplus of the year was %(result_minor)s, but only %(held_minor)s of it still awaits a decision."
        " Look at account 3900 in the books."
    )


@dataclass(eq=False)
class NoSuchPlan(LedgerRefusal):
    """There is no plan with this id."""

    message = N_("There is no such plan.")


@dataclass(eq=False)
class OtherFingerprint(LedgerRefusal):
    """What was decided is not this plan."""

    message = N_("The fingerprint is not the one of this plan. Only exactly what was decided is posted.")


@dataclass(eq=False)
class PlanChanged(LedgerRefusal):
    """The stored lines do not give the fingerprint any more: somebody changed them past the program."""

    message = N_("The stored plan was changed: its lines no longer give its fingerprint. Nothing was posted.")


@dataclass(eq=False)
class PartyChanged(LedgerRefusal):
    """A line leads to another party than the one that was planned."""

    line_no: int
    message = N_("Line %(line_no)s of the plan belongs to somebody else than was planned. Nothing was posted.")


@dataclass(eq=False)
class PlanStale(LedgerRefusal):
    """The books or the register give another plan today."""

    reason: Refusal
    message = N_("The plan no longer fits the books: %(reason)s A new plan is needed.")


@dataclass(eq=False)
class YearWasReopened(LedgerRefusal):
    """The closing on which it rests was taken back."""

    message = N_("the year was reopened after it was prepared.")


@dataclass(eq=False)
class ResultDiffers(LedgerRefusal):
    """The result of the year is another one."""

    planned_minor: int
    found_minor: int
    currency: str
    message = N_("the surplus was planned as %(planned_minor)s and is %(found_minor)s.")


@dataclass(eq=False)
class BusinessDiffers(LedgerRefusal):
    """What members paid in the year is another sum, because the register or the entries changed."""

    planned_minor: int
    found_minor: int
    currency: str
    message = N_("members' business was planned as %(planned_minor)s and is %(found_minor)s.")


@dataclass(eq=False)
class TotalsDiffer(LedgerRefusal):
    """Some sum is another one, though result and members' business are the same."""

    message = N_("its totals would be different now.")


@dataclass(eq=False)
class LinesDiffer(LedgerRefusal):
    """Some members would get something else."""

    count: int
    message = N_("the lines of %(count)s members would be different now.")


@dataclass(eq=False)
class AlreadyDistributed(LedgerRefusal):
    """A surplus is distributed once."""

    ends_on: date
    message = N_("The surplus of the year to %(ends_on)s is already distributed.")


@dataclass(eq=False)
class DecidedBeforeClosing(LedgerRefusal):
    """Nobody can decide on a surplus that is not known."""

    decided_on: date
    closed_on: date
    message = N_("The decision is of %(decided_on)s, but the year was closed only on %(closed_on)s.")
    about = "decided_on"


#: Refusals that the state of the books causes: 409 for the web.
CONFLICTS = (YearNotClosed, SurplusMoved, OtherFingerprint, PlanChanged, PartyChanged, PlanStale, AlreadyDistributed)
#: What was asked for is not there: 404 for the web.
MISSING = (NoSuchPlan,)
