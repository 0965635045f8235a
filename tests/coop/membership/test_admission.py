"""Applying, deciding and withdrawing, as operations."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from coop import cooperative, outbox
from coop.assembly import bylaws
from coop.assembly.resolutions import Body, Resolution
from coop.audit import AuditEvent
from coop.membership import admission, checks, errors, queries, registers, terms
from coop.membership.admission import Asked, Verdict
from coop.membership.models import Application, ApplicationAnswer, Decision, Member, ParticipantKind
from coop.permissions import NotFound, PowerMissing
from coop.shares import checks as share_checks
from coop.shares.errors import NoSharesToBuy
from coop.shares.models import Subscription
from coop.texts import TextMissing, TextTooLong, TextTooShort
from tests import joining


def admit(session: Session) -> Verdict:
    return Verdict(admits=True, decided_on=cooperative.today(session), minute="Carried unanimously.")


def test_an_admitted_applicant_is_asked_to_pay_and_not_yet_a_member(session: Session) -> None:
    joining.found(session)
    who = joining.joined(session)
    application_id = joining.applied(session, who, shares=2)
    resolution_id = admission.decide(
        session, joining.founder(session, "board"), application_id=application_id, verdict=admit(session)
    )
    standing = queries.membership(session, who.participant_id)
    assert standing.is_admitted
    assert standing.member_number is None
    assert joining.request_of(session, who.participant_id).amount_minor == 10_000
    resolution = session.get_one(Resolution, resolution_id)
    assert resolution.body is Body.BOARD
    mail = session.scalars(select(outbox.OutboxJob).where(outbox.OutboxJob.key.startswith("application-admitted")))
    texts = [job.payload["text"] for job in mail if job.payload["to"] == "hemi@new.test"]
    assert len(texts) == 1
    assert joining.request_of(session, who.participant_id).reference in texts[0]


def test_without_a_share_an_admitted_applicant_is_a_member_at_once(session: Session) -> None:
    joining.found(session, share_price_minor=None)
    who = joining.joined(session)
    member = joining.enrolled(session, who, shares=0)
    assert member.number == 9  # eight founders came before
    assert member.joined_on == cooperative.today(session)
    assert session.scalar(select(func.count()).select_from(Subscription)) == 0
    assert checks.findings(session) == []


def test_a_refused_applicant_gets_the_reason_and_may_apply_again(session: Session) -> None:
    joining.found(session)
    who = joining.joined(session)
    application_id = joining.applied(session, who)
    verdict = replace(admit(session), admits=False, reason="Please tell us where you work.")
    admission.decide(session, joining.founder(session, "board"), application_id=application_id, verdict=verdict)
    standing = queries.membership(session, who.participant_id)
    assert standing.application is not None
    assert standing.application.decision is Decision.REFUSED
    assert standing.application.refusal_reason == "Please tell us where you work."
    assert joining.applied(session, who) != application_id


def test_a_refusal_needs_a_reason_and_every_decision_a_minute(session: Session) -> None:
    joining.found(session)
    application_id = joining.applied(session, joining.joined(session))
    board = joining.founder(session, "board")
    verdict = replace(admit(session), admits=False)
    with pytest.raises(TextMissing) as refused:
        admission.decide(session, board, application_id=application_id, verdict=verdict)
    assert refused.value.about == "reason"
    with pytest.raises(TextMissing) as refused:
        admission.decide(
            session, board, application_id=application_id, verdict=replace(admit(session), minute=" \x00 ")
        )
    assert refused.value.about == "minute"


def test_only_the_board_decides_and_never_on_itself(session: Session) -> None:
    joining.found(session)
    who = joining.joined(session)
    application_id = joining.applied(session, who)
    for name in ("secretary", "treasurer", "auditor"):
        with pytest.raises(PowerMissing):
            admission.decide(
                session, joining.founder(session, name), application_id=application_id, verdict=admit(session)
            )
    board = joining.founder(session, "board")
    conflicted = replace(board, represents=board.represents | {who.participant_id})
    with pytest.raises(errors.OwnApplication):
        admission.decide(session, conflicted, application_id=application_id, verdict=admit(session))


def test_an_application_ends_once(session: Session) -> None:
    joining.found(session)
    who = joining.joined(session)
    application_id = joining.admitted(session, who)
    with pytest.raises(errors.AlreadyDecided):
        admission.decide(
            session, joining.founder(session, "board"), application_id=application_id, verdict=admit(session)
        )
    with pytest.raises(errors.AlreadyDecided):
        admission.withdraw(session, joining.actor_of(session, who.person_id), application_id=application_id)


def test_the_decision_is_dated_between_the_application_and_today(session: Session) -> None:
    joining.found(session)
    application_id = joining.applied(session, joining.joined(session))
    board, today = joining.founder(session, "board"), cooperative.today(session)
    for day, refusal in (
        (today + timedelta(days=1), errors.DecidedInFuture),
        (today - timedelta(days=1), errors.DecidedBeforeApplication),
    ):
        verdict = replace(admit(session), decided_on=day)
        with pytest.raises(refusal):
            admission.decide(session, board, application_id=application_id, verdict=verdict)


def test_a_participant_has_one_application_under_way(session: Session) -> None:
    joining.found(session)
    who = joining.joined(session)
    application_id = joining.applied(session, who)
    with pytest.raises(errors.ApplicationOpen):
        joining.applied(session, who)
    admission.withdraw(session, joining.actor_of(session, who.person_id), application_id=application_id)
    joining.admitted(session, who)
    with pytest.raises(errors.ApplicationOpen):
        joining.applied(session, who)
    joining.pay(session, who.participant_id)
    joining.issue(session, who.participant_id)
    with pytest.raises(errors.AlreadyMember) as refused:
        joining.applied(session, who)
    assert refused.value.number == 1


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        (lambda asked: replace(asked, accepts=False), errors.TermsNotAccepted),
        (lambda asked: replace(asked, terms_version=2), errors.TermsChanged),
        (lambda asked: replace(asked, terms_version=0), errors.TermsChanged),
        (lambda asked: replace(asked, class_id=uuid4()), errors.NoSuchClass),
        (lambda asked: replace(asked, shares=0), errors.SharesOutOfRange),
        (lambda asked: replace(asked, shares=-1), errors.SharesOutOfRange),
        (lambda asked: replace(asked, shares=101), errors.SharesOutOfRange),
        (lambda asked: replace(asked, shares=10**30), errors.SharesOutOfRange),
        (lambda asked: replace(asked, bond=""), TextMissing),
        (lambda asked: replace(asked, bond="too short"), TextTooShort),
        (lambda asked: replace(asked, bond="\x00" * 30), TextMissing),
        (lambda asked: replace(asked, bond="x" * 4001), TextTooLong),
    ],
)
def test_an_application_that_cannot_be_taken_leaves_nothing(
    session: Session, change: Callable[[Asked], Asked], refusal: type[Exception]
) -> None:
    joining.found(session)
    who = joining.joined(session)
    before = session.scalar(select(func.count()).select_from(Application))
    with pytest.raises(refusal):
        admission.apply(
            session,
            joining.actor_of(session, who.person_id),
            participant_id=who.participant_id,
            asked=change(joining.asked(session)),
        )
    assert session.scalar(select(func.count()).select_from(Application)) == before


def test_a_class_for_another_kind_of_participant_is_refused(session: Session) -> None:
    joining.found(session)
    who = joining.joined(session)
    with pytest.raises(errors.NoSuchClass):
        admission.apply(
            session,
            joining.actor_of(session, who.person_id),
            participant_id=who.participant_id,
            asked=joining.asked(session, kind=ParticipantKind.GROUP),
        )


def test_shares_cannot_be_asked_for_where_there_are_none(session: Session) -> None:
    joining.found(session, share_price_minor=None)
    who = joining.joined(session)
    with pytest.raises(NoSharesToBuy):
        joining.applied(session, who, shares=1)


def test_nobody_applies_for_somebody_else(session: Session) -> None:
    joining.found(session)
    who, other = joining.joined(session), joining.joined(session, "Other Person")
    with pytest.raises(NotFound):
        admission.apply(
            session,
            joining.actor_of(session, other.person_id),
            participant_id=who.participant_id,
            asked=joining.asked(session),
        )
    application_id = joining.applied(session, who)
    with pytest.raises(NotFound):
        admission.withdraw(session, joining.actor_of(session, other.person_id), application_id=application_id)


def test_an_applicant_who_accepted_another_price_is_not_admitted_at_the_new_one(session: Session) -> None:
    joining.found(session)
    who = joining.joined(session)
    application_id = joining.applied(session, who)
    today = cooperative.today(session)
    dearer = replace(bylaws.in_force(session, today).bylaws, share_price_minor=7500)
    bylaws.adopt(session, dearer, in_force_on=today)
    secretary = joining.founder(session, "secretary")
    assert terms.is_publishable(session)
    terms.publish_terms(session, secretary, in_force_on=today)
    with pytest.raises(errors.TermsUnchanged):
        terms.publish_terms(session, secretary, in_force_on=today)
    with pytest.raises(errors.TermsOutdated):
        admission.decide(
            session, joining.founder(session, "board"), application_id=application_id, verdict=admit(session)
        )


def test_the_terms_state_the_figures_of_the_bylaws(session: Session) -> None:
    joining.found(session)
    current = terms.current_terms(session)
    assert current is not None
    assert current.version == 1
    for words in ("NZD\u00a050.00", "more than 100", "one vote, whatever they hold", "It can be lost", "never becomes"):
        assert words in current.text
    with pytest.raises(NotFound):
        terms.terms_version(session, 2)
    with pytest.raises(NotFound):
        terms.terms_version(session, 10**20)


def test_the_trail_and_lasting_rows_hold_no_words_of_the_applicant(session: Session) -> None:
    joining.found(session)
    application_id = joining.applied(session, joining.joined(session))
    facts = session.scalars(select(AuditEvent).where(AuditEvent.subject_id == application_id)).one().facts
    assert facts == {"class": "practitioner", "shares": 1, "terms_version": 1}
    assert session.get_one(ApplicationAnswer, application_id).bond == joining.BOND


def test_the_board_reads_what_waits_and_the_register_finds_members_without_macrons(session: Session) -> None:
    joining.found(session)
    assert registers.waiting_count(session) == 0
    who = joining.joined(session, "Tāwhirimātea Ōtaki")
    application_id = joining.applied(session, who)
    assert [row.id for row in registers.applications(session, registers.Stage.WAITING).rows] == [application_id]
    assert registers.application(session, application_id).bond == joining.BOND
    admission.withdraw(session, joining.actor_of(session, who.person_id), application_id=application_id)
    joining.enrolled(session, who, shares=3)
    today = cooperative.today(session)
    found = registers.members(session, on=today, words="OTAKI tawhiri")
    assert [(row.number, row.shares) for row in found.rows] == [(1, 3)]
    assert registers.members(session, on=today, words="1").total == 1
    assert registers.members(session, on=today, words="100%").total == 0
    assert session.scalar(select(func.count()).select_from(Member)) == 1
    assert checks.findings(session) + share_checks.findings(session) == []
