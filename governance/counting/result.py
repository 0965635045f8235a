"""The result of a count: who is elected, every stage, every transfer and every tie, in exact numbers.

It knows how a result is written down, and not how it came about. Votes are numbers of the smallest unit that is written, 10 to
the power of `places` to a vote: whole numbers, or exact fractions of that unit where a rule rounds nothing.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from math import floor

#: Votes in units; what is written rounds the last place half up, the number itself stays exact.
Amount = int | Fraction


class StageKind(StrEnum):
    """What happens in a stage."""

    FIRST = "first preferences"
    SURPLUS = "surplus"
    EXCLUSION = "exclusion"
    #: A seat falls by lot among those who have equal votes for it.
    LOT = "lot"
    #: Somebody goes on to the runoff who has equal points with others.
    FINALIST = "finalist"
    #: The two with the most points are compared.
    RUNOFF = "runoff"
    #: Votes are shared out again until, in turn: somebody is elected; surpluses are as good as none; they no longer shrink;
    #: several can no longer be elected.
    ITERATED_ELECTED = "iterated until elected"
    ITERATED_OMEGA = "iterated until no surplus"
    ITERATED_STABLE = "iterated until stable"
    ITERATED_BATCH = "iterated until sure losers"


_ITERATED = {
    StageKind.ITERATED_ELECTED: "Iterate (elected)",
    StageKind.ITERATED_OMEGA: "Iterate (omega)",
    StageKind.ITERATED_STABLE: "Iterate (stable)",
    StageKind.ITERATED_BATCH: "Iterate (batch)",
}
_ABOUT = {
    StageKind.EXCLUSION: "Transfer defeated",
    StageKind.LOT: "Elected by lot",
    StageKind.FINALIST: "Finalist by tie-break",
}


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
    #: Number of the last earlier stage that set them apart, from 1; None: something else did, or the lot.
    decided_at_stage: int | None
    #: Whom the lot was between: those of the tied whom nothing else set apart; nobody where the lot was not needed.
    lot_between: tuple[int, ...] = ()
    #: What set them apart, where it was neither an earlier stage nor the lot.
    decided_by: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """One stage of a count, and where the votes are at its end."""

    kind: StageKind
    #: Whose surplus or whose papers are transferred, or on whom the lot falls; None in the other stages.
    candidate: int | None
    #: The surplus, or the votes of the excluded candidate.
    amount: Amount
    transfers: tuple[Transfer, ...]
    #: At the end of the stage, for each candidate of the ballot paper.
    votes: tuple[Amount, ...]
    non_transferable: Amount
    #: Votes lost so far because a transfer value is cut off after its last decimal.
    lost_to_rounding: int = 0
    #: Deemed elected at the end of this stage, the most votes first.
    elected: tuple[int, ...]
    tie: Tie | None = None
    #: The quota of this stage, where it moves from stage to stage.
    quota: Amount | None = None
    #: Excluded at the end of this stage, their votes still in it.
    excluded: tuple[int, ...] = ()
    #: What each candidate keeps of a vote that arrives, in units, where the rule works by that.
    keep: tuple[Amount, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Result(ABC):
    """What the results of all rules have in common."""

    title: str
    #: The rule and its arithmetic, in words.
    rule: str
    arithmetic: str
    candidates: tuple[str, ...]
    withdrawn: frozenset[int]
    #: Ballots that name at least one candidate who stands.
    ballots: int
    #: Ballots that name nobody who stands; they take no part.
    blank: int
    #: In the order in which they were elected.
    elected: tuple[int, ...]
    #: The order of candidates by which a lot was decided.
    lot: tuple[int, ...]

    @abstractmethod
    def to_canonical(self, *, detail: bool = False) -> dict[str, object]:
        """Return the published form: names, and numbers as strings; with `detail` also what a page needs to explain the count."""

    @property
    def standing(self) -> tuple[int, ...]:
        """The candidates who have not withdrawn, in the order of the ballot paper."""
        return tuple(index for index in range(len(self.candidates)) if index not in self.withdrawn)

    def names(self, indexes: Iterable[int]) -> list[str]:
        """Return candidates by their names."""
        return [self.candidates[index] for index in indexes]

    def published_lots(self, lots: Iterable[tuple[int, Tie]]) -> dict[str, object]:
        """Return the order of the lot and what it decided, or nothing where it decided nothing."""
        decided = [
            {"stage": number, "between": self.names(tie.lot_between), "chosen": self.candidates[tie.chosen]}
            for number, tie in lots
        ]
        return {"lot": self.names(self.lot), "lots": decided} if decided else {}


def written(amount: Amount, places: int) -> str:
    """Write a number of units with all its decimals, as in "2076.00000"."""
    units = floor(amount + Fraction(1, 2)) if isinstance(amount, Fraction) else amount
    whole, rest = divmod(units, 10**places)
    return f"{whole}.{rest:0{places}d}" if places else str(whole)


@dataclass(frozen=True, slots=True, kw_only=True)
class CountResult(Result):
    """The result of a rule that goes from stage to stage."""

    places: int
    seats: int
    #: What elects, at the beginning of the count; None where the rule has no quota.
    quota: Amount | None
    stages: tuple[Stage, ...]
    #: Whether the published form says what is not transferable; in counts by Meek it does not.
    states_non_transferable: bool = True

    def written(self, amount: Amount) -> str:
        """Write votes with all their decimals."""
        return written(amount, self.places)

    def event(self, stage: Stage) -> str:
        """Say in the words of the published results what happened in a stage. Not translated: other programs read it."""
        if stage.kind in _ITERATED:
            return _ITERATED[stage.kind]
        if stage.kind is StageKind.RUNOFF:
            return "Automatic runoff"
        if stage.candidate is None:
            return "Begin Count"
        name = self.candidates[stage.candidate]
        if stage.kind is StageKind.SURPLUS:
            return f"Surplus transferred: {name} ({self.written(stage.amount)})"
        return f"{_ABOUT[stage.kind]}: {name}"

    @property
    def lots(self) -> tuple[tuple[int, Tie], ...]:
        """The ties that only the lot could break, with the number of their stage, from 1."""
        return tuple(
            (number, stage.tie) for number, stage in enumerate(self.stages, 1) if stage.tie and stage.tie.lot_between
        )

    def to_canonical(self, *, detail: bool = False) -> dict[str, object]:
        """Return the published form: names, and votes as decimal strings; the elected in the order of the ballot paper.

        "lots", with the order of the lot, is there only when a lot decided. With `detail` each stage has its transfers, who was
        elected at its end, what was lost to rounding, and its tie: what a page needs to draw and to explain the count.
        """
        return {
            "title": self.title,
            "rule": self.rule,
            "arithmetic": self.arithmetic,
            "seats": self.seats,
            "ballots": self.ballots,
            "quota": None if self.quota is None else self.written(self.quota),
            "elected": self.names(sorted(self.elected)),
            "stages": [self._stage(stage, detail=detail) for stage in self.stages],
            **self.published_lots(self.lots),
        }

    def _stage(self, stage: Stage, *, detail: bool) -> dict[str, object]:
        """Return one stage in the published form; who has withdrawn is left out."""
        stated = self.states_non_transferable or detail
        form: dict[str, object] = {
            "event": self.event(stage),
            "votes": {self.candidates[index]: self.written(stage.votes[index]) for index in self.standing},
            "non_transferable": self.written(stage.non_transferable) if stated else None,
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
        form["elected"] = self.names(stage.elected)
        form["lost_to_rounding"] = self.written(stage.lost_to_rounding)
        if stage.quota is not None:
            form["quota"] = self.written(stage.quota)
        if stage.keep:
            form["keep_factors"] = {self.candidates[index]: self.written(stage.keep[index]) for index in self.standing}
        if stage.excluded:
            form["excluded"] = self.names(stage.excluded)
        if stage.tie:
            form["tie"] = self._tie(stage.tie)
        return form

    def _tie(self, tie: Tie) -> dict[str, object]:
        """Return a tie with what decided it."""
        form: dict[str, object] = {
            "tied": self.names(tie.tied),
            "chosen": self.candidates[tie.chosen],
            "decided_at_stage": tie.decided_at_stage,
            "lot_between": self.names(tie.lot_between),
        }
        return form if tie.decided_by is None else form | {"decided_by": tie.decided_by}
