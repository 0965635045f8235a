"""The kinds of acts that need two people, each brought by the room that it belongs to.

A kind says who may prepare and who may approve it, how it reads on a page, and what approval runs. Rooms keep theirs in `acts.py`
and coop/rooms.py registers them. Nothing here knows what any of them does.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from coop.outbox import Page
from coop.permissions import Actor, NotFound, Power


@dataclass(frozen=True)
class TwoPeople:
    """Proof that two people stand behind an act. Only `coop.approvals.operations` makes one.

    An operation that binds many takes it as a parameter, so it cannot be called on one person's word.
    """

    act_id: UUID
    prepared_by: UUID
    approved_by: UUID


@dataclass(frozen=True)
class Outcome:
    """What an act brought about, and the page where it can be seen."""

    subject: UUID | None
    page: Page | None


#: Runs an act with its stored arguments: ids and dates arrive as text, as canonical JSON has them.
Run = Callable[[Session, Actor, Mapping[str, Any], TwoPeople], Outcome]
#: Refuses a second person who stands too near to what they would approve, beside having prepared it.
Independence = Callable[[Session, Actor, Mapping[str, Any]], None]
#: Returns the page where an act is looked at and decided, where words alone do not show it.
OwnPage = Callable[[Mapping[str, Any]], Page]
#: Says what exactly will happen, as translated pairs of term and value.
Describe = Callable[[Session, Mapping[str, Any]], list[tuple[str, str]]]


@dataclass(frozen=True)
class ActKind:
    """One kind of act."""

    #: `noun.verb`, such as `power.grant`.
    code: str
    #: Marked for translation.
    label: str
    prepared_by: tuple[Power, ...]
    approved_by: tuple[Power, ...]
    run: Run
    describe: Describe
    #: Marked for translation: what somebody does next once it is done; empty where nothing follows.
    next_step: str = ""
    #: The page where whoever may approve it sees more of what waits than the act says, by its arguments.
    look: Callable[[Mapping[str, Any]], Page] | None = None
    page: OwnPage | None = None
    independence: Independence | None = None

    @property
    def readers(self) -> frozenset[Power]:
        """Who may read acts of this kind: whoever may take part in one, and the auditor."""
        return frozenset({*self.prepared_by, *self.approved_by, Power.AUDITOR})


_KINDS: dict[str, ActKind] = {}


def register(kind: ActKind) -> None:
    """Make a kind known."""
    _KINDS[kind.code] = kind


def kind_named(code: str) -> ActKind:
    """Return a kind by its code.

    Raises:
        NotFound: there is none.
    """
    try:
        return _KINDS[code]
    except KeyError:
        raise NotFound from None


def all_kinds() -> list[ActKind]:
    """Return every kind, by code."""
    return [_KINDS[code] for code in sorted(_KINDS)]
