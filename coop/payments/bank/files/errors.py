"""What is refused about a bank's file as a whole, or about a row of it."""

from dataclasses import dataclass

from evidence.messages import N_, Refusal


@dataclass(eq=False)
class FileRefusal(Refusal):
    """A file of which nothing was taken."""

    about = "file"


@dataclass(eq=False)
class FileEmpty(FileRefusal):
    """There is nothing in it."""

    message = N_("The file holds no line of a statement.")


@dataclass(eq=False)
class FileTooLarge(FileRefusal):
    """Larger than a statement of as many lines as are taken."""

    most_kilobytes: int
    message = N_("The file is larger than %(most_kilobytes)s KB. Download fewer weeks at a time.")


@dataclass(eq=False)
class NotOfx(FileRefusal):
    """It begins as OFX and cannot be read as that."""

    message = N_("The file is not OFX as banks write it. Download it again, or take another format.")


@dataclass(eq=False)
class NotCamt(FileRefusal):
    """It is XML, and no CAMT.053."""

    message = N_(
        "The file is XML, but no bank statement of the kind CAMT.053. Download it again, or take another format."
    )


@dataclass(eq=False)
class DeclaresEntities(FileRefusal):
    """No bank writes a document type into a statement; who wants to do harm does."""

    message = N_("The file declares a document type or entities, which no bank does. It was not read.")


@dataclass(eq=False)
class SeveralAccounts(FileRefusal):
    """Which of the accounts is the co-op's, the file cannot say."""

    count: int
    message = N_("The file holds %(count)s accounts. Download the one of the co-op alone.")


@dataclass(eq=False)
class OtherCurrency(FileRefusal):
    """The account is kept in another currency than the books."""

    found: str
    expected: str
    message = N_("The file is in %(found)s, and the books are in %(expected)s.")


@dataclass(eq=False)
class OtherAccount(FileRefusal):
    """The file is the statement of another of the co-op's bank accounts."""

    code: str
    name: str
    message = N_("The file is of account %(code)s %(name)s. Enter it there.")


@dataclass(eq=False)
class StatementsApart(FileRefusal):
    """One statement of the file does not begin where the one before ends."""

    message = N_("The file holds statements that do not join: days are missing between them. Download them one by one.")


@dataclass(eq=False)
class DoesNotAddUp(FileRefusal):
    """The file itself is incomplete or damaged."""

    opening_minor: int
    lines_minor: int
    closing_minor: int
    currency: str
    message = N_(
        "The file does not add up: it begins with %(opening_minor)s, its lines are %(lines_minor)s, and it ends with "
        "%(closing_minor)s. Download it again."
    )


@dataclass(eq=False)
class ColumnsUnknown(FileRefusal):
    """What the columns mean was never chosen, or the bank writes others now."""

    message = N_("Say what the columns of the file mean. That is kept for the next file of this bank.")


@dataclass(eq=False)
class MappingWrong(Refusal):
    """What was chosen for the columns cannot be."""

    about: str
    message = N_("Choose a column that the file has, and each for one purpose only.")


@dataclass(eq=False)
class AmountColumnMissing(Refusal):
    """Without amounts there is no statement."""

    message = N_("Choose the column of amounts, or those of money out and of money in.")
    about = "amount"


@dataclass(eq=False)
class ColumnMissing(Refusal):
    """A row has fewer cells than the one above it."""

    found: int
    message = N_("The row ends before this column: it has %(found)s cells.")


@dataclass(eq=False)
class DayOtherwise(Refusal):
    """A date in another form than the one chosen."""

    example: str
    message = N_("This is no date in the form chosen, such as %(example)s.")


@dataclass(eq=False)
class AmountElsewhere(Refusal):
    """An amount that says of itself that it is in another currency: taken as it stands it would be another amount."""

    found: str
    expected: str
    message = N_("The amount is in %(found)s, and the books are in %(expected)s.")


@dataclass(eq=False)
class BothSides(Refusal):
    """Money cannot come in and go out in one movement."""

    message = N_("The row has money out and money in at once.")


@dataclass(eq=False)
class BalanceBroken(Refusal):
    """A line is missing or was altered between this row and the one before."""

    expected_minor: int
    currency: str
    message = N_("The balance does not follow from the row before: it should be %(expected_minor)s. A row is missing.")


@dataclass(eq=False)
class ElementMissing(Refusal):
    """The bank left out what every line has."""

    name: str
    message = N_("The line has no %(name)s.")


@dataclass(eq=False)
class ElementUnreadable(Refusal):
    """The bank wrote something that the format does not know."""

    message = N_("This cannot be read as the format writes it.")
