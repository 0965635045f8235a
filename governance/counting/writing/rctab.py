"""Configurations for RCTab, the tabulator of the Ranked Choice Voting Resource Center, and which of our rules it can count.

RCTab (version 2) takes a CSV file with one ballot a row, as `table.single_lines` and `table.receipted_lines` write it, and a JSON
file that names the candidates and the rules. Where it counts a rule otherwise than we do in some point, that is said; where it has
no such rule, there is no configuration, and the reason is said instead.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from evidence.messages import N_
from governance.counting.errors import Cause
from governance.counting.files.table import TAKEN
from governance.counting.writing.names import one_line, told_apart

#: The version of RCTab whose settings these are.
VERSION = "2.0.1"

#: What our rules have in common with RCTab's, and where the two part.
_ASKS = N_(
    "A tie that no earlier round decides is put to whoever runs RCTab: name the candidate whom our result says the lot fell on."
)
_ONE_SEAT = N_(
    "With one seat RCTab stops as soon as somebody has more than half of the votes still in the count, which may be a round"
    " earlier; the same candidate is elected."
)
_AT_ONCE = N_(
    "RCTab passes on the surpluses of all who are elected in one round together, and we the largest first, one a stage. Its rounds"
    " are fewer, and in rare cases somebody else may be elected."
)
_ROUNDING = N_(
    "RCTab cuts off the transfer value after five decimals before it multiplies, and we afterwards: votes may differ in the last"
    " decimals."
)


@dataclass(frozen=True, slots=True)
class Configuration:
    """A configuration, and what to know when its result is laid beside ours."""

    settings: Mapping[str, object]
    differences: tuple[Cause, ...]

    def text(self) -> str:
        """Return the file."""
        return json.dumps(self.settings, ensure_ascii=False, indent=2) + "\n"


@dataclass(frozen=True, slots=True)
class NoEquivalent:
    """RCTab has no rule like ours."""

    reason: Cause


_REASONS: Mapping[str, Cause] = MappingProxyType(
    {
        **dict.fromkeys(
            ("meek-stv", "meek-stv-9"), Cause(N_("RCTab does not count the single transferable vote by Meek."))
        ),
        **dict.fromkeys(
            ("schulze", "schulze-margins", "ranked-pairs"),
            Cause(N_("RCTab does not compare candidates two by two.")),
        ),
        **dict.fromkeys(("score", "star", "dots"), Cause(N_("RCTab counts rankings and no points."))),
        **dict.fromkeys(
            ("equal-shares", "equal-shares-cardinality", "equal-shares-add1", "equal-shares-add1u"),
            Cause(N_("RCTab counts elections and no budgets.")),
        ),
    }
)
_OTHERS = Cause(N_("RCTab counts rankings by transferring votes, and this rule transfers none."))


def configuration(
    rule: str,
    candidates: Sequence[str],
    *,
    seats: int,
    title: str,
    ballots_file: str,
    withdrawn: Collection[int] = (),
    receipts: bool = False,
) -> Configuration | NoEquivalent:
    """Return the configuration with which RCTab counts `ballots_file`, which lies beside it, by one of our rules.

    With `receipts` the file has the columns of the receipt and the random number before those of the candidates. The columns of
    those who have withdrawn may be there or not.
    """
    if rule not in {"irv", "scottish-stv"}:
        return NoEquivalent(_REASONS.get(rule, _OTHERS))
    mode, differences = "singleWinnerMajority", [Cause(_ASKS)]
    if seats > 1:
        mode = "multiWinnerAllowMultipleWinnersPerRound"
        differences += [Cause(_AT_ONCE), Cause(_ROUNDING)]
    elif rule == "scottish-stv":
        differences.append(Cause(_ONE_SEAT))
    settings = {
        "tabulatorVersion": VERSION,
        "outputSettings": {"contestName": one_line(title) or "Election", "outputDirectory": "output"},
        "cvrFileSources": [_source(ballots_file, receipts=receipts)],
        "candidates": [
            {"name": name, "excluded": index in withdrawn, "aliases": []}
            for index, name in enumerate(told_apart(candidates, TAKEN))
        ],
        "rules": _rules(mode, seats),
    }
    return Configuration(settings, tuple(differences))


def _source(ballots_file: str, *, receipts: bool) -> dict[str, object]:
    """Return where the ballots are, columns and rows counted from 1."""
    return {
        "provider": "genericCsv",
        "filePath": ballots_file,
        "contestId": "",
        "firstVoteColumnIndex": "3" if receipts else "1",
        "firstVoteRowIndex": "2",
        "idColumnIndex": "1" if receipts else "",
    }


def _rules(mode: str, seats: int) -> dict[str, object]:
    """Return the settings of the count: ties by earlier rounds, the Droop quota in whole votes, five decimals."""
    return {
        "winnerElectionMode": mode,
        "numberOfWinners": str(seats),
        "tiebreakMode": "previousRoundCountsThenAsk",
        "overvoteRule": "exhaustImmediately",
        "decimalPlacesForVoteArithmetic": "5",
        "maxSkippedRanksAllowed": "unlimited",
        "maxRankingsAllowed": "max",
        "nonIntegerWinningThreshold": False,
        "hareQuota": False,
        "batchElimination": False,
        "exhaustOnDuplicateCandidate": False,
        "continueUntilTwoCandidatesRemain": False,
    }
