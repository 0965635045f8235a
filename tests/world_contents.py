"""What the world of the tests consists of, for the parts that each room adds to it."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4


@dataclass(frozen=True)
class Address:
    """A page, who opens it (nobody: a visitor who is not signed in), and the status they get."""

    who: str | None
    path: str
    status: int = 200


@dataclass
class World:
    """What was made: ids by what they are."""

    #: The time for every request.
    now: datetime
    #: Founders' participants by how tests call them, and `group`, which the treasurer acts for too.
    participants: dict[str, UUID]
    people: dict[str, UUID]
    #: Motions by how they stand.
    motions: dict[str, UUID] = field(default_factory=dict)
    comment: UUID = field(default_factory=uuid4)
    entry: UUID = field(default_factory=uuid4)
    application: UUID = field(default_factory=uuid4)
    decided_application: UUID = field(default_factory=uuid4)
    request: UUID = field(default_factory=uuid4)
    paid_request: UUID = field(default_factory=uuid4)
    member: UUID = field(default_factory=uuid4)
    grant: UUID = field(default_factory=uuid4)
    own_grant: UUID = field(default_factory=uuid4)
    listed: UUID = field(default_factory=uuid4)
    #: What the rooms' own parts made (see tests/rooms_of_the_world), by the name of the argument in an address.
    things: dict[str, list[Any]] = field(default_factory=dict)
