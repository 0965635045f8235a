"""What is refused about an offering itself."""

from dataclasses import dataclass
from datetime import date

from evidence.messages import N_, Refusal


@dataclass(eq=False)
class PricesMissing(Refusal):
    """An offering that nobody can buy."""

    message = N_("Set at least one price.")
    about = "individual"


@dataclass(eq=False)
class PriceOutOfRange(Refusal):
    """A price of nothing, or of more than anybody pays."""

    largest_minor: int
    currency: str
    about: str
    message = N_("A price must be more than zero and at most %(largest_minor)s.")


@dataclass(eq=False)
class MembersPriceAlone(Refusal):
    """A price for members of a kind of which others cannot buy is no better price."""

    about: str
    message = N_("Set the price for everybody as well: members pay the other one instead.")


@dataclass(eq=False)
class PlacesOutOfRange(Refusal):
    """Fewer places than one, or more than a number may be."""

    most: int
    message = N_("Enter a number of places from 1 to %(most)s, or leave it empty if there is no limit.")
    about = "places"


@dataclass(eq=False)
class PlacesTaken(Refusal):
    """More is sold than would be left on offer."""

    taken: int
    message = N_("%(taken)s of them are sold or held for a buyer who is paying, so there cannot be fewer.")
    about = "places"


@dataclass(eq=False)
class MinutesOutOfRange(Refusal):
    """A coaching session needs a length."""

    most: int
    message = N_("A session lasts from 1 to %(most)s minutes.")
    about = "minutes"


@dataclass(eq=False)
class NoSuchCoach(Refusal):
    """A coach takes part in the community."""

    message = N_("Choose who coaches, from those who take part in the community.")
    about = "coach"


@dataclass(eq=False)
class CoachFeeOutOfRange(Refusal):
    """A coach is owed something, or nothing, but no negative amount."""

    largest_minor: int
    currency: str
    message = N_("The coach's fee must be from zero to %(largest_minor)s.")
    about = "coach_fee"


@dataclass(eq=False)
class MeetingsMissing(Refusal):
    """A fellowship is delivered meeting by meeting."""

    most: int
    message = N_("Give the dates of the cohort's meetings, from 1 to %(most)s of them, each on a line of its own.")
    about = "meetings"


@dataclass(eq=False)
class MeetingsRepeated(Refusal):
    """Two meetings of a cohort on one day."""

    day: date
    message = N_("%(day)s stands there twice. Give each meeting a day of its own.")
    about = "meetings"


@dataclass(eq=False)
class MeetingInPast(Refusal):
    """A cohort whose first meeting is over takes nobody."""

    today: date
    message = N_("The first meeting cannot be before today, %(today)s.")
    about = "meetings"


@dataclass(eq=False)
class NotForSales(Refusal):
    """What is sold has a code for sales, with a rate today."""

    code: str
    message = N_("There is no tax code %(code)s for sales that has a rate today. Choose another one.")
    about = "tax_code"


@dataclass(eq=False)
class MembersSell(Refusal):
    """Only a member sells here."""

    message = N_("Only members can sell here. Apply for membership first.")


@dataclass(eq=False)
class AlreadyWithdrawn(Refusal):
    """An offering is withdrawn once."""

    message = N_("This has been withdrawn already.")


#: Answered with 409.
CONFLICTS = (AlreadyWithdrawn,)
#: Answered with 403.
FORBIDDEN = (MembersSell,)
