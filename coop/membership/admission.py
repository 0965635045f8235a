"""Applying for membership, and how an application ends: admitted or refused by the board, or withdrawn.

The applicant accepts a version of the terms. The board's decision is a resolution in the register of resolutions. Admission is
not yet membership: where there is a share, the register and the vote begin on the day it is issued.
"""

from dataclasses import dataclass
from datetime import date
from uuid import UUID
from zoneinfo import ZoneInfo

from flask_babel import gettext
from sqlalchemy.orm import Session

from coop import audit, clock, cooperative
from coop.assembly.bylaws import in_force
from coop.assembly.resolutions import Body, Resolution, record_resolution
from coop.formats import format_money
from coop.membership import errors, participants, queries, register, terms
from coop.membership.models import (
    Application,
    ApplicationAnswer,
    ApplicationDecision,
    Decision,
    MemberClass,
    Participant,
)
from coop.payments.models import PaymentRequest
from coop.permissions import Actor, NotFound, Power
from coop.shares import operations as shares
from coop.shares.errors import NoSharesToBuy
from coop.shares.models import Subscription
from coop.texts import prose
from evidence.identifiers import new_id

#: Bounds of what an applicant writes about the common bond.
SHORTEST_BOND = 20
LONGEST_BOND = 4000
LONGEST_REASON = 2000


@dataclass(frozen=True)
class Asked:
    """What an applicant asks for and accepts."""

    class_id: UUID
    #: The common bond: how they work in conservation.
    bond: str
    #: Shares they want to buy; 0 where there is no share.
    shares: int
    #: The version of the terms that the page showed.
    terms_version: int
    accepts: bool


@dataclass(frozen=True)
class Verdict:
    """What the board decided."""

    admits: bool
    decided_on: date
    #: The words of the minute.
    minute: str
    #: Why not, for the applicant; needed for a refusal.
    reason: str = ""


def apply(session: Session, actor: Actor, *, participant_id: UUID, asked: Asked) -> UUID:
    """Submit an application and return its id.

    Raises:
        NotFound, AlreadyMember, ApplicationOpen, NoTerms, TermsNotAccepted, TermsChanged, NoSuchClass, SharesOutOfRange,
        NoSharesToBuy, TextMissing, TextTooShort, TextTooLong
    """
    actor.need_to_act_for(participant_id)
    participant = participants.lock(session, participant_id)
    _check_may_apply(session, participant_id)
    terms_id = _accepted_terms(session, asked)
    member_class = session.get(MemberClass, asked.class_id)
    if member_class is None or member_class.kind is not participant.kind:
        raise errors.NoSuchClass
    _check_shares(session, asked.shares)
    bond = prose(asked.bond, about="bond", least=SHORTEST_BOND, longest=LONGEST_BOND)
    application = Application(
        id=new_id(),
        participant_id=participant_id,
        class_id=member_class.id,
        terms_id=terms_id,
        shares=asked.shares,
        submitted_at=clock.now(),
    )
    session.add(application)
    session.flush()
    session.add(ApplicationAnswer(application_id=application.id, bond=bond))
    session.flush()
    audit.record(
        session,
        actor,
        "application.submitted",
        subject=application.id,
        facts={"class": member_class.code, "shares": asked.shares, "terms_version": asked.terms_version},
    )
    return application.id


def withdraw(session: Session, actor: Actor, *, application_id: UUID) -> None:
    """Withdraw an application on which the board has not decided.

    Raises:
        NotFound, AlreadyDecided
    """
    application = session.get(Application, application_id)
    if application is None:
        raise NotFound
    actor.need_to_act_for(application.participant_id)
    participants.lock(session, application.participant_id)
    _end(session, application_id, Decision.WITHDRAWN, None)
    audit.record(session, actor, "application.withdrawn", subject=application_id)


def decide(session: Session, actor: Actor, *, application_id: UUID, verdict: Verdict) -> UUID:
    """Record the board's decision on an application, act on it, tell the applicant, and return the resolution's id.

    Nobody decides on their own application, or on that of an organisation they act for.

    Raises:
        NotFound, PowerMissing, OwnApplication, AlreadyDecided, DecidedInFuture, DecidedBeforeApplication, TermsOutdated,
        ShareLimit, TextMissing, TextTooShort, TextTooLong
    """
    power = actor.need(Power.BOARD)
    application, participant = _locked(session, application_id)
    if participant.id in actor.represents:
        raise errors.OwnApplication
    _check_undecided(session, application_id)
    _check_date(session, application, verdict.decided_on)
    if verdict.admits:
        title = gettext("Admission of %(name)s as a member", name=participant.name)
    else:
        title = gettext("%(name)s not admitted as a member", name=participant.name)
    minute = prose(verdict.minute, about="minute", least=1, longest=LONGEST_REASON)
    reason = prose(verdict.reason, about="reason", least=0 if verdict.admits else 1, longest=LONGEST_REASON)
    resolution_id = record_resolution(
        session, body=Body.BOARD, decided_on=verdict.decided_on, title=title, text=minute, about_person=True
    )
    if verdict.admits:
        _admit(session, actor, application, resolution_id, power)
    else:
        _refuse(session, actor, application, resolution_id, power, reason)
    return resolution_id


