"""Joining the community and who acts for whom, as operations."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from coop import cooperative, outbox
from coop.community import operations as community
from coop.community import queries as directory
from coop.community.operations import ProfileText
from coop.membership import checks, errors, operations, queries
from coop.membership.models import ParticipantKind, Representative
from coop.permissions import Actor, NotFound, SignInNeeded
from coop.texts import TextMissing, TextTooLong
from tests import joining


def test_a_person_takes_part_as_themselves_once(session: Session) -> None:
    joining.found(session)
    who = joining.joined(session)
    with pytest.raises(errors.AlreadyJoined):
        operations.create_individual(session, joining.actor_of(session, who.person_id), name="Again")
    with pytest.raises(SignInNeeded):
        operations.create_individual(session, Actor(person_id=None, channel="web"), name="Nobody")


@pytest.mark.parametrize(("name", "refusal"), [("", TextMissing), (" \x00\n ", TextMissing), ("x" * 121, TextTooLong)])
def test_a_name_is_a_line_of_some_length(session: Session, name: str, refusal: type[Exception]) -> None:
    joining.found(session)
    actor = joining.actor_of(session, joining.person(session, "Somebody"))
    with pytest.raises(refusal):
        operations.create_individual(session, actor, name=name)


def test_one_person_acts_for_themselves_and_for_organisations(session: Session) -> None:
    joining.found(session)
    who = joining.joined(session)
    actor = joining.actor_of(session, who.person_id)
    with pytest.raises(errors.NotAnOrganisation):
        operations.create_organisation(session, actor, name="Me Again", kind=ParticipantKind.INDIVIDUAL)
    trust = operations.create_organisation(session, actor, name="Ngā Manu Trust", kind=ParticipantKind.GROUP)
    firm = operations.create_organisation(session, actor, name="Āwhina Ltd", kind=ParticipantKind.ENTERPRISE)
    today = cooperative.today(session)
    mine = queries.participants_of(session, who.person_id, today)
    assert [one.id for one in mine] == [who.participant_id, firm, trust]
    assert queries.represents(session, who.person_id, trust, today)
    assert checks.findings(session) == []


def test_a_representative_is_added_by_address_and_told(session: Session) -> None:
    joining.found(session)
    who, other = joining.joined(session), joining.joined(session, "Pania Reef")
    actor = joining.actor_of(session, who.person_id)
    trust = operations.create_organisation(session, actor, name="Ngā Manu Trust", kind=ParticipantKind.GROUP)
    actor = joining.actor_of(session, who.person_id)
    added = operations.add_representative(session, actor, participant_id=trust, email=" Pania@NEW.test ")
    assert added == other.person_id
    mails = [job.payload["to"] for job in session.scalars(select(outbox.OutboxJob)) if "representative" in job.key]
    assert sorted(mails) == ["hemi@new.test", "pania@new.test"]
    with pytest.raises(errors.AlreadyRepresents):
        operations.add_representative(session, actor, participant_id=trust, email="pania@new.test")
    operations.end_representative(session, actor, participant_id=trust, person_id=other.person_id)
    today = cooperative.today(session)
    assert not queries.represents(session, other.person_id, trust, today)
    operations.add_representative(session, actor, participant_id=trust, email="pania@new.test")
    assert queries.represents(session, other.person_id, trust, today)


def test_somebody_without_a_confirmed_account_cannot_be_added(session: Session) -> None:
    joining.found(session)
    who = joining.joined(session)
    joining.person(session, "Squatter", is_confirmed=False)
    trust = operations.create_organisation(
        session, joining.actor_of(session, who.person_id), name="Trust", kind=ParticipantKind.GROUP
    )
    actor = joining.actor_of(session, who.person_id)
    for address in ("squatter@new.test", "nobody@new.test", "no address"):
        with pytest.raises(errors.NoSuchPerson):
            operations.add_representative(session, actor, participant_id=trust, email=address)
    with pytest.raises(errors.NotAnOrganisation):
        operations.add_representative(session, actor, participant_id=who.participant_id, email="hemi@new.test")


def test_the_last_representative_stays(session: Session) -> None:
    joining.found(session)
    who, other = joining.joined(session), joining.joined(session, "Pania Reef")
    trust = operations.create_organisation(
        session, joining.actor_of(session, who.person_id), name="Trust", kind=ParticipantKind.GROUP
    )
    actor = joining.actor_of(session, who.person_id)
    with pytest.raises(errors.LastRepresentative):
        operations.end_representative(session, actor, participant_id=trust, person_id=who.person_id)
    with pytest.raises(NotFound):
        operations.end_representative(session, actor, participant_id=trust, person_id=other.person_id)
    stranger = joining.actor_of(session, other.person_id)
    with pytest.raises(NotFound):
        operations.end_representative(session, stranger, participant_id=trust, person_id=who.person_id)


def test_representation_is_by_day(session: Session) -> None:
    joining.found(session)
    who = joining.joined(session)
    today = cooperative.today(session)
    row = session.scalars(select(Representative).where(Representative.person_id == who.person_id)).one()
    row.started_on, row.ended_on = today - timedelta(days=5), today
    session.flush()
    yesterday = today - timedelta(days=1)
    assert queries.represented_by(session, who.person_id, yesterday) == {who.participant_id}
    assert queries.represented_by(session, who.person_id, today) == frozenset()
    assert [finding.check for finding in checks.findings(session)] == ["participant-representatives"]


def test_the_directory_finds_listed_people_whatever_the_macrons(session: Session) -> None:
    joining.found(session)
    who, hidden = joining.joined(session, "Mārama Pōtiki"), joining.joined(session, "Hidden Marama")
    text = ProfileText("Mārama Pōtiki", place="Ōtaki", offers="Weaving_flax 100%", seeks="", about="", is_listed=True)
    actor = joining.actor_of(session, who.person_id)
    community.edit_profile(session, actor, participant_id=who.participant_id, text=text)
    assert directory.directory_size(session) == 1
    for words in ("marama", "MĀRAMA", "potiki otaki", "100%", "weaving_", "Ma\u0304rama"):
        assert [row.name for row in directory.search(session, words=words).rows] == ["Mārama Pōtiki"], words
    for words in ("10_%", "hidden", "\\", "marama nobody"):
        assert directory.search(session, words=words).total == 0, words
    assert directory.search(session, kind=ParticipantKind.GROUP).total == 0
    with pytest.raises(NotFound):
        directory.entry(session, hidden.participant_id)


def test_a_profile_is_edited_by_those_who_act_for_it_only(session: Session) -> None:
    joining.found(session)
    who, other = joining.joined(session), joining.joined(session, "Other Person")
    stranger = joining.actor_of(session, other.person_id)
    text = ProfileText("New Name")
    with pytest.raises(NotFound):
        community.edit_profile(session, stranger, participant_id=who.participant_id, text=text)
    actor = joining.actor_of(session, who.person_id)
    long = "x" * 2001
    for field, too_long in (
        ("place", replace(text, place=long)),
        ("offers", replace(text, offers=long)),
        ("seeks", replace(text, seeks=long)),
        ("about", replace(text, about=long)),
    ):
        with pytest.raises(TextTooLong) as refused:
            community.edit_profile(session, actor, participant_id=who.participant_id, text=too_long)
        assert refused.value.about == field
