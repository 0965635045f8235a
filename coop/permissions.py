"""Who may do what: powers, the actor of an operation, and the guard that every route must carry.

A route without a guard does not start the application. A guard on a route only keeps people out of pages; each operation
checks the actor again, so that page, interface, command and worker obey the same rule.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Literal, TypeVar
from uuid import UUID

from evidence.messages import N_, Refusal

View = TypeVar("View", bound=Callable[..., Any])
Channel = Literal["web", "command", "worker"]


class Power(StrEnum):
    """What a person may do for the co-operative, for a term."""

    TREASURER = "treasurer"
    BOARD = "board"
    SECRETARY = "secretary"
    ADMINISTRATOR = "administrator"
    AUDITOR = "auditor"
    SCRUTINEER = "scrutineer"


@dataclass(frozen=True)
class Actor:
    """Who acts: the person, the participant they act for, the powers they hold now, and by which way they came.

    `powers` are those that were in force when the actor was made, which is within the same request or command. The program
    itself (worker, founding) acts without a person.
    """

    person_id: UUID | None
    channel: Channel
    powers: frozenset[Power] = frozenset()
    #: Participants whom the person represents: themselves, and organisations.
    represents: frozenset[UUID] = frozenset()
    acting_for: UUID | None = None
    #: Powers that the person holds and that rest, because the session was begun without a second factor.
    withheld: frozenset[Power] = frozenset()

    def need(self, *any_of: Power) -> Power | None:
        """Return the power by which the actor may do this; the program itself needs none.

        Raises:
            PowerMissing: the actor holds none of them.
            FactorNeeded: one is held, and rests.
        """
        for power in any_of:
            if power in self.powers:
                return power
        for power in any_of:
            if power in self.withheld:
                raise FactorNeeded(power.value)
        if self.person_id is None and self.channel in {"command", "worker"}:
            return None
        raise PowerMissing(any_of[0].value)

    def need_to_act_for(self, participant_id: UUID) -> None:
        """Refuse unless the actor represents the participant.

        Raises:
            NotFound: they do not; whether such a participant exists is not told.
        """
        if participant_id not in self.represents:
            raise NotFound


#: The program itself.
WORKER = Actor(person_id=None, channel="worker")


@dataclass(eq=False)
class PowerMissing(Refusal):
    """The act needs a power that the person does not hold."""

    power: str
    message = N_("Only somebody who holds the power of %(power)s can do this.")


@dataclass(eq=False)
class FactorNeeded(PowerMissing):
    """The person holds the power; it rests until they sign in with a second factor."""

    message = N_(
        "You hold the power of %(power)s. It rests until you have a second factor, a code from an app beside your password,"
        " and are signed in with it."
    )


@dataclass(eq=False)
class NotFound(Refusal):
    """There is no such thing, or it belongs to somebody else: the two look alike."""

    message = N_("There is no such page, or it is not yours to see.")


@dataclass(eq=False)
class SignInNeeded(Refusal):
    """The page is for people who are signed in."""

    message = N_("Please sign in first.")


@dataclass(frozen=True)
class Guard:
    """Who may enter a route: everyone, whoever is signed in, or who holds one of `powers`."""

    public: bool
    powers: tuple[Power, ...] = ()

    def check(self, actor: Actor) -> None:
        """Refuse an actor who may not enter.

        Raises:
            SignInNeeded, PowerMissing
        """
        if self.public:
            return
        if actor.person_id is None:
            raise SignInNeeded
        if self.powers:
            actor.need(*self.powers)

    def admits(self, actor: Actor) -> bool:
        """Say whether an actor may enter; the menu asks."""
        try:
            self.check(actor)
        except (SignInNeeded, PowerMissing):
            return False
        return True


def public(view: View) -> View:
    """Mark a route that anybody may enter."""
    view.__dict__["coop_guard"] = Guard(public=True)
    return view


def requires(*any_of: Power) -> Callable[[View], View]:
    """Mark a route for people who are signed in and, where powers are named, hold one of them."""

    def mark(view: View) -> View:
        view.__dict__["coop_guard"] = Guard(public=False, powers=any_of)
        return view

    return mark


def signed_by_sender(view: View) -> View:
    """Mark a route for machines that sign what they send: it takes JSON, and no token of a form is asked for.

    The view must verify the signature before anything else.
    """
    view.__dict__["coop_signed_by_sender"] = True
    return view


def is_signed_by_sender(view: Callable[..., Any] | None) -> bool:
    """Say whether a view carries that mark."""
    return getattr(view, "coop_signed_by_sender", False) is True


def takes_files(view: View) -> View:
    """Mark a route whose form sends a file, in its field `file`; everywhere else a request with one is refused."""
    view.__dict__["coop_takes_files"] = True
    return view


def takes_papers(view: View) -> View:
    """Mark a route as `takes_files` does, whose request may be as large as a scanned receipt."""
    view.__dict__["coop_takes_papers"] = True
    return takes_files(view)


def takes_evidence(view: View) -> View:
    """Mark a route as `takes_files` does, whose request may be as large as the archive of an election."""
    view.__dict__["coop_takes_evidence"] = True
    return takes_files(view)


def is_taking_evidence(view: Callable[..., Any] | None) -> bool:
    """Say whether a view carries that mark."""
    return getattr(view, "coop_takes_evidence", False) is True


def is_taking_papers(view: Callable[..., Any] | None) -> bool:
    """Say whether a view carries that mark."""
    return getattr(view, "coop_takes_papers", False) is True


def is_taking_files(view: Callable[..., Any] | None) -> bool:
    """Say whether a view carries that mark."""
    return getattr(view, "coop_takes_files", False) is True


def guard_of(view: Callable[..., Any]) -> Guard | None:
    """Return the guard that a view carries."""
    guard = getattr(view, "coop_guard", None)
    return guard if isinstance(guard, Guard) else None