def admit_founder(session: Session, actor: Actor, *, application_id: UUID, resolution_id: UUID) -> None:
    """Admit a founding member by the founding resolution, which the founders took together before there was a board.

    Raises:
        NotFound: there is no such application, or the resolution is not one of the founders.
        AlreadyDecided, PowerMissing
    """
    power = actor.need(Power.ADMINISTRATOR)
    resolution = session.get(Resolution, resolution_id)
    if resolution is None or resolution.body is not Body.FOUNDERS:
        raise NotFound
    application, _ = _locked(session, application_id)
    _check_undecided(session, application_id)
    _admit(session, actor, application, resolution_id, power)


def _locked(session: Session, application_id: UUID) -> tuple[Application, Participant]:
    application = session.get(Application, application_id)
    if application is None:
        raise NotFound
    return application, participants.lock(session, application.participant_id)


def _check_may_apply(session: Session, participant_id: UUID) -> None:
    standing = queries.membership(session, participant_id)
    if standing.member_number is not None:
        raise errors.AlreadyMember(standing.member_number)
    if not standing.may_apply:
        raise errors.ApplicationOpen


def _accepted_terms(session: Session, asked: Asked) -> UUID:
    current = terms.current_terms(session)
    if current is None:
        raise errors.NoTerms
    if asked.terms_version != current.version:
        raise errors.TermsChanged(current.version)
    if not asked.accepts:
        raise errors.TermsNotAccepted
    return current.id


def _check_shares(session: Session, wanted: int) -> None:
    bylaws = in_force(session, cooperative.today(session)).bylaws
    if bylaws.share_price_minor is None:
        if wanted:
            raise NoSharesToBuy
    elif not 1 <= wanted <= bylaws.most_shares:
        raise errors.SharesOutOfRange(bylaws.most_shares)


def _check_undecided(session: Session, application_id: UUID) -> None:
    if session.get(ApplicationDecision, application_id) is not None:
        raise errors.AlreadyDecided


def _check_date(session: Session, application: Application, decided_on: date) -> None:
    today = cooperative.today(session)
    if decided_on > today:
        raise errors.DecidedInFuture(today)
    zone = ZoneInfo(cooperative.current(session).zone)
    submitted_on = application.submitted_at.astimezone(zone).date()
    if decided_on < submitted_on:
        raise errors.DecidedBeforeApplication(submitted_on)


def _end(session: Session, application_id: UUID, decision: Decision, resolution_id: UUID | None) -> None:
    _check_undecided(session, application_id)
    session.add(
        ApplicationDecision(
            application_id=application_id, decision=decision, decided_at=clock.now(), resolution_id=resolution_id
        )
    )
    session.flush()


def _admit(session: Session, actor: Actor, application: Application, resolution_id: UUID, power: Power | None) -> None:
    """End the application by admission, and ask for the money or, without a share, enter the member at once."""
    today = cooperative.today(session)
    accepted = terms.terms_by_id(session, application.terms_id)
    price_minor = in_force(session, today).bylaws.share_price_minor
    if accepted.bylaws.share_price_minor != price_minor:
        raise errors.TermsOutdated(accepted.version)
    _end(session, application.id, Decision.ADMITTED, resolution_id)
    audit.record(
        session,
        actor,
        "application.admitted",
        subject=application.id,
        power=power,
        facts={"resolution": resolution_id},
    )
    if price_minor is None:
        register.enrol(session, actor, application_id=application.id)
        return
    subscription_id = shares.subscribe(
        session,
        actor,
        participant_id=application.participant_id,
        quantity=application.shares,
        application_id=application.id,
    )
    _ask_for_payment(session, application, subscription_id)


def _ask_for_payment(session: Session, application: Application, subscription_id: UUID) -> None:
    subscription = session.get_one(Subscription, subscription_id)
    request = session.get_one(PaymentRequest, subscription.request_id)
    participants.tell(
        session,
        application.participant_id,
        key=f"application-admitted:{application.id}",
        subject=gettext("you have been admitted"),
        text=gettext(
            "The board has admitted you. Please pay %(amount)s to %(account)s with the reference %(reference)s. When "
            "the money has arrived your share is issued, and your membership and your vote begin. How it stands:",
            amount=format_money(request.amount_minor, request.currency),
            account=cooperative.current(session).bank_account,
            reference=request.reference,
        ),
    )


def _refuse(
    session: Session, actor: Actor, application: Application, resolution_id: UUID, power: Power | None, reason: str
) -> None:
    _end(session, application.id, Decision.REFUSED, resolution_id)
    answer = session.get(ApplicationAnswer, application.id)
    if answer is not None:
        answer.refusal_reason = reason
    session.flush()
    audit.record(
        session,
        actor,
        "application.refused",
        subject=application.id,
        power=power,
        facts={"resolution": resolution_id},
    )
    participants.tell(
        session,
        application.participant_id,
        key=f"application-refused:{application.id}",
        subject=gettext("your application"),
        text=gettext("The board has not admitted you. Its reason: %(reason)s", reason=reason)
        + "\n\n"
        + gettext("You may apply again at any time:"),
    )
