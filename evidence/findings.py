"""What a check found: one value for all three parts of the house, so that `coop check` prints them alike."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """Something that should not be: which check saw it, and where."""

    #: A stable code such as `ledger-unbalanced`.
    check: str
    #: References, codes and numbers that lead to the place; never a name.
    detail: str

    def __str__(self) -> str:
        return f"{self.check}: {self.detail}"
