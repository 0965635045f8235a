"""The stage of the demonstration: scenes that are played in the order of their moments, each in a write of its own.

A scene may set up later ones with what it brought about, so the story can be told thread by thread and still happens in the
order of time: numbers, registers and the journal grow as they would have.
"""

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from typing import TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from coop import clock
from coop.database import write
from coop.demonstration.calendar import ZONE, Calendar
from coop.demonstration.roles import Role
from coop.permissions import Actor, Power
from coop.signed_in import actor_of

Result = TypeVar("Result")

#: Whoever runs the command.
OPERATOR = Actor(person_id=None, channel="command", powers=frozenset(Power))


@dataclass
class Stage:
    """When the building began, what is still to be played, and who is there by now."""

    now: datetime
    #: Shows a line of progress.
    progress: Callable[[str], None]
    #: Of the password of every role.
    password_hash: str
    #: Participants who have become members, in the order of joining.
    members: list[UUID] = field(default_factory=list)
    #: The person who acts for a participant.
    people: dict[UUID, UUID] = field(default_factory=dict)
    #: The persons of the roles, by address.
    persons: dict[str, UUID] = field(default_factory=dict)
    _scenes: list[tuple[datetime, int, Callable[[], None]]] = field(default_factory=list)
    _numbers: "count[int]" = field(default_factory=count)

    @property
    def calendar(self) -> Calendar:
        """Return the days of the story."""
        return Calendar(self.now)

    def at(
        self, moment: datetime, work: Callable[[Session], Result], then: Callable[[Result], None] | None = None
    ) -> None:
        """Set up a scene: `work` is done at that moment, and `then` gets what it returned."""

        def scene() -> None:
            result = write(work)
            if then is not None:
                then(result)

        # Scenes of one moment are played in the order in which they were set up.
        heapq.heappush(self._scenes, (moment, next(self._numbers), scene))

    def play(self) -> None:
        """Play all scenes, those that are set up on the way included."""
        while self._scenes:
            moment, _, scene = heapq.heappop(self._scenes)
            with clock.at(moment):
                scene()

    def ago(self, *, hour: int | None = None, **span: float) -> datetime:
        """Return the moment that lies `span` before the building; with `hour`, that full hour of the day in the co-op's zone."""
        moment = self.now - timedelta(**span)
        if hour is None:
            return moment
        return moment.astimezone(ZoneInfo(ZONE)).replace(hour=hour, minute=0, second=0, microsecond=0)

    def role(self, session: Session, role: Role) -> Actor:
        """Return the person of a role as an actor, with the powers of that moment."""
        return actor_of(session, self.persons[role.email], "command")

    def acting(self, participant_id: UUID) -> Actor:
        """Return the person who acts for a participant as an actor, without any power."""
        person_id = self.people[participant_id]
        represents = frozenset(one for one, person in self.people.items() if person == person_id)
        return Actor(person_id=person_id, channel="command", represents=represents)

    def themselves(self, role: Role) -> UUID:
        """Return the participant that the person of a role is."""
        return self.of_role(role)[0]

    def of_role(self, role: Role) -> list[UUID]:
        """Return the participants for whom the person of a role acts: themselves first."""
        person_id = self.persons[role.email]
        return [one for one, person in self.people.items() if person == person_id]

    def ordinary_members(self) -> list[UUID]:
        """Return the members for whom none of the roles acts, in the order of joining."""
        taken = set(self.persons.values())
        return [one for one in self.members if self.people[one] not in taken]

    def ordinary_people(self) -> list[UUID]:
        """Return those of them who are people: whoever acts for an organisation as well came as themselves first."""
        return list({self.people[one]: one for one in reversed(self.ordinary_members())}.values())[::-1]
