"""What the pages show of a counted vote: the sentence, the chart, the arithmetic, the ballots and their downloads."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any
from uuid import UUID

from flask import redirect, render_template, url_for
from flask_babel import gettext
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from coop import clock
from coop.assembly import queries
from coop.assembly.ballots.words import in_one_line
from coop.assembly.blueprint import blueprint
from coop.assembly.bylaws import BylawVersion
from coop.assembly.counting_rules import count_command, described
from coop.assembly.errors import NoBltOfPoints, NotAnElection, NotCounted
from coop.assembly.models import Majority
from coop.assembly.queries import MotionPage, members_among
from coop.assembly.results import queries as results
from coop.assembly.results.counts_shown import CountShown, shown
from coop.assembly.results.queries import OnPaper, RollCallLine
from coop.charts import ResolutionChart, resolution_chart
from coop.database import db
from coop.downloads import download, streamed
from coop.errors import message_of, status_of
from coop.permissions import NotFound, requires
from coop.signed_in import actor
from evidence.messages import N_
from governance import chain
from governance.counting.resolution import REASONS, Base, ResolutionCount, ResolutionRule
from governance.counts import rule_of
from governance.declared import Declared
from governance.methods import ElectionRule, Form
from governance.models import Kind, Secrecy

Page = str | Response | tuple[str, int]
_BASES = {
    Base.FOR_AND_AGAINST: N_("the votes for and against"),
    Base.CAST: N_("all votes cast"),
    Base.ROLL: N_("all who could vote"),
}


@dataclass(frozen=True)
class Step:
    """A line of the arithmetic: what the rule asks, the numbers, and whether they suffice."""

    label: str
    rule: str
    numbers: str
    met: bool | None
    #: Where the rule can be read.
    href: str = ""


@dataclass(frozen=True)
class Result:
    """A counted vote, for its page."""

    outcome: Declared
    #: The link of the chain that holds the result.
    link: chain.Head | None
    #: Votes cast, by how many voters, of how many on the roll that counts.
    cast: int
    heads: int
    roll: int
    on_paper: OnPaper | None
    sentence: str
    reasons: tuple[str, ...]
    steps: tuple[Step, ...]
    chart: ResolutionChart | None
    #: Who voted how; nothing for a reader who is neither a member nor in office.
    roll_call: list[RollCallLine] | None
    #: Why a secret vote has no list of ballots, where so few voted that it would name them.
    withheld: str | None
    #: For an election: the elected by name, its rule, the count with names, and what is shown of it.
    elected: list[str]
    rule: ElectionRule | None
    count: Mapping[str, Any]
    shown: CountShown | None = None
    #: What stood on the ballot, by its codes.
    names: Mapping[str, str] = field(default_factory=dict)
    #: For an election: by how many the seats outnumber the candidates; negative where some are not elected.
    spare_seats: int = 0

    def in_words(self, line: RollCallLine) -> str:
        """Return how somebody voted among options by roll-call."""
        return in_one_line(self.rule, line.choice, self.names) if self.rule else ""

    @property
    def rule_words(self) -> str:
        """The rule of an election with its figures."""
        return described(self.rule) if self.rule else ""


@blueprint.get("/proposals/<uuid:motion_id>/ballots")
@requires()
def ballots(motion_id: UUID) -> Page:
    """List the ballots of a counted secret vote by their receipts, so that everybody finds their own; a roll-call stands with its result."""
    session = db.session()
    page, outcome, names = _counted(session, motion_id)
    if outcome.proposal.secrecy is Secrecy.OPEN:
        return redirect(url_for("assembly.proposal", motion_id=motion_id, _anchor="result"), 303)
    refusal = results.why_no_list(session, outcome)
    if refusal is not None:
        heading, reason = gettext("There is no list of these ballots"), message_of(refusal)
        return render_template(
            "assembly/no_ballot.html", page=page, heading=heading, crumb=gettext("Ballots"), reason=reason
        ), status_of(refusal)
    rule = rule_of(outcome.proposal)
    return render_template(
        "assembly/ballots.html",
        page=page,
        names=names,
        ballots=results.secret_ballots(session, outcome),
        downloads=downloads(page),
        rule=rule,
        in_words=in_one_line,
        command=count_command(rule, f"ballots-{motion_id}") if isinstance(rule, ElectionRule) else None,
    )


@blueprint.get("/proposals/<uuid:motion_id>/ballots.blt")
@requires()
def ballots_blt(motion_id: UUID) -> Response:
    """Download the ballots for other counting programs."""
    session = db.session()
    page, outcome, names = _counted(session, motion_id)
    if page.row.kind is Kind.RESOLUTION:
        raise NotAnElection
    if not _has_blt(page):
        raise NoBltOfPoints
    results.need_ballot_list(session, outcome)
    title = _one_line(page.row.title)
    lines = streamed(lambda reading: results.blt(reading, outcome, names, title))
    return download(lines, f"ballots-{motion_id}.blt", "text/plain")


@blueprint.get("/proposals/<uuid:motion_id>/ballots.csv")
@requires()
def ballots_csv(motion_id: UUID) -> Response:
    """Download the ballots with their receipts."""
    session = db.session()
    _, outcome, names = _counted(session, motion_id)
    results.need_ballot_list(session, outcome)
    lines = streamed(lambda reading: results.table(reading, outcome, names))
    return download(lines, f"ballots-{motion_id}.csv", "text/csv")


def downloads(page: MotionPage) -> list[dict[str, str]]:
    """Return the links of the downloads of a counted secret vote."""
    formats = {"BLT": "assembly.ballots_blt", "CSV": "assembly.ballots_csv"}
    if not _has_blt(page):
        del formats["BLT"]
    return [{"label": label, "href": url_for(to, motion_id=page.row.id)} for label, to in formats.items()]


def _has_blt(page: MotionPage) -> bool:
    """Say whether a BLT file can hold the ballots: it knows places, and neither points nor the answers to a resolution."""
    rule = rule_of(page.proposal) if page.proposal else None
    return isinstance(rule, ElectionRule) and rule.method.form is not Form.POINTS


def result_of(session: Session, page: MotionPage) -> Result | None:
    """Return the result of a motion that is counted."""
    if page.outcome is None:
        return None
    if page.row.kind is not Kind.RESOLUTION:
        return _election_result(session, page, page.outcome)
    return _resolution_result(session, page, page.outcome)


def _resolution_result(session: Session, page: MotionPage, outcome: Declared) -> Result:
    count, rule = results.count_of(outcome), rule_of(outcome.proposal)
    assert isinstance(rule, ResolutionRule)
    numbers = asdict(count)
    return Result(
        outcome=outcome,
        link=_link(session, outcome),
        cast=count.cast,
        heads=results.heads(outcome),
        roll=results.roll(outcome),
        on_paper=results.on_paper(outcome),
        sentence=gettext("Carried.") if count.carried else gettext("Not carried."),
        reasons=tuple(gettext(REASONS[reason]) % numbers for reason in count.reasons),
        steps=_steps(session, page, rule, count),
        chart=resolution_chart(
            count.for_votes, count.against, count.abstain, count.threshold_needed, count.quorum_needed, count.roll
        ),
        roll_call=_roll_call(session, outcome),
        withheld=_withheld(session, outcome),
        elected=[],
        rule=None,
        count={},
    )


def _withheld(session: Session, outcome: Declared) -> str | None:
    if outcome.proposal.secrecy is not Secrecy.SECRET:
        return None
    refusal = results.why_no_list(session, outcome)
    return message_of(refusal) if refusal else None


def _roll_call(session: Session, outcome: Declared) -> list[RollCallLine] | None:
    if outcome.proposal.secrecy is not Secrecy.OPEN or not reads_roll_call(session):
        return None
    return results.roll_call(session, outcome)


def reads_roll_call(session: Session) -> bool:
    """Say whether the reader is shown who voted how: members, and whoever holds a power."""
    who = actor()
    return bool(who.powers) or bool(members_among(session, who.represents))


def _steps(session: Session, page: MotionPage, rule: ResolutionRule, count: ResolutionCount) -> tuple[Step, ...]:
    bylaws = session.get_one(BylawVersion, page.bylaws_id)
    special = page.majority is Majority.SPECIAL
    return (
        Step(
            gettext("Quorum"),
            gettext(
                "%(share)s of the voting roll, and never fewer than %(minimum)s votes",
                share=f"{rule.quorum_numerator}/{rule.quorum_denominator}",
                minimum=rule.quorum_minimum,
            ),
            gettext(
                "%(cast)s of %(roll)s voted; %(needed)s were needed",
                cast=count.cast,
                roll=count.roll,
                needed=count.quorum_needed,
            ),
            count.quorum_met,
        ),
        Step(
            gettext("Base"),
            gettext(_BASES[count.base]),
            gettext("%(votes)s votes; abstentions count for the quorum only", votes=count.base_votes),
            None,
        ),
        Step(
            gettext("Threshold"),
            gettext("at least %(share)s of the base", share=_share(rule))
            if not rule.strictly_more
            else gettext("more than %(share)s of the base", share=_share(rule)),
            gettext(
                "%(for_votes)s for; %(needed)s were needed", for_votes=count.for_votes, needed=count.threshold_needed
            ),
            count.for_votes >= count.threshold_needed,
        ),
        Step(
            gettext("By-laws"),
            gettext("special resolution") if special else gettext("ordinary resolution"),
            gettext("version %(version)s, in force when the vote opened", version=bylaws.version),
            None,
            url_for("assembly.bylaws_version", version=bylaws.version),
        ),
    )


def needed(page: MotionPage) -> str | None:
    """Say before the count what a resolution needs to be carried, by its rule and the frozen roll."""
    if page.proposal is None or page.outcome is not None:
        return None
    rule = rule_of(page.proposal)
    if not isinstance(rule, ResolutionRule):
        return None
    roll = page.proposal.roll_weight or page.proposal.roll_size
    words = {
        "quorum": rule.quorum_needed(roll),
        "roll": roll,
        "share": _share(rule),
        "base": gettext(_BASES[rule.base]),
    }
    text: str = (
        gettext(
            "It is carried if at least %(quorum)s of the %(roll)s votes on the roll are cast, and more than %(share)s of %(base)s"
            " are for it.",
            **words,
        )
        if rule.strictly_more
        else gettext(
            "It is carried if at least %(quorum)s of the %(roll)s votes on the roll are cast, and at least %(share)s of %(base)s"
            " are for it.",
            **words,
        )
    )
    return text


def _share(rule: ResolutionRule) -> str:
    return f"{rule.threshold_numerator}/{rule.threshold_denominator}"


def _election_result(session: Session, page: MotionPage, outcome: Declared) -> Result:
    rule = rule_of(outcome.proposal)
    assert isinstance(rule, ElectionRule)
    names = results.option_names(session, page.row.id)
    count = results.named_count(outcome, names, page.row.title)
    elected = [names[code] for code in results.elected_codes(outcome)]
    return Result(
        outcome=outcome,
        link=_link(session, outcome),
        cast=results.cast(outcome),
        heads=results.heads(outcome),
        roll=results.roll(outcome),
        on_paper=results.on_paper(outcome),
        sentence=_sentence(page, elected),
        reasons=(),
        steps=(),
        chart=None,
        roll_call=_roll_call(session, outcome),
        withheld=_withheld(session, outcome),
        elected=elected,
        names=names,
        rule=rule,
        count=count,
        shown=shown(rule, count, elected, is_choice=page.row.kind is Kind.CHOICE),
        spare_seats=(page.seats or 0) - len(names),
    )


def _sentence(page: MotionPage, elected: Sequence[str]) -> str:
    names = ", ".join(elected)
    if page.row.kind is Kind.CHOICE:
        return str(gettext("Chosen: %(names)s.", names=names) if elected else gettext("Nothing is chosen."))
    return str(gettext("Elected: %(names)s.", names=names) if elected else gettext("Nobody is elected."))


def _counted(session: Session, motion_id: UUID) -> tuple[MotionPage, Declared, dict[str, str]]:
    """Return a counted vote and the names of its candidates.

    Raises:
        NotFound, NotCounted
    """
    page = queries.motion(session, motion_id, clock.now())
    if page.proposal is not None and page.proposal.secrecy is Secrecy.EXTERNAL:
        raise NotFound
    if page.outcome is None:
        raise NotCounted
    return page, page.outcome, results.option_names(session, motion_id)


def _link(session: Session, outcome: Declared) -> chain.Head | None:
    return chain.link_of(session, chain.LinkKind.CLOSED, outcome.proposal_id)


def _one_line(text: str) -> str:
    return " ".join(text.split())
