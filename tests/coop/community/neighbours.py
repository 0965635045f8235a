"""What the tests of the community share: people who stand in the directory, and refusals that change nothing."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from coop import clock
from coop.community.events import EventPlan
from coop.community.models import Direction
from coop.community.operations import ProfileText, edit_profile
from coop.community.skills import add_skill
from coop.database import CoopBase
from coop.permissions import Actor
from evidence.messages import Refusal
from tests import joining
from tests.joining import Joined

OFFERED, WANTED = Direction.OFFERED, Direction.WANTED


def listed(session: Session, name: str, offered: tuple[str, ...] = (), wanted: tuple[str, ...] = ()) -> Joined:
    """Let somebody join, stand in the directory, offer something and want something."""
    who = joining.joined(session, name)
    actor = acting(session, who)
    edit_profile(session, actor, participant_id=who.participant_id, text=ProfileText(name, is_listed=True))
    for direction, skills in ((OFFERED, offered), (WANTED, wanted)):
        for skill in skills:
            add_skill(session, actor, participant_id=who.participant_id, direction=direction, name=skill)
    return who


def acting(session: Session, who: Joined) -> Actor:
    """Return somebody as actor."""
    return joining.actor_of(session, who.person_id)


def plan(title: str = "A walk along the river", hours: int = 48, capacity: int | None = None) -> EventPlan:
    """Return an event some hours ahead."""
    return EventPlan(title, "Bring boots.", clock.now() + timedelta(hours=hours), 90, "Ōtaki", "", capacity)


@contextmanager
def refused(session: Session, refusal: type[Refusal], about: str | None = None) -> Iterator[None]:
    """Expect a refusal that leaves the number of rows of every table as it was."""
    before = _rows(session)
    with pytest.raises(refusal) as caught, session.begin_nested():
        yield
    assert caught.value.about == about
    assert _rows(session) == before


#: The number of rows of every table, in one statement.
_COUNTS = select(
    *(select(func.count()).select_from(table).scalar_subquery() for table in CoopBase.metadata.sorted_tables)
)


def _rows(session: Session) -> tuple[int, ...]:
    return tuple(session.execute(_COUNTS).one())
