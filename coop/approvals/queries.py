"""Reading acts of two people: which wait, for whom, and what became of the others."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session, aliased

from coop.approvals.kinds import ActKind, all_kinds, kind_named
from coop.approvals.models import ActApproval, ActWithdrawal, ActWords, TwoPersonAct, WithdrawalReason
from coop.identity.models import Person
from coop.paging import Part, part_of
from coop.permissions import Actor, NotFound
from coop.texts import fold
from evidence.canonical import Canonical

PAGE_SIZE = 50


@dataclass(frozen=True)
class ActRow:
    """An act as lists and its page show it; an end is an approval or a withdrawal, and there is at most one."""

    id: UUID
    kind: ActKind
    arguments: Mapping[str, Any]
    digest: str
    prepared_by: UUID
    prepared_by_name: str
    prepared_at: datetime
    ended_by: UUID | None
    ended_by_name: str | None
    ended_at: datetime | None
    is_done: bool

    @property
    def is_waiting(self) -> bool:
        """Say whether nobody has settled it yet."""
        return self.ended_at is None

    @property
    def is_refused(self) -> bool:
        """Say whether somebody else than who prepared it ended it without doing it."""
        return not self.is_waiting and not self.is_done and self.ended_by != self.prepared_by


_ENDER = aliased(Person)


def waiting(session: Session, *, kind: str | None = None) -> list[ActRow]:
    """Return the acts that nobody has settled, the oldest first."""
    query = _rows().where(ActApproval.act_id.is_(None), ActWithdrawal.act_id.is_(None))
    if kind is not None:
        query = query.where(TwoPersonAct.kind == kind)
    return [_row(found) for found in session.execute(query.order_by(TwoPersonAct.prepared_at, TwoPersonAct.id))]


def waiting_with(session: Session, kind: str, arguments: Mapping[str, Canonical]) -> UUID | None:
    """Return the act of a kind that waits and whose arguments include these; a room's page points at it instead of preparing anew."""
    wanted = {name: str(value) if isinstance(value, UUID) else value for name, value in arguments.items()}
    return next((row.id for row in waiting(session, kind=kind) if wanted.items() <= dict(row.arguments).items()), None)


def waiting_for(session: Session, actor: Actor) -> list[ActRow]:
    """Return the acts that wait and that the actor may approve."""
    return [
        row
        for row in waiting(session)
        if row.prepared_by != actor.person_id and not actor.powers.isdisjoint(row.kind.approved_by)
    ]


def readable(actor: Actor) -> list[ActKind]:
    """Return the kinds of act that the actor may read."""
    return [kind for kind in all_kinds() if not actor.powers.isdisjoint(kind.readers)]


def done(session: Session, *, kinds: Collection[str], words: str, page: int) -> Part[Any]:
    """Return a page of the settled acts of these kinds, the latest first; `words` are looked for in the names of both people."""
    query = _rows().where(TwoPersonAct.kind.in_(kinds), _ended_at().is_not(None))
    if words.strip():
        found = _people_named(session, words)
        query = query.where(or_(TwoPersonAct.prepared_by.in_(found), _ended_by().in_(found)))
    part = part_of(session, query.order_by(_ended_at().desc(), TwoPersonAct.id), number=page, size=PAGE_SIZE)
    return Part(tuple(_row(found) for found in part.rows), part.number, part.last, part.total)


def act(session: Session, act_id: UUID, actor: Actor) -> ActRow:
    """Return an act that the actor may read.

    Raises:
        NotFound: there is none, or it is none of the actor's business.
    """
    found = session.execute(_rows().where(TwoPersonAct.id == act_id)).one_or_none()
    if found is None:
        raise NotFound
    row = _row(found)
    if actor.powers.isdisjoint(row.kind.readers) and actor.person_id != row.prepared_by:
        raise NotFound
    return row


def words(session: Session, act_id: UUID) -> str:
    """Return the words that belong to an act; nothing where it has none or they were erased."""
    return session.scalar(select(ActWords.text).where(ActWords.act_id == act_id)) or ""


def reason(session: Session, act_id: UUID) -> str:
    """Return why an act was not done; nothing where none was given or it was erased."""
    return session.scalar(select(WithdrawalReason.text).where(WithdrawalReason.act_id == act_id)) or ""


def _rows() -> Select[Any]:
    return (
        select(TwoPersonAct, Person.name, _ended_by(), _ENDER.name, _ended_at(), ActApproval.act_id.is_not(None))
        .join(Person, Person.id == TwoPersonAct.prepared_by)
        .outerjoin(ActApproval, ActApproval.act_id == TwoPersonAct.id)
        .outerjoin(ActWithdrawal, ActWithdrawal.act_id == TwoPersonAct.id)
        .outerjoin(_ENDER, _ENDER.id == _ended_by())
    )


def _ended_by() -> Any:
    return func.coalesce(ActApproval.approved_by, ActWithdrawal.withdrawn_by)


def _ended_at() -> Any:
    return func.coalesce(ActApproval.approved_at, ActWithdrawal.withdrawn_at)


def _row(found: Any) -> ActRow:
    row, preparer, ended_by, ender, ended_at, is_done = found
    return ActRow(
        id=row.id,
        kind=kind_named(row.kind),
        arguments=row.arguments,
        digest=row.digest,
        prepared_by=row.prepared_by,
        prepared_by_name=preparer,
        prepared_at=row.prepared_at,
        ended_by=ended_by,
        ended_by_name=ender,
        ended_at=ended_at,
        is_done=is_done,
    )


def _people_named(session: Session, words: str) -> list[UUID]:
    """Return the people with all these words in their names. Officers are few, so their names are folded here."""
    wanted = fold(words).split()
    people = session.execute(select(Person.id, Person.name).where(_took_part())).all()
    return [person_id for person_id, name in people if all(word in fold(name) for word in wanted)]


def _took_part() -> Any:
    return or_(
        Person.id.in_(select(TwoPersonAct.prepared_by)),
        Person.id.in_(select(ActApproval.approved_by)),
        Person.id.in_(select(ActWithdrawal.withdrawn_by)),
    )
