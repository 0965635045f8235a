"""How the co-op governed itself: meetings, decisions and how many took part."""

from collections.abc import Mapping

from flask_babel import gettext

from coop.formats import format_percent
from coop.reports.blocks import Bars, Block, Column, Part, Sentence, Table
from coop.reports.content import Content, DecisionTaken
from evidence.messages import N_

_MEETINGS: Mapping[str, str] = {"annual": N_("Annual meeting"), "general": N_("General meeting")}
_RESULTS: Mapping[str, str] = {
    "carried": N_("Carried"),
    "lost": N_("Not carried"),
    "no-quorum": N_("No quorum"),
    "elected": N_("Elected"),
}


def part(content: Content) -> Part:
    """Return the part about meetings and decisions."""
    blocks: list[Block] = []
    if content.meetings:
        blocks.append(_meetings(content))
    else:
        blocks.append(Sentence(gettext("No meeting of the members was held in the year.")))
    if content.decisions:
        blocks += [_decisions(content), _turnout(content.decisions)]
    else:
        blocks.append(Sentence(gettext("The members took no vote in the year.")))
    return Part("governance", gettext("How we governed ourselves"), tuple(blocks))


def _meetings(content: Content) -> Table:
    columns = (
        Column(gettext("Day"), "day"),
        Column(gettext("Meeting"), "head"),
        Column(gettext("Members present"), "number"),
        Column(gettext("On the register"), "number"),
        Column(gettext("Votes"), "number"),
    )
    rows = tuple(
        (one.held_on, gettext(_MEETINGS.get(one.kind, one.kind)), one.attendance, one.members_on_roll, one.decisions)
        for one in content.meetings
    )
    return Table("meetings", gettext("Meetings of the members"), columns, rows)


def _decisions(content: Content) -> Table:
    columns = (
        Column(gettext("No."), "number"),
        Column(gettext("What was decided"), "head"),
        Column(gettext("Day"), "day"),
        Column(gettext("Result")),
        Column(gettext("Voted"), "number"),
        Column(gettext("On the roll"), "number"),
        Column(gettext("Turnout")),
    )
    rows = tuple(
        (
            one.number,
            title_of(one),
            one.decided_on,
            gettext(_RESULTS.get(one.result, one.result)),
            one.turnout,
            one.roll,
            format_percent(one.turnout, one.roll),
        )
        for one in content.decisions
    )
    return Table("decisions", gettext("Decisions of the members"), columns, rows)


def title_of(decision: DecisionTaken) -> str:
    """Return what was decided, with a word on what was decided only after the year that the report is about."""
    if not decision.is_later:
        return decision.title
    said: str = gettext("%(title)s, decided after the year ended", title=decision.title)
    return said


def _turnout(decisions: tuple[DecisionTaken, ...]) -> Bars:
    rows = tuple(
        (gettext("%(title)s (of %(roll)s)", title=title_of(one), roll=one.roll), one.turnout) for one in decisions
    )
    return Bars("turnout-chart", gettext("Turnout"), rows, unit=gettext("members who voted"))
