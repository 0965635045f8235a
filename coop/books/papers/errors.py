"""What is refused about the papers of entries."""

from dataclasses import dataclass

from evidence.messages import N_, Refusal


@dataclass(eq=False)
class PaperThere(Refusal):
    """The entry has a paper of the same bytes."""

    message = N_("This very file is among the papers of this entry already.")
    about = "file"


CONFLICTS = (PaperThere,)
