"""How the boxes of a scrutineer's sheet are read, and filled with what a sheet says.

The four kinds of sheet: a roll-call or a secret vote, of a resolution or of an election. Names of boxes: `vote-<entry>` and
`spoilt-<entry>` for a voter; `pile-<group>-<code>` for ballots of a resolution; `group-<row>`, `rank-<row>` and `many-<row>`
for ballots of an election, in letters; `spoilt` and `not_returned`.
"""

import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from coop.assembly.desk.errors import AnswerMissing, NumberMissing, NumberUnreadable, RankingMissing
from coop.assembly.desk.letters import in_letters, read_letters
from coop.assembly.desk.queries import Choice
from evidence.messages import Refusal
from governance.choices import written
from governance.methods import ElectionRule, Rule
from governance.paper.scrutiny import Group
from governance.paper.sheets import SPOILT, Answer, BallotsFound, Findings, Pile, Rest, VotesFound

#: Rows for rankings: how many stand there at first, how many more a button gives, and how many a sheet can have.
FIRST_ROWS, MORE_ROWS, MOST_ROWS = 6, 10, 1000
#: What the answer box of a roll-call says for a vote that cannot be counted.
SPOILT_BOX = "spoilt"


@dataclass(frozen=True)
class Asked:
    """What a sheet has boxes for."""

    is_secret: bool
    rule: Rule
    choices: Sequence[Choice]
    groups: Sequence[Group]
    #: In a roll-call: the entries of those who have handed a ballot in.
    entries: Sequence[UUID]


@dataclass
class Filled:
    """A sheet as it was filled in: what it says, or what is wrong beside which box."""

    values: dict[str, str]
    findings: Findings | None = None
    errors: dict[str, Refusal] = field(default_factory=dict)

    @property
    def rows(self) -> int:
        """How many rows for rankings are there."""
        numbers = [int(name.partition("-")[2]) for name in self.values if re.fullmatch(r"rank-\d{1,4}", name)]
        return min(max([FIRST_ROWS, *(number + 1 for number in numbers)]), MOST_ROWS)


def read_boxes(boxes: Mapping[str, str], asked: Asked) -> Filled:
    """Read a sheet. Whether it adds up is decided where it is entered."""
    filled = Filled({name: text.strip() for name, text in boxes.items()})
    if asked.is_secret:
        rule = asked.rule
        piles = _ranked_piles(filled, asked, rule) if isinstance(rule, ElectionRule) else _plain_piles(filled, asked)
        rest = {name: _number(filled, name.value) for name in Rest}
        found: Findings = BallotsFound(piles, rest[Rest.SPOILT], rest[Rest.NOT_RETURNED])
    else:
        found = VotesFound({entry_id: _vote(filled, asked, entry_id) for entry_id in asked.entries})
    filled.findings = None if filled.errors else found
    return filled


def boxes_of(findings: Findings, asked: Asked) -> Filled:
    """Return the boxes of a sheet that was entered, to enter another in its place."""
    values: dict[str, str] = {}
    if isinstance(findings, VotesFound):
        for entry_id, answer in findings.votes.items():
            if isinstance(asked.rule, ElectionRule) and answer == SPOILT:
                values[f"spoilt-{entry_id}"] = "yes"
            else:
                values[f"vote-{entry_id}"] = SPOILT_BOX if answer == SPOILT else in_letters(answer, asked.choices)
        return Filled(values)
    values = {Rest.SPOILT.value: str(findings.spoilt), Rest.NOT_RETURNED.value: str(findings.not_returned)}
    for row, (pile, many) in enumerate(findings.piles.items()):
        group = str(asked.groups.index((pile.class_code, pile.weight)))
        if isinstance(asked.rule, ElectionRule):
            values |= {
                f"group-{row}": group,
                f"rank-{row}": in_letters(pile.answer, asked.choices),
                f"many-{row}": str(many),
            }
        else:
            values[f"pile-{group}-{json.loads(pile.answer)}"] = str(many)
    return Filled(values)


def _plain_piles(filled: Filled, asked: Asked) -> dict[Pile, int]:
    return {
        Pile(class_code, weight, json.dumps(choice.code)): _number(filled, f"pile-{place}-{choice.code}")
        for place, (class_code, weight) in enumerate(asked.groups)
        for choice in asked.choices
    }


def _ranked_piles(filled: Filled, asked: Asked, rule: ElectionRule) -> dict[Pile, int]:
    """Read the rows of rankings. Two rows that say the same are one pile; an empty row is none."""
    piles: Counter[Pile] = Counter()
    for row in range(filled.rows):
        ranking, many = filled.values.get(f"rank-{row}", ""), filled.values.get(f"many-{row}", "")
        if not ranking and not many:
            continue
        if not ranking:
            filled.errors[f"rank-{row}"] = RankingMissing()
        elif not many:
            filled.errors[f"many-{row}"] = NumberMissing()
        answer, number = _in_letters(filled, f"rank-{row}", rule, asked.choices), _number(filled, f"many-{row}")
        class_code, weight = _group(filled.values.get(f"group-{row}", ""), asked.groups)
        piles[Pile(class_code, weight, answer)] += number
    return dict(piles)


def _group(text: str, groups: Sequence[Group]) -> Group:
    """Return the group that was chosen; where there is one there is no choice, and nonsense is the first."""
    return groups[int(text)] if text in {str(place) for place in range(len(groups))} else groups[0]


def _vote(filled: Filled, asked: Asked, entry_id: UUID) -> Answer:
    name = f"vote-{entry_id}"
    text = filled.values.get(name, "")
    if text == SPOILT_BOX or filled.values.get(f"spoilt-{entry_id}"):
        return SPOILT
    if not text:
        filled.errors[name] = AnswerMissing()
        return SPOILT
    if isinstance(asked.rule, ElectionRule):
        return _in_letters(filled, name, asked.rule, asked.choices)
    try:
        return written(asked.rule, [choice.code for choice in asked.choices], text)
    except Refusal as refusal:
        filled.errors[name] = refusal
        return SPOILT


def _in_letters(filled: Filled, name: str, rule: ElectionRule, choices: Sequence[Choice]) -> Answer:
    try:
        return read_letters(filled.values.get(name, ""), rule, choices)
    except Refusal as refusal:
        filled.errors.setdefault(name, refusal)
        return SPOILT


def _number(filled: Filled, name: str) -> int:
    """Read a number of ballots; an empty box is none."""
    text = filled.values.get(name, "")
    if text.isascii() and text.isdigit() and len(text) <= 6:
        return int(text)
    if text:
        filled.errors[name] = NumberUnreadable(text[:10])
    return 0
