"""What is refused about votes that are counted outside, beside what governance refuses about the files of Belenios."""

from dataclasses import dataclass

from evidence.messages import N_, Refusal


@dataclass(eq=False)
class NotHandedOver(Refusal):
    """The question was not handed over yet."""

    message = N_("First hand over the question: what Belenios is to ask.")


@dataclass(eq=False)
class NotTold(Refusal):
    """Members were not told of any election in Belenios."""

    message = N_("First tell members where they vote: the address and the fingerprint of the election in Belenios.")


@dataclass(eq=False)
class NoEvidence(Refusal):
    """There is no archive to bring in, or another one took its place."""

    message = N_("The archive is no longer the one that was shown. Nothing was recorded; please look at it again.")


@dataclass(eq=False)
class AddressOfNoElection(Refusal):
    """The address does not lead to an election in Belenios."""

    message = N_(
        "This is no address of a Belenios election. It looks like https://vote.belenios.org/election#Fv7ZkkNJrFNYk9."
    )
    about = "address"


@dataclass(eq=False)
class ParametersOfOtherElection(Refusal):
    """The parameters are those of another election than the address."""

    election: str
    message = N_("These parameters belong to the election %(election)s, and the address leads to another one.")
    about = "parameters"


@dataclass(eq=False)
class FingerprintDiffers(Refusal):
    """The fingerprint is not that of the parameters."""

    found: str
    message = N_(
        "The parameters below have another fingerprint: %(found)s. Copy both from the same election, without a change."
    )
    about = "fingerprint"


@dataclass(eq=False)
class EvidenceTooLarge(Refusal):
    """The archive is larger than what is taken."""

    most_megabytes: int
    message = N_("This archive is too large: at most %(most_megabytes)s MB can be kept.")
    about = "file"


#: Refusals because of the state that the matter is in (409).
CONFLICTS = (NotHandedOver, NotTold, NoEvidence)
