"""What a scrutineer's sheet says: how it is written down, read again, and laid beside another's.

It knows no database: whether a sheet fits the marks of a vote is decided in `governance.paper.scrutiny`. In a roll-call a sheet has
one line for each voter; in a secret vote it counts the ballots that are alike.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from evidence.canonical import canonical_bytes

#: An answer as canonical JSON, as ballots have it; `null` is a vote in a roll-call that says nothing that can be counted.
Answer = str
SPOILT: Answer = "null"


@dataclass(frozen=True)
class VotesFound:
    """Votes of a roll-call: the answer of each voter by the entry of the roll, or that it is spoilt."""

    votes: Mapping[UUID, Answer]

    @property
    def spoilt(self) -> int:
        """How many say nothing that can be counted."""
        return list(self.votes.values()).count(SPOILT)

    @property
    def voters(self) -> int:
        """How many marked voters the sheet accounts for."""
        return len(self.votes)

    def written(self) -> str:
        """Return the canonical JSON: `{"votes": [[entry, answer or null] ...]}`, sorted."""
        votes = [[str(entry_id), json.loads(self.votes[entry_id])] for entry_id in sorted(self.votes, key=str)]
        return canonical_bytes({"votes": votes}).decode()

    def lines(self) -> "Lines":
        """Return the sheet line by line."""
        return dict[About, Found](self.votes.items())


@dataclass(frozen=True)
class Pile:
    """Secret ballots that are alike."""

    class_code: str
    weight: int
    answer: Answer


class Rest(StrEnum):
    """What a scrutineer of a secret vote counts beside the piles."""

    SPOILT = "spoilt"
    NOT_RETURNED = "not_returned"


@dataclass(frozen=True)
class BallotsFound:
    """Ballots of a secret vote: how many of each pile, how many are spoilt, and how many did not come back."""

    piles: Mapping[Pile, int]
    spoilt: int = 0
    not_returned: int = 0

    @property
    def ballots(self) -> int:
        """How many go into the count."""
        return sum(self.piles.values())

    @property
    def voters(self) -> int:
        """How many marked voters the sheet accounts for."""
        return self.ballots + self.spoilt + self.not_returned

    def written(self) -> str:
        """Return the canonical JSON: `{"ballots": [[class, weight, answer, how many] ...], "not_returned": n, "spoilt": n}`.

        An empty pile is not written, and the others are sorted by how they read.
        """
        piles = sorted((pile.class_code, pile.weight, pile.answer, many) for pile, many in self.piles.items() if many)
        ballots = [[class_code, weight, json.loads(answer), many] for class_code, weight, answer, many in piles]
        record = {"ballots": ballots, "spoilt": self.spoilt, "not_returned": self.not_returned}
        return canonical_bytes(record).decode()

    def lines(self) -> "Lines":
        """Return the sheet line by line."""
        piles: Lines = {pile: many for pile, many in self.piles.items() if many}
        return {**piles, Rest.SPOILT: self.spoilt, Rest.NOT_RETURNED: self.not_returned}


Findings = VotesFound | BallotsFound
#: What a line of a sheet is about, and what was found: an answer or a number.
About = UUID | Pile | Rest
Found = Answer | int
Lines = Mapping[About, Found]


@dataclass(frozen=True)
class ComparedLine:
    """What several sheets say about one thing, in the order of the sheets. A pile that a sheet does not have counts 0."""

    about: About
    found: tuple[Found | None, ...]

    @property
    def differs(self) -> bool:
        """Whether the sheets disagree."""
        return len(set(self.found)) > 1


def read(content: str) -> Findings:
    """Read what `written` wrote."""
    record = json.loads(content)
    if "votes" in record:
        return VotesFound({UUID(entry): canonical_bytes(answer).decode() for entry, answer in record["votes"]})
    piles = {
        Pile(class_code, weight, canonical_bytes(answer).decode()): many
        for class_code, weight, answer, many in record["ballots"]
    }
    return BallotsFound(piles, record["spoilt"], record["not_returned"])


def compare(*sheets: Findings) -> tuple[ComparedLine, ...]:
    """Lay sheets of one vote beside each other, line by line: voters by their entries, piles by what they are, then the rest."""
    read_as = [sheet.lines() for sheet in sheets]
    abouts = sorted({about for lines in read_as for about in lines}, key=_place)
    return tuple(
        ComparedLine(about, tuple(lines.get(about, 0 if isinstance(about, Pile) else None) for lines in read_as))
        for about in abouts
    )


def _place(about: About) -> tuple[object, ...]:
    match about:
        case UUID():
            return 0, str(about)
        case Pile():
            return 1, about.class_code, about.weight, about.answer
        case Rest():
            return 2, list(Rest).index(about)
