"""The register of resolutions, and the by-laws in words."""

from flask import render_template
from sqlalchemy import Select, select

from coop import cooperative
from coop.assembly import bylaws
from coop.assembly.blueprint import blueprint
from coop.assembly.bylaws import Bylaws, BylawVersion
from coop.assembly.models import Motion
from coop.assembly.resolutions import Resolution
from coop.database import db
from coop.paging import pager, part_of, requested_page
from coop.permissions import NotFound, Power, public, requires
from coop.signed_in import actor

RESOLUTIONS_PER_PAGE = 50
#: Who reads decisions about one person: admissions and powers.
OFFICERS = frozenset({Power.BOARD, Power.SECRETARY, Power.ADMINISTRATOR, Power.AUDITOR})


@blueprint.get("/resolutions")
@requires()
def resolutions() -> str:
    """List the decisions of founders, board and members, the newest first."""
    query = _readable().order_by(Resolution.number.desc())
    part = part_of(db.session(), query, number=requested_page(), size=RESOLUTIONS_PER_PAGE)
    return render_template(
        "assembly/resolutions.html", resolutions=[row[0] for row in part.rows], part=part, pager=pager(part)
    )


@blueprint.get("/resolutions/<int:number>")
@requires()
def resolution(number: int) -> str:
    """Show a decision with its words."""
    session = db.session()
    # Beyond 32 bits PostgreSQL has no such number; nor has anybody else.
    row = session.scalar(_readable().where(Resolution.number == number)) if number < 2**31 else None
    if row is None:
        raise NotFound
    motion_id = (
        session.scalar(select(Motion.id).where(Motion.proposal_id == row.proposal_id)) if row.proposal_id else None
    )
    return render_template("assembly/resolution.html", resolution=row, motion_id=motion_id)


def _readable() -> Select[Resolution]:
    """Select the decisions that whoever is signed in may read."""
    query = select(Resolution)
    return query if actor().powers & OFFICERS else query.where(Resolution.about_person.is_(False))


@blueprint.get("/bylaws")
@public
def current_bylaws() -> str:
    """Show the by-laws in force."""
    session = db.session()
    found = bylaws.in_force(session, cooperative.today(session))
    return _bylaws_page(session.get_one(BylawVersion, found.version_id))


@blueprint.get("/bylaws/<int:version>")
@public
def bylaws_version(version: int) -> str:
    """Show one version of the by-laws."""
    query = select(BylawVersion).where(BylawVersion.version == version)
    row = db.session().scalar(query) if version < 2**31 else None
    if row is None:
        raise NotFound
    return _bylaws_page(row)


def _bylaws_page(row: BylawVersion) -> str:
    session = db.session()
    versions = list(session.scalars(select(BylawVersion).order_by(BylawVersion.version.desc())))
    in_force = bylaws.in_force(session, cooperative.today(session))
    return render_template(
        "assembly/bylaws.html",
        row=row,
        figures=Bylaws.from_canonical(row.figures),
        versions=versions,
        is_in_force=row.version == in_force.version,
    )
