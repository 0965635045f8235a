"""By which rule a vote is counted: those in the by-laws, and those that whoever opens a vote among options may choose, in words.

What a rule counts, and how, stands in `governance.methods` and `governance.counting`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask_babel import gettext, lazy_gettext

from coop.assembly.bylaws import Bylaws
from coop.assembly.errors import FigureNotAsked, RuleNotOffered
from coop.assembly.models import Majority, Motion
from governance.counting.resolution import Base, ResolutionRule
from governance.counts import rule_of
from governance.methods import METHODS, ElectionRule, Form, Rule
from governance.models import Kind, Proposal

#: The rule by which a board is elected unless another is chosen.
USUAL = "scottish-stv"

NAMES: Mapping[str, str] = {
    "scottish-stv": lazy_gettext("Single transferable vote by the Scottish rules"),
    "meek-stv": lazy_gettext("Single transferable vote by Meek, in exact fractions"),
    "meek-stv-9": lazy_gettext("Single transferable vote by Meek, in nine decimal places"),
    "irv": lazy_gettext("Instant-runoff"),
    "schulze": lazy_gettext("Schulze"),
    "schulze-margins": lazy_gettext("Schulze by margins"),
    "ranked-pairs": lazy_gettext("Ranked pairs"),
    "plurality": lazy_gettext("Plurality"),
    "approval": lazy_gettext("Approval"),
    "score": lazy_gettext("Score"),
    "star": lazy_gettext("STAR"),
    "dots": lazy_gettext("Dots"),
}

#: What a rule does, in one sentence for whoever chooses it.
SENTENCES: Mapping[str, str] = {
    "scottish-stv": lazy_gettext(
        "Voters rank; each group of voters gets its share of the seats. Used for councils, and can be checked with a pencil."
    ),
    "meek-stv": lazy_gettext(
        "Voters rank, and may let several share a place; each group gets its share of the seats, to the last fraction of a vote."
    ),
    "meek-stv-9": lazy_gettext(
        "The same with rounded numbers, which other counting programs give too; no shared places."
    ),
    "irv": lazy_gettext("Voters rank; the last is excluded, one at a time, until somebody has more than half."),
    "schulze": lazy_gettext(
        "Voters rank, and may let several share a place; every two are compared, and whoever most prefer to each other is elected."
    ),
    "schulze-margins": lazy_gettext("The same, where a comparison weighs as much as the votes by which it was won."),
    "ranked-pairs": lazy_gettext("Every two are compared as in Schulze; the clearest comparisons are held first."),
    "plurality": lazy_gettext("Voters choose one; whoever has most votes is elected, even with few of them."),
    "approval": lazy_gettext("Voters tick as many as they like; whoever has most ticks is elected."),
    "score": lazy_gettext("Voters give each one points; whoever has most points is elected."),
    "star": lazy_gettext(
        "Voters give each one points; of the two with most points, the one whom more voters prefer is elected."
    ),
    "dots": lazy_gettext("Voters share out a number of dots; whoever has most dots is elected."),
}


@dataclass(frozen=True)
class Asked:
    """A rule as it was asked for: figures that were left empty are the usual ones."""

    name: str = USUAL
    cap: int | None = None
    dots: int | None = None


def offered(seats: int) -> tuple[str, ...]:
    """Return the rules by which so many may be elected. This is the one place where by-laws that limit the choice will do so."""
    return tuple(name for name, method in METHODS.items() if seats == 1 or not method.one_seat)


def chosen(asked: Asked, seats: int) -> ElectionRule:
    """Return the rule that was asked for, with its figures.

    Raises:
        RuleNotOffered
        FigureNotAsked: a figure that the rule does not have.
        FigureOutOfRange, CapAboveDots
    """
    if asked.name not in offered(seats):
        raise RuleNotOffered
    method = METHODS[asked.name]
    rule = ElectionRule(
        asked.name,
        seats,
        _figure("cap", asked.cap, method.usual_cap),
        _figure("dots", asked.dots, method.usual_dots),
    )
    rule.check()
    return rule


def rule_for(motion: Motion, bylaws: Bylaws, asked: Asked) -> Rule:
    """Return the rule by which a motion is counted: a vote among options by the one asked for, a resolution as the by-laws have it.

    An ordinary resolution needs more than half of the votes for and against; a special one at least the share that is set.

    Raises:
        RuleNotOffered, FigureNotAsked, FigureOutOfRange, CapAboveDots
    """
    if motion.kind is not Kind.RESOLUTION:
        assert motion.seats is not None
        return chosen(asked, motion.seats)
    return resolution_rule(bylaws, special=motion.majority is Majority.SPECIAL)


def resolution_rule(bylaws: Bylaws, *, special: bool) -> ResolutionRule:
    """Return how a resolution is counted by these by-laws."""
    return ResolutionRule(
        quorum_numerator=bylaws.quorum_numerator,
        quorum_denominator=bylaws.quorum_denominator,
        quorum_minimum=bylaws.quorum_heads,
        base=Base.FOR_AND_AGAINST,
        threshold_numerator=bylaws.special_numerator if special else 1,
        threshold_denominator=bylaws.special_denominator if special else 2,
        strictly_more=not special,
    )


def choices_for(seats: int) -> Sequence[tuple[str, str]]:
    """Return the rules that may be chosen, each with its name and its sentence."""
    return [(name, f"{NAMES[name]}. {SENTENCES[name]}") for name in offered(seats)]


def described(rule: ElectionRule) -> str:
    """Return the name of a rule with its figures."""
    name = str(NAMES[rule.name])
    if rule.dots is not None:
        return str(gettext("%(rule)s: %(dots)s dots, at most %(cap)s for one", rule=name, dots=rule.dots, cap=rule.cap))
    if rule.method.form is Form.POINTS:
        return str(gettext("%(rule)s: from 0 to %(cap)s points", rule=name, cap=rule.cap))
    return name


def rule_of_vote(proposal: Proposal | None) -> str:
    """Return the rule of a vote among options with its figures; nothing for a resolution, or while there is no vote."""
    rule = rule_of(proposal) if proposal else None
    return described(rule) if isinstance(rule, ElectionRule) else ""


def count_command(rule: ElectionRule, file: str) -> str:
    """Return the command that counts a file of ballots again; a file of points says neither seats nor limits."""
    if rule.method.form is not Form.POINTS:
        return f"coop count {file}.blt --rule {rule.name}"
    dots = f" --dots {rule.dots}" if rule.dots else ""
    return f"coop count {file}.csv --rule {rule.name} --seats {rule.seats} --cap {rule.cap}{dots}"


def _figure(about: str, figure: int | None, usual: int | None) -> int | None:
    if usual is None and figure is not None:
        raise FigureNotAsked(about)
    return usual if figure is None else figure
