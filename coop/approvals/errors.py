"""What is refused about acts of two people."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from evidence.messages import N_, Refusal


@dataclass(eq=False)
class AlreadyPrepared(Refusal):
    """The same act, with the same arguments, waits already; `act_id` is its page."""

    act_id: UUID
    message = N_("The same has been prepared already and waits for a second person.")


@dataclass(eq=False)
class SamePerson(Refusal):
    """Whoever prepared an act wants to approve it."""

    message = N_("You prepared this yourself. Another person has to approve it.")


@dataclass(eq=False)
class AlreadyApproved(Refusal):
    """The act was done."""

    approved_at: datetime
    message = N_("This was approved and done on %(approved_at)s.")


@dataclass(eq=False)
class AlreadyWithdrawn(Refusal):
    """The act was taken back or refused."""

    withdrawn_at: datetime
    message = N_(
        "This was withdrawn or refused on %(withdrawn_at)s. If it is still wanted, it has to be prepared anew."
    )


@dataclass(eq=False)
class SomethingElse(Refusal):
    """What was seen is not what would be done."""

    message = N_("What would be done is not what you were shown. Read the page again before you approve.")


@dataclass(eq=False)
class PreparerLostPower(Refusal):
    """Who prepared it may not prepare it today."""

    power: str
    message = N_(
        "Whoever prepared this no longer holds the power of %(power)s, so it cannot be done. It has to be prepared anew."
    )


@dataclass(eq=False)
class ReasonMissing(Refusal):
    """A refusal has a reason."""

    message = N_("Please say why, so that the person who prepared it knows.")
    about = "reason"
