"""What is refused about the files of an election in Belenios. Nothing of such a file is recorded."""

from dataclasses import dataclass

from evidence.messages import N_
from governance.errors import GovernanceRefusal


@dataclass(eq=False)
class ArchiveRefused(GovernanceRefusal):
    """The file is not what an election in Belenios leaves behind."""

    about = "file"


@dataclass(eq=False)
class NotAnArchive(ArchiveRefused):
    """The bytes are no archive of an election."""

    message = N_("This file is no archive of a Belenios election. Its name ends in .bel.")


@dataclass(eq=False)
class ArchiveInZip(ArchiveRefused):
    """The file that Belenios hands to who administers an election; it holds the voters' addresses too."""

    message = N_(
        "This is the archive.zip of the election, which holds the voters' addresses too. Unpack it, and choose the file that"
        " ends in .bel from its folder “public”."
    )


@dataclass(eq=False)
class ArchiveOfOtherVersion(ArchiveRefused):
    """A version of Belenios whose files are not known."""

    version: str
    message = N_("This election was made in a form of Belenios that is not known here: version %(version)s.")


@dataclass(eq=False)
class ArchiveAltered(ArchiveRefused):
    """An entry does not have the content that its name says, or what points at it does not find it."""

    name: str
    message = N_("This archive was altered or damaged: %(name)s does not match its content, or does not belong there.")


@dataclass(eq=False)
class ArchiveUnfinished(ArchiveRefused):
    """The election is not tallied."""

    message = N_("This archive has no result yet. Download it again once the election is tallied in Belenios.")


@dataclass(eq=False)
class ArchiveContradicts(ArchiveRefused):
    """The parts of the archive do not add up."""

    stated: int
    found: int
    message = N_("The parts of this archive contradict each other: it states %(stated)s, and holds %(found)s.")


@dataclass(eq=False)
class OtherFingerprint(ArchiveRefused):
    """The archive belongs to another election than the one that members were told of."""

    told: str
    found: str
    message = N_(
        "This archive has the fingerprint %(found)s. Members were told of the election with the fingerprint %(told)s."
    )


@dataclass(eq=False)
class ParametersUnreadable(GovernanceRefusal):
    """The parameters of an election are not JSON, or miss what belongs to them."""

    message = N_(
        "These are no parameters of a Belenios election. Copy all of that page, from the first brace to the last."
    )
    about = "parameters"


@dataclass(eq=False)
class OtherFormOfQuestion(GovernanceRefusal):
    """The election has not the one question that was handed over, in its form."""

    message = N_(
        "In Belenios there must be exactly one question: for a proposal one choice among the answers, without a blank vote;"
        " for an election a ranking counted by STV, without a blank vote."
    )
    about = "parameters"


@dataclass(eq=False)
class OtherWords(GovernanceRefusal):
    """A title, question or answer is not what was handed over."""

    asked: str
    found: str
    message = N_("In Belenios stands “%(found)s” where “%(asked)s” belongs. Put it right there before you go on.")
    about = "parameters"
