"""The board and the officers, the members and their shares."""

from collections.abc import Mapping

from flask_babel import gettext

from coop.permissions import Power
from coop.reports.blocks import Bars, Block, Column, Part, Sentence, Table
from coop.reports.content import Content
from evidence.messages import N_

_OFFICES: Mapping[str, str] = {
    Power.BOARD: N_("Director"),
    Power.SECRETARY: N_("Secretary"),
    Power.TREASURER: N_("Treasurer"),
    Power.AUDITOR: N_("Reviewer of the accounts"),
}


def board(content: Content) -> Part:
    """Return the part about the board and the officers."""
    columns = (
        Column(gettext("Name"), "head"),
        Column(gettext("Office")),
        Column(gettext("From"), "day"),
        Column(gettext("To"), "day"),
        Column(gettext("Resolution"), "number"),
    )
    rows = tuple(
        (one.name, gettext(_OFFICES.get(one.power, one.power)), one.starts_on, one.ends_on, one.resolution)
        for one in content.officers
    )
    table = Table("officers", gettext("Board and officers of the year"), columns, rows)
    note = gettext("Everybody who held an office on any day of the year, with the last day of the term.")
    return Part("board", gettext("Board and officers"), (table, Sentence(note, quiet=True)))


def members(content: Content) -> Part:
    """Return the part about the members and their shares."""
    rows = tuple((one.name, one.opening, one.admitted, one.left, one.closing) for one in content.members)
    columns = (
        Column(gettext("Class"), "head"),
        Column(gettext("At the beginning"), "number"),
        Column(gettext("Admitted"), "number"),
        Column(gettext("Left"), "number"),
        Column(gettext("At the end"), "number"),
    )
    foot = (gettext("All members"), *(sum(row[index] for row in rows) for index in range(1, 5)))  # type: ignore[misc]
    blocks: list[Block] = [Table("members", gettext("Members by class"), columns, rows, foot=foot)]
    closing = tuple((one.name, one.closing) for one in content.members if one.closing)
    if closing:
        blocks.append(
            Bars("members-chart", gettext("Members at the end of the year"), closing, unit=gettext("members"))
        )
    blocks.append(_shares(content))
    each = gettext("Each member has one vote, whatever they hold and whatever class they belong to.")
    return Part("members", gettext("Members and shares"), tuple(blocks), lead=each)


def _shares(content: Content) -> Table:
    shares = content.shares
    rows = (
        (gettext("At the beginning of the year"), shares.opening, shares.opening_minor),
        (gettext("Issued"), shares.issued, shares.issued_minor),
        (gettext("Redeemed"), -shares.redeemed, -shares.redeemed_minor),
    )
    columns = (Column(gettext("Shares"), "head"), Column(gettext("Number"), "number"), Column(gettext("Paid"), "money"))
    foot = (gettext("At the end of the year"), shares.closing, shares.closing_minor)
    return Table("shares", gettext("Share capital"), columns, rows, content.house.currency, foot)
