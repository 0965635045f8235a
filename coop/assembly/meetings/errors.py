"""What is refused about a meeting: its notice, its agenda, its opening, its records."""

from dataclasses import dataclass
from datetime import date, datetime

from evidence.messages import N_, Refusal


@dataclass(eq=False)
class MeetingInThePast(Refusal):
    """A meeting is called for a time to come."""

    message = N_("This time has passed. Choose a later one.")
    about = "held_on"


@dataclass(eq=False)
class MeetingTooFar(Refusal):
    """Nobody calls a meeting years ahead but by a slip of the pen."""

    most_days: int
    message = N_("Choose a day within the next %(most_days)s days.")
    about = "held_on"


@dataclass(eq=False)
class NoPlace(Refusal):
    """Members must know where to go."""

    message = N_("Say where the meeting is held: a place, a link, or both.")
    about = "place"


@dataclass(eq=False)
class LinkUnsafe(Refusal):
    """Only an address of the web becomes a link."""

    message = N_("Enter an address that begins with https:// or http://.")
    about = "link"


@dataclass(eq=False)
class NoSuchYear(Refusal):
    """An annual meeting receives the accounts of a fiscal year that there is."""

    message = N_("Choose the fiscal year whose accounts the meeting receives.")
    about = "fiscal_year_id"


@dataclass(eq=False)
class NoticeGiven(Refusal):
    """What members were told of is not changed behind their backs."""

    message = N_("Notice of this meeting was given, so its agenda stands. You can postpone or cancel the meeting.")


@dataclass(eq=False)
class NoNotice(Refusal):
    """Nothing happens at a meeting of which nobody was told."""

    message = N_("No notice of this meeting was given yet. Send it first.")


@dataclass(eq=False)
class MeetingOpened(Refusal):
    """The meeting was opened."""

    opened_at: datetime
    message = N_("This meeting was opened on %(opened_at)s.")


@dataclass(eq=False)
class MeetingCancelled(Refusal):
    """The meeting was called off."""

    message = N_("This meeting was cancelled.")


@dataclass(eq=False)
class MeetingNotOpened(Refusal):
    """Attendance and minutes are of a meeting that takes place."""

    message = N_("This meeting was not opened yet.")


@dataclass(eq=False)
class AgendaEmpty(Refusal):
    """A notice says what the meeting is about."""

    message = N_("There is nothing on the agenda. Add at least one item before you send the notice.")


@dataclass(eq=False)
class NobodyToTell(Refusal):
    """There is nobody on the register."""

    message = N_("Nobody is a member yet, so there is nobody to give notice to.")


@dataclass(eq=False)
class NoticeTooLate(Refusal):
    """Sent now, the notice leaves too few clear days before the meeting."""

    clear_days: int
    earliest: date
    message = N_(
        "The by-laws ask for %(clear_days)s clear days between notice and meeting. With a notice of today, the earliest lawful"
        " day is %(earliest)s."
    )
    about = "held_on"


@dataclass(eq=False)
class NoticeChanged(Refusal):
    """The meeting or its agenda was changed after the preview."""

    message = N_(
        "The meeting or its agenda was changed after you opened this page. Nothing was sent; please read it again."
    )


@dataclass(eq=False)
class TooEarlyForNotice(Refusal):
    """Too few clear days have passed since the notice."""

    sent_on: date
    clear_days: int
    earliest: date
    message = N_(
        "Notice was given on %(sent_on)s, and the by-laws ask for %(clear_days)s clear days. The earliest lawful day for this"
        " meeting is %(earliest)s."
    )


@dataclass(eq=False)
class MeetingNotBegun(Refusal):
    """The hour that the notice named has not come."""

    held_at: datetime
    message = N_("The notice says that the meeting begins on %(held_at)s. It cannot be opened before.")


@dataclass(eq=False)
class NotOnAgenda(Refusal):
    """There is no such item."""

    message = N_("This is not on the agenda of the meeting.")


@dataclass(eq=False)
class OpenedByMeeting(Refusal):
    """The vote on a motion begins with the meeting on whose agenda it stands."""

    held_at: datetime
    message = N_("This is on the agenda of the meeting of %(held_at)s, and its vote opens with that meeting.")


@dataclass(eq=False)
class HeldByAgenda(Refusal):
    """Words and fate of a motion on an agenda are the meeting's."""

    held_at: datetime
    message = N_(
        "This is on the agenda of the meeting of %(held_at)s. It can be withdrawn only after it was taken off the agenda."
    )


