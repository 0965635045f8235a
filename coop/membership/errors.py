"""What the membership room refuses."""

from dataclasses import dataclass
from datetime import date

from evidence.messages import N_, Refusal


@dataclass(eq=False)
class AlreadyJoined(Refusal):
    """A person takes part as themselves once."""

    message = N_("You have already joined as yourself.")


@dataclass(eq=False)
class TooManyOrganisations(Refusal):
    """More organisations than one person can speak for."""

    most: int
    message = N_("One person can act for at most %(most)s participants.")


@dataclass(eq=False)
class NotAnOrganisation(Refusal):
    """An individual speaks for themselves and has no other representative."""

    message = N_("Only an organisation has representatives. You act for yourself.")


@dataclass(eq=False)
class NoSuchPerson(Refusal):
    """Nobody with a confirmed account has this address."""

    message = N_(
        "Nobody with this e-mail address has an account yet. Ask them to join the community first; it is free."
    )
    about = "email"


@dataclass(eq=False)
class AlreadyRepresents(Refusal):
    """The person acts for the organisation already."""

    message = N_("This person already acts for the organisation.")
    about = "email"


@dataclass(eq=False)
class TooManyRepresentatives(Refusal):
    """More representatives than an organisation has use for."""

    most: int
    message = N_("An organisation can have at most %(most)s representatives.")


@dataclass(eq=False)
class LastRepresentative(Refusal):
    """Without a representative nobody could act for the organisation."""

    message = N_("This is the last representative. Add another one first: somebody must be able to act.")


@dataclass(eq=False)
class NoTerms(Refusal):
    """No page of terms is in force, so there is nothing to accept."""

    message = N_("The terms of membership have not been published yet. Please come back later.")


@dataclass(eq=False)
class TermsUnchanged(Refusal):
    """The by-laws say what the page in force says."""

    version: int
    message = N_("The by-laws have not changed since version %(version)s of the terms. Nothing to publish.")


@dataclass(eq=False)
class TermsNotAccepted(Refusal):
    """Membership begins with accepting its terms."""

    message = N_("To become a member you need to accept the terms.")
    about = "accepts"


@dataclass(eq=False)
class TermsChanged(Refusal):
    """The applicant read another version than the one in force."""

    version: int
    message = N_(
        "The terms have changed since you opened this page: version %(version)s is in force now. Nothing was sent. "
        "Please read them and accept them again."
    )
    about = "accepts"


@dataclass(eq=False)
class TermsOutdated(Refusal):
    """The price or the limit of shares has changed since the applicant accepted them."""

    version: int
    message = N_(
        "The applicant accepted version %(version)s of the terms, and what the by-laws ask for a share has changed "
        "since. Refuse this application with that reason and ask them to apply again."
    )


@dataclass(eq=False)
class AlreadyMember(Refusal):
    """Whoever is a member does not apply."""

    number: int
    message = N_("You are a member already, with number %(number)s.")


@dataclass(eq=False)
class ApplicationOpen(Refusal):
    """One application at a time."""

    message = N_("There is an application already. You can see on the membership page how it stands.")


@dataclass(eq=False)
class NoSuchClass(Refusal):
    """The class is not one that this kind of participant can join."""

    message = N_("Choose one of the classes of members in the list.")
    about = "class_id"


@dataclass(eq=False)
class SharesOutOfRange(Refusal):
    """Fewer shares than one, or more than the by-laws allow."""

    most: int
    message = N_("Choose a number of shares from 1 to %(most)s.")
    about = "shares"


@dataclass(eq=False)
class AlreadyDecided(Refusal):
    """An application ends once."""

    message = N_("This application has already been decided or withdrawn.")


@dataclass(eq=False)
class OwnApplication(Refusal):
    """Nobody decides on their own admission, or on that of an organisation they act for."""

    message = N_("You cannot decide on your own application, or on one of an organisation you act for.")


@dataclass(eq=False)
class DecidedInFuture(Refusal):
    """The board cannot have decided tomorrow."""

    today: date
    message = N_("The decision cannot be dated after today, %(today)s.")
    about = "decided_on"


@dataclass(eq=False)
class DecidedBeforeApplication(Refusal):
    """The board cannot have decided before there was something to decide."""

    submitted_on: date
    message = N_("The application came in on %(submitted_on)s, so it cannot have been decided before.")
    about = "decided_on"


@dataclass(eq=False)
class NotAdmitted(Refusal):
    """Only an admitted applicant can be entered in the register."""

    message = N_("The application has not been admitted.")


#: Answered with 409: right when the page was opened, overtaken since.
CONFLICTS = (
    AlreadyJoined,
    AlreadyRepresents,
    LastRepresentative,
    TermsChanged,
    TermsUnchanged,
    TermsOutdated,
    AlreadyMember,
    ApplicationOpen,
    AlreadyDecided,
    NotAdmitted,
)
#: Answered with 403.
FORBIDDEN = (OwnApplication,)
