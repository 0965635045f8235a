"""The result bundle on the web: the page that says how to check a result, and the ZIP.

Who may read the ballots may have them to take along: of a roll-call the members and whoever holds a power, of an election everybody
who is signed in.
"""

from dataclasses import dataclass
from uuid import UUID

from flask import Response, current_app, render_template
from sqlalchemy.orm import Session

from coop import clock, files
from coop.assembly import queries
from coop.assembly.blueprint import blueprint
from coop.assembly.counting_rules import count_command
from coop.assembly.errors import BundleNotMade, MembersOnly, NotCounted
from coop.assembly.queries import MotionPage
from coop.assembly.results.keeping import kept_bundle
from coop.assembly.results.pages import reads_roll_call
from coop.assembly.results.queries import option_names, why_no_list
from coop.config import configuration
from coop.database import db
from coop.downloads import download
from coop.permissions import requires
from governance.chain import Head, LinkKind, link_of
from governance.counts import rule_of
from governance.declared import Declared
from governance.methods import ElectionRule
from governance.models import Secrecy


@dataclass(frozen=True)
class Marks:
    """What somebody writes down to compare a bundle with later."""

    #: Digest of the bundle, that is of its manifest; nothing before the worker has made it.
    bundle: str | None
    #: Digest of the record of the result.
    result: str
    #: The link of the chain that holds this closing.
    link: Head | None


@blueprint.get("/proposals/<uuid:motion_id>/check")
@requires()
def check_result(motion_id: UUID) -> str:
    """Say how to check a result, and show what to compare."""
    session = db.session()
    page, outcome = _counted(session, motion_id)
    return render_template(
        "assembly/check_result.html",
        page=page,
        marks=_marks(session, outcome),
        names=option_names(session, motion_id),
        secret=page.proposal is not None and page.proposal.secrecy is Secrecy.SECRET,
        command=_command(page),
        withheld=outcome.proposal.secrecy is Secrecy.SECRET and why_no_list(session, outcome) is not None,
    )


@blueprint.get("/proposals/<uuid:motion_id>/bundle.zip")
@requires()
def bundle_zip(motion_id: UUID) -> Response:
    """Download the result bundle."""
    session = db.session()
    _, outcome = _counted(session, motion_id)
    kept = kept_bundle(session, outcome.proposal_id)
    if kept is None:
        raise BundleNotMade
    pieces = files.read_pieces(configuration(current_app), kept.sha256)
    answer = download(pieces, f"result-{motion_id}.zip", "application/zip")
    answer.content_length = kept.size_bytes
    answer.set_etag(kept.sha256)
    return answer


def _counted(session: Session, motion_id: UUID) -> tuple[MotionPage, Declared]:
    """Return a vote whose ballots the reader may read.

    Raises:
        NotFound, NotCounted, MembersOnly
    """
    page = queries.motion(session, motion_id, clock.now())
    if page.outcome is None:
        raise NotCounted
    if page.outcome.proposal.secrecy is Secrecy.OPEN and not reads_roll_call(session):
        raise MembersOnly
    return page, page.outcome


def _command(page: MotionPage) -> str:
    """Return how `coop count` gives the result: the answers to a resolution are added up like first preferences."""
    assert page.proposal is not None
    rule = rule_of(page.proposal)
    return count_command(rule if isinstance(rule, ElectionRule) else ElectionRule("plurality", 1), "ballots")


def _marks(session: Session, outcome: Declared) -> Marks:
    kept = kept_bundle(session, outcome.proposal_id)
    link = link_of(session, LinkKind.CLOSED, outcome.proposal_id)
    return Marks(kept.digest if kept else None, outcome.digest, link)
