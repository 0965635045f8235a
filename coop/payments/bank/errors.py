"""What is refused about lines of the bank statement and their matches."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from evidence.messages import N_, Refusal


@dataclass(eq=False)
class LineOfNothing(Refusal):
    """A statement shows movements."""

    message = N_("The amount cannot be zero. Money that went out has a minus: -45.00.")
    about = "amount"


@dataclass(eq=False)
class LineTooLarge(Refusal):
    """More than an entry can hold, so nothing could ever match it."""

    largest_minor: int
    currency: str
    message = N_("The amount is too large. The most is %(largest_minor)s.")
    about = "amount"


@dataclass(eq=False)
class LineInFuture(Refusal):
    """A statement does not show tomorrow."""

    today: date
    message = N_("The date cannot be after today, %(today)s.")
    about = "booked_on"


@dataclass(eq=False)
class LineBeforeBooks(Refusal):
    """No entry could match a line from before the first fiscal year."""

    first_day: date
    message = N_("The books begin on %(first_day)s. The date cannot be before that.")
    about = "booked_on"


@dataclass(eq=False)
class LineKnown(Refusal):
    """The same line was entered before; a statement that shows it twice is pasted whole."""

    message = N_(
        "This line was entered before. If the statement shows it more than once, paste all the lines of that day "
        "together: then each counts once."
    )
    about = "amount"


@dataclass(frozen=True)
class RowProblem:
    """What is wrong with a row of a pasted statement."""

    row: int
    #: The column as the documents call it; empty where the row as a whole is meant.
    column: str
    reason: Refusal


@dataclass(eq=False)
class StatementUnreadable(Refusal):
    """A pasted statement of which nothing was taken: some rows are wrong, or there are none."""

    count: int
    problems: tuple[RowProblem, ...] = field(default=())
    message = N_("Nothing was entered. Rows that could not be read: %(count)s.")
    about = "statement"

    def values(self) -> dict[str, Any]:
        """Return what the message names."""
        return {"count": self.count}


@dataclass(eq=False)
class StatementEmpty(Refusal):
    """There is no row in what was pasted."""

    message = N_("Paste at least one line: date, amount and text.")
    about = "statement"


@dataclass(eq=False)
class StatementTooLong(Refusal):
    """More rows than are taken at a time."""

    most: int
    message = N_("At most %(most)s lines are taken at a time. Paste the statement in parts.")
    about = "statement"


@dataclass(eq=False)
class WrongColumnCount(Refusal):
    """A row has three cells."""

    found: int
    message = N_(
        "A row has three columns, date, amount and text, and this one has %(found)s. Put a text or an amount that "
        "holds a comma between double quotes."
    )


@dataclass(eq=False)
class QuotesBroken(Refusal):
    """The rest of the text cannot be told apart into rows."""

    message = N_("The double quotes are not in order, so the rows from here on cannot be read.")


@dataclass(eq=False)
class DayUnreadable(Refusal):
    """A day in a form that could mean two days, or none."""

    message = N_("Write the date as 2026-03-31 or as 31/03/2026, day first.")


@dataclass(eq=False)
class LineMatched(Refusal):
    """The line is an entry already."""

    message = N_("This bank line is matched already. Take the match back first if it is wrong.")


@dataclass(eq=False)
class EntryMatched(Refusal):
    """The entry is another line of the account already."""

    message = N_("This entry is matched with another bank line. Nothing was changed.")


@dataclass(eq=False)
class LineRemoved(Refusal):
    """The line was entered by mistake and counts no longer."""

    message = N_("This bank line was removed. Enter it anew if the statement shows it.")


@dataclass(eq=False)
class LineNotMatched(Refusal):
    """There is no match to take back."""

    message = N_("This bank line is not matched. Nothing was changed.")


@dataclass(eq=False)
class MovesOtherwise(Refusal):
    """The entry moved the bank account by another amount, or not at all."""

    amount_minor: int
    moved_minor: int
    currency: str
    message = N_(
        "The bank line is of %(amount_minor)s, but the entry moved the bank account by %(moved_minor)s. "
        "They cannot be the same."
    )


@dataclass(eq=False)
class NotMoneyIn(Refusal):
    """A request is paid by money that came in."""

    message = N_("Only money that came in can pay a request. This line is money that went out.")


@dataclass(eq=False)
class BankItself(Refusal):
    """A movement of the bank account has its reason on another account."""

    code: str
    message = N_("Choose the account that says what the money was for. Account %(code)s is the bank account itself.")
    about = "account"


@dataclass(eq=False)
class TransferWaits(Refusal):
    """Both statements show a transfer, and it is one entry: booked from the first line, it is matched with the second."""

    booked_on: date
    message = N_(
        "The entry of %(booked_on)s moved this amount between the two accounts, and no line here is that entry yet. Match the line with it."
    )
    about = "account"


@dataclass(eq=False)
class LinesOfSeveral(Refusal):
    """A match is about one statement."""

    message = N_("The lines are of several bank accounts. Match those of each account on its own.")


@dataclass(eq=False)
class SideMissing(Refusal):
    """A match has two sides."""

    message = N_("Tick at least one line of the statement and one entry of the books.")


@dataclass(eq=False)
class ManyOnBothSides(Refusal):
    """What belongs to what would no longer be told."""

    message = N_(
        "Match one line with several entries, or several lines with one entry. Match what is ticked one after the other."
    )


@dataclass(eq=False)
class SidesDiffer(Refusal):
    """What is ticked does not add up to the same."""

    lines_minor: int
    entries_minor: int
    difference_minor: int
    currency: str
    message = N_(
        "The lines are %(lines_minor)s and the entries %(entries_minor)s. They differ by %(difference_minor)s, so "
        "nothing was matched."
    )


@dataclass(eq=False)
class TooManyTicked(Refusal):
    """More than one match should hold."""

    most: int
    message = N_("At most %(most)s lines and entries are matched together.")


@dataclass(eq=False)
class SuggestionGone(Refusal):
    """What was suggested is no longer so: somebody has matched, booked or changed something."""

    message = N_("The suggestions have changed in the meantime. Nothing was matched; look at them again.")


@dataclass(eq=False)
class WordsTooShort(Refusal):
    """A rule for one letter would suggest nonsense."""

    least: int
    message = N_("Write at least %(least)s letters or digits that the lines have in common.")
    about = "words"


@dataclass(eq=False)
class TooManyRules(Refusal):
    """More rules than anybody overlooks."""

    most: int
    message = N_("There are %(most)s rules already. Delete some that are not used.")


@dataclass(eq=False)
class LineNeedsTwo(Refusal):
    """A line that somebody typed is no evidence of its own, so what it moves has the limit of an entry by hand."""

    most_minor: int
    currency: str
    message = N_(
        "This line was typed in, and more than %(most_minor)s is recorded by two people. Record the entry under Journal, let somebody"
        " of the board approve it, and match it with the line; or enter the bank's own file, which shows the line."
    )


@dataclass(eq=False)
class LineInClosedYear(Refusal):
    """A year is closed when every line of the statement is explained; taking a match back would open that again."""

    ends_on: date
    message = N_("The year to %(ends_on)s is closed with this match, so it stays.")


#: Answered with 409: the state of the lines has changed.
CONFLICTS = (LineInClosedYear, LineMatched, EntryMatched, LineRemoved, LineNotMatched, SuggestionGone)
