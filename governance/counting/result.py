"""The result of a count for several seats: every stage, every transfer and every tie, in exact numbers.

It knows how a result is written down, and not how it came about. Votes are whole numbers of the smallest unit that the rule
counts in, 10 to the power of `places` to a vote.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class StageKind(StrEnum):
    """What happens in a stage."""

    FIRST = "first preferences"
    SURPLUS = "surplus"
    EXCLUSION = "exclusion"


@dataclass(frozen=True, slots=True)
class Transfer:
    """Votes that pass from one candidate to another in a stage."""

    source: int
    #: None: the papers name nobody else who can take them.
    target: int | None
    amount: int


@dataclass(frozen=True, slots=True)
class Tie:
    """Several candidates of whom a stage needs one, and what decided."""

    tied: tuple[int, ...]
    chosen: int
    #: Number of the last earlier stage that set them apart, from 1; None: the lot decided.
    decided_at_stage: int | None
    #: Whom the lot was between: those of the tied whom no earlier stage set apart.
    lot_between: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """One stage of a count, and where the votes are at its end."""

    kind: StageKind
    #: Whose surplus or whose papers are transferred; None in the first stage.
    candidate: int | None
    #: The surplus, or the votes of the excluded candidate.
    amount: int
    transfers: tuple[Transfer, ...]
    #: At the end of the stage, for each candidate of the ballot paper.
    votes: tuple[int, ...]
    non_transferable: int
    #: Votes lost so far because a transfer value is cut off after its last decimal.
    lost_to_rounding: int
    #: Deemed elected at the end of this stage, the most votes first.
    elected: tuple[int, ...]
    tie: Tie | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CountResult:
    """Who is elected, and how it came about."""

    title: str
    #: The rule and its arithmetic, in words.
    rule: str
    arithmetic: str
    places: int
    candidates: tuple[str, ...]
    withdrawn: frozenset[int]
    seats: int
    #: Ballots that name at least one candidate who stands.
    ballots: int
    #: Ballots that name nobody who stands; they take no part.
    blank: int
    quota: int
    #: In the order in which they were elected.
    elected: tuple[int, ...]
    #: The order of candidates by which a lot was decided.
    lot: tuple[int, ...]
    stages: tuple[Stage, ...]

    def written(self, amount: int) -> str:
        """Write votes with all their decimals, as in "2076.00000"."""
        whole, rest = divmod(amount, 10**self.places)
        return f"{whole}.{rest:0{self.places}d}"

    def event(self, stage: Stage) -> str:
        """Say in the words of the published results what happened in a stage. Not translated: other programs read it."""
        if stage.candidate is None:
            return "Begin Count"
        name = self.candidates[stage.candidate]
        if stage.kind is StageKind.SURPLUS:
            return f"Surplus transferred: {name} ({self.written(stage.amount)})"
        return f"Transfer defeated: {name}"

    @property
    def lots(self) -> tuple[tuple[int, Tie], ...]:
        """The ties that only the lot could break, with the number of their stage, from 1."""
        return tuple(
            (number, stage.tie)
            for number, stage in enumerate(self.stages, 1)
            if stage.tie and stage.tie.decided_at_stage is None
        )

    def to_canonical(self, *, detail: bool = False) -> dict[str, object]:
        """Return the published form: names, and votes as decimal strings; the elected in the order of the ballot paper.

        "lots", with the order of the lot, is there only when a lot decided. With `detail` each stage has its transfers, who was elected at
        its end, what was lost to rounding, and its tie: what a page needs to draw and to explain the count.
        """
        published: dict[str, object] = {
            "title": self.title,
            "rule": self.rule,
            "arithmetic": self.arithmetic,
            "seats": self.seats,
            "ballots": self.ballots,
            "quota": self.written(self.quota),
            "elected": self._names(sorted(self.elected)),
            "stages": [self._stage(stage, detail=detail) for stage in self.stages],
        }
        if self.lots:
            published["lot"] = self._names(self.lot)
            published["lots"] = [
                {"stage": number, "between": self._names(tie.lot_between), "chosen": self.candidates[tie.chosen]}
                for number, tie in self.lots
            ]
        return published

    def _names(self, indexes: Iterable[int]) -> list[str]:
        return [self.candidates[index] for index in indexes]

    def _stage(self, stage: Stage, *, detail: bool) -> dict[str, object]:
        """Return one stage in the published form; who has withdrawn is left out."""
        form: dict[str, object] = {
            "event": self.event(stage),
            "votes": {
                name: self.written(stage.votes[index])
                for index, name in enumerate(self.candidates)
                if index not in self.withdrawn
            },
            "non_transferable": self.written(stage.non_transferable),
        }
        if not detail:
            return form
        form["kind"] = stage.kind.value
        form["transfers"] = [
            {
                "from": self.candidates[transfer.source],
                "to": None if transfer.target is None else self.candidates[transfer.target],
                "amount": self.written(transfer.amount),
            }
            for transfer in stage.transfers
        ]
        form["elected"] = self._names(stage.elected)
        form["lost_to_rounding"] = self.written(stage.lost_to_rounding)
        if stage.tie:
            form["tie"] = {
                "tied": self._names(stage.tie.tied),
                "chosen": self.candidates[stage.tie.chosen],
                "decided_at_stage": stage.tie.decided_at_stage,
                "lot_between": self._names(stage.tie.lot_between),
            }
        return form