@dataclass(eq=False)
class WordsAnnounced(Refusal):
    """Notice was given with these words."""

    held_at: datetime
    message = N_("Notice of the meeting of %(held_at)s was given with these words, so they stand.")


@dataclass(eq=False)
class WordsMade(Refusal):
    """The words follow from accounts or plan."""

    message = N_(
        "These words are made from the accounts or from the plan, so that they say exactly that. Nobody edits them."
    )


@dataclass(eq=False)
class ChoiceDecidesNothing(Refusal):
    """What a meeting votes on is decided by it."""

    message = N_(
        "A choice between options says what members prefer and decides nothing, so it is not put to a meeting."
    )
    about = "motion_id"


@dataclass(eq=False)
class AlreadyOnAgenda(Refusal):
    """The motion stands on an agenda already."""

    held_at: datetime
    message = N_("This is already on the agenda of the meeting of %(held_at)s.")
    about = "motion_id"


@dataclass(eq=False)
class AccountsOnAgenda(Refusal):
    """The accounts of a year are received once."""

    message = N_("The accounts are on the agenda already.")


@dataclass(eq=False)
class NotAnnual(Refusal):
    """Accounts belong to an annual meeting."""

    message = N_("Only an annual meeting receives the accounts of a year.")


@dataclass(eq=False)
class SurplusPending(Refusal):
    """There is one motion at a time on the surplus of a year."""

    message = N_("Another motion on the surplus of that year is not decided yet.")
    about = "plan_id"


@dataclass(eq=False)
class SurplusDecided(Refusal):
    """The surplus of the year is decided."""

    message = N_("The members have decided on the surplus of that year already.")
    about = "plan_id"


@dataclass(eq=False)
class AccountsNotApproved(Refusal):
    """The board must have approved the accounts that members receive."""

    message = N_("The board has not approved and signed the accounts of the year yet.")


@dataclass(eq=False)
class ReportNotPublished(Refusal):
    """Members must have the report that they receive."""

    message = N_("The annual report of the year is not published yet.")


@dataclass(eq=False)
class ReportTooLate(Refusal):
    """Members must have had the report for so many working days when they receive the accounts."""

    published_on: date
    working_days: int
    earliest: date
    message = N_(
        "The annual report was published on %(published_on)s, and the by-laws ask for %(working_days)s working days between"
        " that and the meeting. The earliest lawful day for it is %(earliest)s, and later by each public holiday before it:"
        " those are not known here."
    )
    about = "held_on"


@dataclass(eq=False)
class SolvencyMissing(Refusal):
    """The solvency statement comes before the vote."""

    needed: int
    message = N_(
        "The board's solvency statement on the plan is missing, or fewer than %(needed)s directors have signed it."
    )


@dataclass(eq=False)
class NobodyStands(Refusal):
    """An election needs somebody to elect."""

    message = N_("Nobody stands for election. Take the election off the agenda of this meeting.")


@dataclass(eq=False)
class NotAMember(Refusal):
    """Attendance is recorded of members."""

    message = N_("Only a member can be recorded as present, through somebody who acts for them.")


@dataclass(eq=False)
class AlreadyPresent(Refusal):
    """The member is recorded already."""

    message = N_("This member is recorded as present already. Take the entry back first.")


@dataclass(eq=False)
class NotPresent(Refusal):
    """There is no entry to take back."""

    message = N_("This member is not recorded as present.")


@dataclass(eq=False)
class MinutesUnchanged(Refusal):
    """A version says something new."""

    message = N_("These are the words of the minutes as they stand. There is nothing to save.")
    about = "text"


#: Refusals because of the state that the meeting is in: all but those of what was entered.
CONFLICTS = (
    *(NoticeGiven, NoNotice, NoticeChanged, MeetingOpened, MeetingCancelled, MeetingNotOpened),
    *(TooEarlyForNotice, MeetingNotBegun, OpenedByMeeting, HeldByAgenda, WordsAnnounced, WordsMade),
    *(AlreadyOnAgenda, AccountsOnAgenda, SurplusPending, SurplusDecided, SolvencyMissing, NobodyStands),
    *(AccountsNotApproved, ReportNotPublished, ReportTooLate, AlreadyPresent, NotPresent),
)
