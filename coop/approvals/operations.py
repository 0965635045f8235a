"""Preparing, approving and withdrawing an act that needs two people.

Approval runs exactly the arguments that were stored, in the same transaction: if the run refuses, nothing was approved. The act's
row is locked by whoever settles it, and keys decide what is left of a race.
"""

import hashlib
import json
import secrets
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from coop import audit, clock, cooperative
from coop.approvals import errors, notices
from coop.approvals.kinds import ActKind, Outcome, TwoPeople, kind_named
from coop.approvals.models import ActApproval, ActWithdrawal, ActWords, TwoPersonAct, WithdrawalReason
from coop.approvals.queries import waiting
from coop.identity.models import Person
from coop.identity.powers import powers_of
from coop.permissions import Actor, NotFound, Power, SignInNeeded
from coop.texts import prose
from evidence.canonical import Canonical, canonical_bytes, digest
from evidence.identifiers import new_id

LONGEST_REASON = 1_000


def prepare(session: Session, actor: Actor, *, kind: str, arguments: Mapping[str, Canonical], words: str = "") -> UUID:
    """Prepare an act for a second person, tell those who may approve it, and return its id.

    `arguments` hold references, codes, dates and numbers, never a name; `words`, which may name people, lie in a row that can be
    erased, and `queries.words` gives them to the run.

    Raises:
        PowerMissing: the actor may not prepare acts of this kind.
        AlreadyPrepared: the same waits already.
        NotFound: there is no such kind.
    """
    act = _add(session, actor, kind_named(kind), arguments, words)
    notices.prepared(session, act)
    return act.id


def approve(session: Session, actor: Actor, *, act_id: UUID, seen: str) -> Outcome:
    """Approve an act as another person, which does it. `seen` is the digest on the page that the person read.

    Raises:
        PowerMissing, NotFound, SamePerson, AlreadyApproved, AlreadyWithdrawn, SomethingElse, PreparerLostPower
        Refusal: whatever the act itself refuses; then nothing is approved.
    """
    act, kind = _locked(session, act_id)
    outcome = _approve(session, actor, act, kind, seen)
    notices.approved(session, act)
    return outcome


def withdraw(session: Session, actor: Actor, *, act_id: UUID, reason: str = "") -> None:
    """Take back what one has prepared, or refuse, with a reason, what another has.

    Raises:
        PowerMissing, NotFound, AlreadyApproved, AlreadyWithdrawn, ReasonMissing, TextTooLong
    """
    act, kind = _locked(session, act_id)
    person_id = _person(actor)
    is_own = act.prepared_by == person_id
    power = None if is_own else actor.need(*kind.approved_by)
    _need_waiting(session, act_id)
    text = prose(reason, about="reason", longest=LONGEST_REASON)
    if not is_own and not text:
        raise errors.ReasonMissing
    session.add(ActWithdrawal(act_id=act_id, withdrawn_by=person_id, withdrawn_at=clock.now()))
    session.flush()
    if text:
        session.add(WithdrawalReason(act_id=act_id, text=text))
        session.flush()
    action = "act.withdrawn" if is_own else "act.refused"
    audit.record(session, actor, action, subject=act_id, power=power, facts={"kind": act.kind})
    if not is_own:
        notices.refused(session, act)


def both(
    session: Session,
    prepared: Actor,
    approved: Actor,
    *,
    kind: str,
    arguments: Mapping[str, Canonical],
    words: str = "",
) -> Outcome:
    """Prepare and approve at once: two people at one command line, each with their own power.

    Raises:
        PowerMissing, SamePerson, AlreadyPrepared, NotFound
        Refusal: whatever the act itself refuses.
    """
    known = kind_named(kind)
    act = _add(session, prepared, known, arguments, words)
    return _approve(session, approved, act, known, act.digest)


