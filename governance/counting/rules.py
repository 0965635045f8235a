"""The counting rules by name. A new rule is one more line in the table; nothing else knows which rules there are."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from evidence.messages import N_
from governance.counting import (
    consent,
    equal_shares,
    irv,
    meek_stv,
    ranked_pairs,
    schulze,
    scottish_stv,
    star,
    tally,
)
from governance.counting.errors import Cause, UnknownRule, WrongBallots
from governance.counting.profiles import BudgetProfile, PointsProfile, Profile, RankedProfile
from governance.counting.result import Result

_HOLD: Mapping[type[Profile], str] = {
    RankedProfile: N_("rankings"),
    PointsProfile: N_("points"),
    BudgetProfile: N_("projects with costs"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A counting rule under its name. Rules with one name differ in detail, so the variant is stated, with its source."""

    name: str
    variant: str
    #: What decides where votes are equal.
    ties: str
    source: str
    #: The kind of ballots that it counts.
    ballots: type[Profile]
    counting: Callable[..., Result]
    #: The most points that a ballot may give one candidate, where the rule says so.
    cap: int | None = None

    def count(self, profile: Profile, seats: int | None = None, lot: Sequence[int] | None = None) -> Result:
        """Count the ballots of a profile.

        `seats` counts before what the profile says; `lot` is an order of all candidates, drawn before the count.

        Raises:
            WrongBallots: the rule counts another kind of ballot.
            Refusal: whatever else the rule refuses.
        """
        self.check_counts(type(profile))
        return self.counting(profile, seats, lot)

    def check_counts(self, ballots: type[Profile]) -> None:
        """Refuse a kind of ballot that the rule does not count.

        Raises:
            WrongBallots
        """
        if not issubclass(ballots, self.ballots):
            raise WrongBallots(self.name, Cause(_HOLD[self.ballots]), Cause(_HOLD[ballots]))


_LOT = N_("By lot.")
_HIGHEST = N_("Equal votes for the last seats are decided by lot.")

