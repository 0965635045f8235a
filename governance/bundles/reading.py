"""What the files of a bundle say, read for checking: by name, once, and with a line to say where something is not as it should be."""

import csv
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from io import StringIO
from typing import Any
from uuid import UUID

from governance.bundles.packing import Unpacked
from governance.counts import rule_in
from governance.methods import ElectionRule, Rule
from governance.rolls import Voter
from governance.shown import Shown

#: What reading something that is not as it should be may end in.
MALFORMED = (LookupError, TypeError, ValueError, AttributeError, ArithmeticError, RecursionError, csv.Error)


class DoesNotHold(Exception):
    """Something in a bundle does not hold; one line for each thing."""

    def __init__(self, *lines: str) -> None:
        super().__init__(*lines)
        self.lines = lines


def need(holds: object, line: str) -> None:
    """Go on only if something holds.

    Raises:
        DoesNotHold
    """
    if not holds:
        raise DoesNotHold(line)


@dataclass(frozen=True)
class RollLine:
    """An entry of the roll."""

    voter: Voter
    frozen: bool
    struck: bool
    #: Its own id, in a roll-call, if it voted.
    entry: str

    @property
    def marks(self) -> tuple[str, str]:
        """Whether it was frozen and whether it was struck, as the file says it."""
        return ("yes" if self.frozen else "no"), ("yes" if self.struck else "no")


class Bundle:
    """The files of a bundle, and what they say.

    Reading raises `DoesNotHold`, or one of `MALFORMED`.
    """

    def __init__(self, unpacked: Unpacked) -> None:
        self.files, self.damaged = unpacked.files, unpacked.damaged

    def content(self, name: str) -> bytes:
        """Return a file."""
        need(name in self.files, f"{name} is missing")
        return self.files[name]

    def need_written(self, name: str, expected: bytes) -> None:
        """Go on only if a file is, byte for byte, what it has to be. Say it last: what it means may be wrong more plainly.

        Raises:
            DoesNotHold
        """
        need(self.content(name) == expected, f"{name} was changed: it is not what the rest of the bundle makes it")

    def digest(self, name: str) -> str:
        """Return the SHA-256 of a file."""
        return hashlib.sha256(self.content(name)).hexdigest()

    def json(self, name: str) -> Any:
        """Return what a JSON file holds."""
        try:
            return json.loads(self.content(name), object_pairs_hook=_told_once, parse_constant=_no_number)
        except MALFORMED:
            raise DoesNotHold(f"{name} cannot be read: it is no JSON") from None

    @cached_property
    def record(self) -> Mapping[str, Any]:
        """The record of the result."""
        record: Mapping[str, Any] = self.json("record.json")
        return record

    @cached_property
    def rule(self) -> Rule:
        """The rule of the vote."""
        rule = rule_in(self.record["rule"])
        if isinstance(rule, ElectionRule):
            rule.check()
        return rule

    @cached_property
    def opening(self) -> Mapping[str, Any]:
        """The record of the opening."""
        opening: Mapping[str, Any] = self.json("opening.json")
        return opening

    @cached_property
    def ballots(self) -> Mapping[str, Any]:
        """The ballots, as far as they are shown."""
        ballots: Mapping[str, Any] = self.json("ballots.json")
        return ballots

    @cached_property
    def links(self) -> list[Mapping[str, Any]]:
        """The links of the chain."""
        links: list[Mapping[str, Any]] = self.json("chain.json")["links"]
        need(links, "chain.json holds no link")
        return links

    @property
    def proposal_id(self) -> UUID:
        """The vote that the record is of."""
        return UUID(self.record["proposal"])

    @property
    def of_first_form(self) -> bool:
        """Whether the vote was opened before openings were linked to the chain."""
        return "opened" not in self.record

    @cached_property
    def roll(self) -> list[RollLine]:
        """All entries of the roll."""
        rows = csv.DictReader(StringIO(self.content("roll.csv").decode(), newline=""), strict=True)
        return [
            RollLine(
                Voter(UUID(row["voter"]), row["class"], row["reason"], int(row["weight"])),
                _yes(row["frozen"]),
                _yes(row["struck"]),
                row.get("entry", ""),
            )
            for row in rows
        ]

    @property
    def standing(self) -> list[RollLine]:
        """The entries that count."""
        return [line for line in self.roll if not line.struck]

    @property
    def votes_on_roll(self) -> int:
        """The votes of all entries that count."""
        return sum(line.voter.weight for line in self.standing)

    @cached_property
    def shown(self) -> Shown:
        """How much of the ballots is shown."""
        return Shown(self.ballots["shown"])

    @cached_property
    def answers(self) -> list[tuple[Any, int]] | None:
        """Answer and weight of each ballot, or each answer with its votes; nothing where these are not shown."""
        match self.shown:
            case Shown.RECEIPTS | Shown.ELSEWHERE:
                return None
            case Shown.TALLY:
                found = [(choice, votes) for choice, votes in self.ballots["tally"]["votes"]]
            case _:
                found = [(row["choice"], row["weight"]) for row in self.ballots[self.shown.value]]
        need(
            all(type(weight) is int and weight > 0 for _, weight in found), "ballots.json: a weight is no whole number"
        )
        return found

    @cached_property
    def receipts(self) -> list[str]:
        """The receipts of all secret ballots."""
        if self.shown is Shown.ROWS:
            return [row["receipt"] for row in self.ballots["rows"]]
        return list(self.ballots["receipts"])


def _told_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return a JSON object. Of a key that is there twice other programs may read the other value."""
    told = dict(pairs)
    if len(told) < len(pairs):
        raise ValueError("a key is there twice")
    return told


def _no_number(text: str) -> None:
    raise ValueError(f"{text} is no number of JSON")


def _yes(text: str) -> bool:
    if text not in {"yes", "no"}:
        raise ValueError(f"neither yes nor no: {text}")
    return text == "yes"
