"""Where each figure comes from, so that a reader can follow it to entries, events and ballots."""

from flask_babel import gettext

from coop.formats import format_day, format_whole
from coop.reports.blocks import Block, Column, Facts, Part, Sentence, Table
from coop.reports.content import Content
from coop.reports.outline.governance import title_of


def part(content: Content) -> Part:
    """Return the part by which everything else can be checked."""
    trace = content.trace
    facts = Facts(
        (
            (gettext("Link of the ledger's chain"), format_whole(trace.chain_seq)),
            (gettext("Hash of that link"), trace.chain_hash),
            (gettext("Fingerprint of the accounts"), content.statements.digest),
        )
    )
    about = gettext(
        "The journal is a chain: the hash of each entry covers the one before. The link named here seals the closing of the year. "
        "When the books are checked, the whole chain is computed again."
    )
    found: list[Block] = [_sources(content), Sentence(about), facts]
    if content.decisions:
        found.append(_results(content))
    return Part("evidence", gettext("Where each figure comes from"), tuple(found))


def _sources(content: Content) -> Table:
    trace, plan = content.trace, content.distribution
    last = format_day(content.year.ends_on)
    rows = [
        (
            gettext("Income statement, balance sheet, members' funds, income from members and others"),
            gettext(
                "%(entries)s entries with %(postings)s postings of the year in the journal",
                entries=format_whole(trace.entries),
                postings=format_whole(trace.postings),
            ),
        ),
        (
            gettext("Members"),
            gettext(
                "%(number)s entries of the register of members up to %(day)s",
                number=format_whole(trace.members_register),
                day=last,
            ),
        ),
        (
            gettext("Shares"),
            gettext(
                "%(number)s events of the share register up to %(day)s",
                number=format_whole(trace.share_events),
                day=last,
            ),
        ),
        (
            gettext("Board and officers, approval of the accounts"),
            gettext("The resolutions by the numbers beside them"),
        ),
        (
            gettext("Decisions and turnout"),
            gettext(
                "%(number)s ballots, counted; the results by the fingerprints beneath",
                number=format_whole(trace.ballots),
            ),
        ),
        (
            gettext("What came of it"),
            gettext(
                "Deliveries, events, introductions, circles and sites recorded on the platform between the first and the last day"
            ),
        ),
    ]
    if plan is not None:
        made = gettext("The schedule by its fingerprint, the business of each member from the journal")
        if plan.decided is not None:
            made = gettext("The schedule by its fingerprint, the vote by its number, the entries that booked it")
        rows.append((gettext("The surplus"), made))
    columns = (Column(gettext("Figures"), "head"), Column(gettext("Made from")))
    return Table("sources", gettext("What the figures are made from"), columns, tuple(rows))


def _results(content: Content) -> Table:
    columns = (
        Column(gettext("No."), "number"),
        Column(gettext("What was decided")),
        Column(gettext("Fingerprint of the result"), "head"),
    )
    rows = tuple((one.number, title_of(one), one.digest) for one in content.decisions)
    return Table("results", gettext("Results of the votes"), columns, rows)
