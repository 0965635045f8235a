"""Sites: the places that a participant looks after, by name and nearest place, never by their exact location."""

from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from coop import audit, clock, cooperative
from coop.community.errors import HectaresOutOfRange, TooManySites, YearOutOfRange
from coop.community.models import Site
from coop.membership import participants
from coop.permissions import Actor, NotFound
from coop.texts import LONGEST_NAME, line
from evidence.identifiers import new_id

MOST_SITES = 50
MOST_HECTARES = 1_000_000
FIRST_YEAR = 1800


@dataclass(frozen=True)
class SiteText:
    """What is told of a site."""

    name: str
    place: str
    hectares: Decimal | None = None
    since_year: int | None = None


def add_site(session: Session, actor: Actor, *, participant_id: UUID, site: SiteText) -> UUID:
    """Add a site that a participant looks after, and return its id.

    Raises:
        NotFound, TooManySites, HectaresOutOfRange, YearOutOfRange, TextMissing, TextTooLong
    """
    actor.need_to_act_for(participant_id)
    participants.lock(session, participant_id)
    standing = (Site.participant_id == participant_id, Site.removed_at.is_(None))
    if (session.scalar(select(func.count()).select_from(Site).where(*standing)) or 0) >= MOST_SITES:
        raise TooManySites(MOST_SITES)
    this_year = cooperative.today(session).year
    if site.since_year is not None and not FIRST_YEAR <= site.since_year <= this_year:
        raise YearOutOfRange(FIRST_YEAR, this_year)
    row = Site(
        id=new_id(),
        participant_id=participant_id,
        name=line(site.name, about="name"),
        place=line(site.place, about="place", longest=LONGEST_NAME),
        added_at=clock.now(),
        hectares_tenths=_tenths(site.hectares),
        since_year=site.since_year,
    )
    session.add(row)
    session.flush()
    audit.record(session, actor, "site.added", subject=row.id, facts={"participant": participant_id})
    return row.id


def remove_site(session: Session, actor: Actor, *, participant_id: UUID, site_id: UUID) -> None:
    """Remove a site: its name and place are erased, and from now on it is not counted.

    Raises:
        NotFound
    """
    actor.need_to_act_for(participant_id)
    row = session.get(Site, site_id, with_for_update=True)
    if row is None or row.participant_id != participant_id or row.removed_at is not None:
        raise NotFound
    row.name = row.place = ""
    row.removed_at = clock.now()
    session.flush()
    audit.record(session, actor, "site.removed", subject=site_id, facts={"participant": participant_id})


def _tenths(hectares: Decimal | None) -> int | None:
    if hectares is None:
        return None
    if not hectares.is_finite() or not Decimal("0.1") <= hectares <= MOST_HECTARES or hectares * 10 % 1:
        raise HectaresOutOfRange
    return int(hectares * 10)