_ALL = (
    Rule(
        name="plurality",
        variant=N_(
            "First preferences only; with several seats each ballot still has one vote, and the highest are elected."
        ),
        ties=_HIGHEST,
        source="single non-transferable vote",
        ballots=RankedProfile,
        counting=tally.plurality,
    ),
    Rule(
        name="approval",
        variant=N_(
            "Each ballot gives one vote to everybody whom it names, in whatever place; the highest are elected."
        ),
        ties=_HIGHEST,
        source="S. J. Brams and P. C. Fishburn, Approval Voting, 1978",
        ballots=RankedProfile,
        counting=tally.approval,
    ),
    Rule(
        name="score",
        variant=N_("Points are added up, nothing for whom a ballot leaves out; the highest are elected."),
        ties=_HIGHEST,
        source="range voting by sums",
        ballots=PointsProfile,
        counting=tally.score,
    ),
    Rule(
        name="star",
        variant=N_(
            "Score, then automatic runoff: from 0 to 5 stars (or another cap), the two with the most points are compared by how"
            " many ballots prefer either. Several seats one after the other (Bloc STAR)."
        ),
        ties=N_(
            "For the runoff: more wins among the tied, then more highest scores, then lot. In the runoff: more points, then more"
            " highest scores, then lot."
        ),
        source="STAR Voting, Equal Vote Coalition",
        ballots=PointsProfile,
        counting=star.count,
        cap=star.STARS,
    ),
    Rule(
        name="dots",
        variant=N_(
            "Each ballot shares out a number of dots, not more than a cap to one option; the highest are elected."
        ),
        ties=_HIGHEST,
        source="cumulative voting with a cap",
        ballots=PointsProfile,
        counting=tally.dots,
    ),
    Rule(
        name="irv",
        variant=N_(
            "Instant-runoff: the last is excluded, one at a time, until somebody has more than half of the votes that still name"
            " somebody who stands. One seat."
        ),
        ties=N_("The last earlier stage that differs, then lot."),
        source="alternative vote with optional preferences",
        ballots=RankedProfile,
        counting=irv.count,
    ),
    Rule(
        name="scottish-stv",
        variant=N_(
            "Single transferable vote by the Scottish rules: Droop quota, the largest surplus first, all papers of an elected"
            " candidate passed on at a reduced value, five decimal places cut off, ties by earlier stages and then by lot."
        ),
        ties=N_("The last earlier stage that differs, then lot."),
        source="Scottish Local Government Elections Order 2007 (SSI 2007/42), Schedule 1, Part III, rules 45 to 52",
        ballots=RankedProfile,
        counting=scottish_stv.count,
    ),
    Rule(
        name="meek-stv",
        variant=N_(
            "Single transferable vote by Meek in exact fractions: the quota follows the votes still in the count, more than it"
            " elects, surpluses up to 1/10^10 are ignored, sure losers are excluded together, equal preferences share equally."
        ),
        ties=_LOT,
        source="B. L. Meek, 1969; I. D. Hill, B. A. Wichmann and D. R. Woodall, The Computer Journal 30 (1987)",
        ballots=RankedProfile,
        counting=meek_stv.count,
    ),
    Rule(
        name="meek-stv-9",
        variant=N_(
            "Single transferable vote by Meek in nine decimal places: keep factors rounded up, surpluses below 1/10^6 are"
            " ignored, one candidate excluded at a time."
        ),
        ties=_LOT,
        source="Proportional Representation Foundation, Reference Meek Rule",
        ballots=RankedProfile,
        counting=meek_stv.count_nine_places,
    ),
    Rule(
        name="schulze",
        variant=N_(
            "Schulze by winning votes: a preference is as strong as the ballots for it. Equal preferences are allowed."
        ),
        ties=_LOT,
        source="M. Schulze, Social Choice and Welfare 36 (2011)",
        ballots=RankedProfile,
        counting=schulze.count,
    ),
    Rule(
        name="schulze-margins",
        variant=N_(
            "Schulze by margins: a preference is as strong as the ballots for it less those against it. Equal preferences are"
            " allowed."
        ),
        ties=_LOT,
        source="M. Schulze, Social Choice and Welfare 36 (2011)",
        ballots=RankedProfile,
        counting=schulze.count_margins,
    ),
    Rule(
        name="ranked-pairs",
        variant=N_(
            "Ranked pairs by winning votes: the preference with the most ballots for it is locked first. Equal preferences are"
            " allowed."
        ),
        ties=N_("Of equal pairs the one with fewer against it, then lot; equal places by lot."),
        source="T. N. Tideman, Social Choice and Welfare 4 (1987)",
        ballots=RankedProfile,
        counting=ranked_pairs.count,
    ),
    Rule(
        name="equal-shares",
        variant=N_(
            "Method of equal shares with cost utility: a project is worth its cost to each supporter. No completion: what nobody"
            " can spend is left."
        ),
        ties=_LOT,
        source="D. Peters, G. Pierczyński and P. Skowron, NeurIPS 2021",
        ballots=BudgetProfile,
        counting=equal_shares.count,
    ),
    Rule(
        name="equal-shares-cardinality",
        variant=N_(
            "Method of equal shares with cardinality utility: every project is worth the same. No completion: what nobody can"
            " spend is left."
        ),
        ties=_LOT,
        source="D. Peters, G. Pierczyński and P. Skowron, NeurIPS 2021",
        ballots=BudgetProfile,
        counting=equal_shares.count_cardinality,
    ),
    Rule(
        name="equal-shares-add1",
        variant=N_(
            "Method of equal shares with cost utility, shares raised by one unit until more would be spent than there is; what is"
            " left then is left."
        ),
        ties=_LOT,
        source="D. Peters, G. Pierczyński and P. Skowron, NeurIPS 2021; raised as in Wieliczka and Świecie, 2023",
        ballots=BudgetProfile,
        counting=equal_shares.count_raised,
    ),
    Rule(
        name="equal-shares-add1u",
        variant=N_(
            "Method of equal shares with cost utility, completed: shares are raised by one unit as long as all stays within the"
            " budget and something more fits, then the most approved projects that still fit are added."
        ),
        ties=_LOT,
        source="D. Peters, G. Pierczyński and P. Skowron, NeurIPS 2021; completed by utilitarian greedy",
        ballots=BudgetProfile,
        counting=equal_shares.count_completed,
    ),
    Rule(
        name="consent",
        variant=N_(
            "A proposal stands when somebody consents and nobody objects; concerns and standing aside are counted."
        ),
        ties=N_("There are none."),
        source="consent decision-making in sociocracy",
        ballots=RankedProfile,
        counting=consent.count,
    ),
)

#: Every rule, in the order in which they are listed.
RULES: Mapping[str, Rule] = MappingProxyType({rule.name: rule for rule in _ALL})


def rule_named(name: str) -> Rule:
    """Return the rule with this name.

    Raises:
        UnknownRule: there is none; the message lists those there are.
    """
    try:
        return RULES[name]
    except KeyError:
        raise UnknownRule(name, ", ".join(RULES)) from None