def digest_of(kind: str, arguments: Mapping[str, Any], words_digest: str | None) -> str:
    """Return the digest of an act: what the second person approves."""
    return digest({"kind": kind, "arguments": arguments, "words": words_digest})


def digest_of_words(salt: str, text: str) -> str:
    """Return the digest by which an act holds on to its words."""
    return hashlib.sha256(f"{salt}{text}".encode()).hexdigest()


def _add(session: Session, actor: Actor, kind: ActKind, arguments: Mapping[str, Canonical], words: str) -> TwoPersonAct:
    power = actor.need(*kind.prepared_by)
    person_id = _person(actor)
    # Two who prepare the same at once: the second one waits here and then finds the first one's.
    cooperative.current(session, lock=True)
    plain = json.loads(canonical_bytes(arguments))
    for other in waiting(session, kind=kind.code):
        if other.arguments == plain:
            raise errors.AlreadyPrepared(other.id)
    salt = secrets.token_hex(16)
    words_digest = digest_of_words(salt, words) if words else None
    act = TwoPersonAct(
        id=new_id(),
        kind=kind.code,
        arguments=plain,
        digest=digest_of(kind.code, plain, words_digest),
        prepared_by=person_id,
        prepared_at=clock.now(),
        words_digest=words_digest,
    )
    session.add(act)
    session.flush()
    if words:
        session.add(ActWords(act_id=act.id, salt=salt, text=words))
        session.flush()
    audit.record(
        session, actor, "act.prepared", subject=act.id, power=power, facts={"kind": kind.code, "digest": act.digest}
    )
    return act


def _approve(session: Session, actor: Actor, act: TwoPersonAct, kind: ActKind, seen: str) -> Outcome:
    power = actor.need(*kind.approved_by)
    person_id = _person(actor)
    _need_waiting(session, act.id)
    if person_id == act.prepared_by:
        raise errors.SamePerson
    if kind.independence is not None:
        kind.independence(session, actor, act.arguments)
    _need_as_seen(session, act, seen)
    _need_power_still(session, act.prepared_by, kind.prepared_by)
    session.add(ActApproval(act_id=act.id, approved_by=person_id, approved_at=clock.now()))
    session.flush()
    audit.record(
        session, actor, "act.approved", subject=act.id, power=power, facts={"kind": act.kind, "digest": act.digest}
    )
    two = TwoPeople(act_id=act.id, prepared_by=act.prepared_by, approved_by=person_id)
    return kind.run(session, actor, act.arguments, two)


def _locked(session: Session, act_id: UUID) -> tuple[TwoPersonAct, ActKind]:
    act = session.get(TwoPersonAct, act_id, with_for_update=True)
    if act is None:
        raise NotFound
    return act, kind_named(act.kind)


def _need_waiting(session: Session, act_id: UUID) -> None:
    # Read after the lock: whoever settled it first has committed by now.
    approval = session.get(ActApproval, act_id)
    if approval is not None:
        raise errors.AlreadyApproved(approval.approved_at)
    withdrawal = session.get(ActWithdrawal, act_id)
    if withdrawal is not None:
        raise errors.AlreadyWithdrawn(withdrawal.withdrawn_at)


def _need_as_seen(session: Session, act: TwoPersonAct, seen: str) -> None:
    """Hold what the person saw against what is stored, words included."""
    words = session.get(ActWords, act.id)
    words_digest = digest_of_words(words.salt, words.text) if words else None
    if not seen == act.digest == digest_of(act.kind, act.arguments, words_digest):
        raise errors.SomethingElse


def _need_power_still(session: Session, person_id: UUID, any_of: tuple[Power, ...]) -> None:
    held = powers_of(session, person_id, cooperative.today(session))
    if not session.get_one(Person, person_id).active or held.isdisjoint(any_of):
        raise errors.PreparerLostPower(any_of[0].value)


def _person(actor: Actor) -> UUID:
    if actor.person_id is None:
        raise SignInNeeded
    return actor.person_id
