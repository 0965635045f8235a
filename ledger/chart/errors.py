"""What is refused about the chart of accounts: where an account stands, and what it is part of."""

from dataclasses import dataclass

from evidence.messages import N_
from ledger.errors import LedgerRefusal


@dataclass(eq=False)
class HeadingCodeMalformed(LedgerRefusal):
    """The code of a heading is shorter than that of any account."""

    message = N_("The code of a heading has 1 to 3 digits, such as 11.")
    about = "code"


@dataclass(eq=False)
class NameMissing(LedgerRefusal):
    """An account is found by its name as much as by its code."""

    message = N_("Enter a name.")
    about = "name"


@dataclass(eq=False)
class NameTooLong(LedgerRefusal):
    """More than the column of a name holds."""

    longest: int
    message = N_("Please keep this to %(longest)s characters.")
    about = "name"


@dataclass(eq=False)
class NoSuchHeading(LedgerRefusal):
    """There is no heading with this code, or it is closed."""

    heading: str
    message = N_("There is no open heading %(heading)s in the chart.")
    about = "heading"


@dataclass(eq=False)
class HeadingOfOtherKind(LedgerRefusal):
    """What stands under a heading is added up, so it is all of one kind."""

    heading: str
    message = N_("Heading %(heading)s is over accounts of another kind.")
    about = "heading"


@dataclass(eq=False)
class HeadingUnderItself(LedgerRefusal):
    """A heading cannot stand under one of those that stand under it."""

    code: str
    heading: str
    message = N_("Heading %(heading)s stands under %(code)s itself.")
    about = "heading"


@dataclass(eq=False)
class HeadingOnlyAddsUp(LedgerRefusal):
    """A heading is on no side, part of no line and about nobody: its accounts are."""

    about: str
    message = N_("A heading only adds up what stands under it. Leave this empty.")


@dataclass(eq=False)
class HeadingInUse(LedgerRefusal):
    """A heading closes after everything under it."""

    code: str
    message = N_("Accounts under %(code)s are still open. Close them, or move them to another heading.")


@dataclass(eq=False)
class NoSuchLine(LedgerRefusal):
    """The statements have no such line for accounts of the kind."""

    statement_line: str
    message = N_("The statements have no line %(statement_line)s for accounts of this kind.")
    about = "statement_line"


@dataclass(eq=False)
class TagMalformed(LedgerRefusal):
    """Tags come from forms of others, which name their boxes in many ways, but briefly."""

    message = N_("A tag has at most 40 letters, digits, dots, slashes and dashes.")
    about = "statutory_tag"


@dataclass(eq=False)
class BusinessOfNobody(LedgerRefusal):
    """Assets, liabilities and equity are nobody's business with the co-op."""

    message = N_("Only income and expenses are somebody's business with the co-op.")
    about = "business"


@dataclass(eq=False)
class BusinessFixed(LedgerRefusal):
    """The program decides by itself whose business it books here."""

    code: str
    message = N_("The program itself books to account %(code)s, so whose business it shows stays as it is.")
    about = "business"


@dataclass(eq=False)
class PartiesFixed(LedgerRefusal):
    """Entries stand on the account, with or without a party."""

    code: str
    message = N_("Account %(code)s has entries, so whether they say whom they are about stays as it is.")
    about = "by_party"


@dataclass(eq=False)
class LineFixed(LedgerRefusal):
    """The program books to the account because it is part of its line."""

    code: str
    message = N_("Share capital stands on account %(code)s, so its line of the statements stays as it is.")
    about = "statement_line"


@dataclass(eq=False)
class FundOnAccount(LedgerRefusal):
    """Whether what is unspent of a fund is a liability or a reserve follows from the line of its account."""

    code: str
    message = N_("A fund stands on account %(code)s, so its line of the statements stays as it is.")
    about = "statement_line"


@dataclass(eq=False)
class InClosedYear(LedgerRefusal):
    """Another line or another business would change the figures of statements that were published."""

    code: str
    about: str
    message = N_(
        "Account %(code)s has entries in a closed year, so this stays as it is: the year's statements would change. Open another"
        " account for what is to stand elsewhere from now on."
    )


@dataclass(eq=False)
class ChartTooLong(LedgerRefusal):
    """More rows than any chart has."""

    most: int
    message = N_("A chart can have at most %(most)s rows.")
    about = "file"


@dataclass(eq=False)
class CellUnknown(LedgerRefusal):
    """A cell holds something else than one of a few words."""

    choices: str
    message = N_("This must be one of: %(choices)s.")


@dataclass(eq=False)
class CodeTwice(LedgerRefusal):
    """Two rows about the same account may contradict each other."""

    first: int
    message = N_("Row %(first)s has this code already.")


@dataclass(eq=False)
class StaysAsItIs(LedgerRefusal):
    """Entries rest on it, so it cannot become something else."""

    present: str
    about: str
    message = N_("In the books this is %(present)s, and it cannot change.")


#: Refusals that the state of the books causes, not what was written in the form: 409 for the web.
CONFLICTS = (HeadingInUse,)
