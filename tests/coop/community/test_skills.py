"""Skills: the vocabulary, the lists of a participant, the directory's search, and who matches."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from coop.community import checks, errors, matching, queries, skills
from coop.community.models import Skill
from coop.community.operations import ProfileText, edit_profile
from coop.membership import operations as membership
from coop.membership.models import ParticipantKind
from coop.permissions import NotFound
from coop.texts import TextMissing, TextTooLong, TextTooShort
from evidence.messages import Refusal
from tests import joining
from tests.coop.community.neighbours import OFFERED, WANTED, acting, listed, refused
from tests.databases import TestDatabase


def names(session: Session, who: joining.Joined) -> tuple[list[str], list[str]]:
    """Return what somebody offers and wants."""
    both = matching.skills_of(session, [who.participant_id])[who.participant_id]
    return [row.name for row in both.offered], [row.name for row in both.wanted]


def test_equal_words_are_one_skill_whatever_their_case_and_macrons(session: Session) -> None:
    listed(session, "Ana Tui", ("Mōhua counts",))
    other = listed(session, "Pita Weka", ("  mohua   COUNTS ",), ("Grant writing",))
    assert names(session, other) == (["Mōhua counts"], ["Grant writing"])
    assert session.scalars(select(Skill.name).order_by(Skill.name_key)).all() == ["Grant writing", "Mōhua counts"]
    assert matching.vocabulary(session) == ["Grant writing", "Mōhua counts"]


def test_a_skill_is_added_once_and_removed(session: Session) -> None:
    who = listed(session, "Ana Tui", ("Trapping", "trapping"))
    actor, own = acting(session, who), who.participant_id
    skill_id = session.scalars(select(Skill.id)).one()
    skills.remove_skill(session, actor, participant_id=own, direction=OFFERED, skill_id=skill_id)
    assert names(session, who) == ([], [])
    assert matching.vocabulary(session) == []
    with refused(session, NotFound):
        skills.remove_skill(session, actor, participant_id=own, direction=OFFERED, skill_id=skill_id)


def test_a_skill_is_a_short_line(session: Session) -> None:
    who = listed(session, "Ana Tui")
    actor, own = acting(session, who), who.participant_id
    wrong: list[tuple[str, type[Refusal]]] = [
        ("", TextMissing),
        ("ab", TextTooShort),
        ("x" * 61, TextTooLong),
        # Only accents: there is nothing by which it could be found.
        ("\u0301\u0302\u0303", TextTooShort),
    ]
    for name, refusal in wrong:
        with refused(session, refusal, "name"):
            skills.add_skill(session, actor, participant_id=own, direction=OFFERED, name=name)


def test_twenty_skills_each_way_are_enough(session: Session) -> None:
    who = listed(session, "Ana Tui", tuple(f"Skill {number}" for number in range(20)), ("Skill 20",))
    actor, own = acting(session, who), who.participant_id
    with refused(session, errors.TooManySkills, "name"):
        skills.add_skill(session, actor, participant_id=own, direction=OFFERED, name="One more")
    skills.add_skill(session, actor, participant_id=own, direction=WANTED, name="One more")
    assert checks.findings(session) == []


def test_nobody_changes_the_skills_of_somebody_else(session: Session) -> None:
    who, other = listed(session, "Ana Tui", ("Trapping",)), listed(session, "Pita Weka")
    skill_id, actor = session.scalars(select(Skill.id)).one(), acting(session, other)
    with refused(session, NotFound):
        skills.add_skill(session, actor, participant_id=who.participant_id, direction=OFFERED, name="Nothing")
    with refused(session, NotFound):
        skills.remove_skill(session, actor, participant_id=who.participant_id, direction=OFFERED, skill_id=skill_id)


def test_two_who_use_a_word_for_the_first_time_at_once_share_it(founded: TestDatabase) -> None:
    with Session(founded.engine.execution_options(coop_write=True)) as session, session.begin():
        both = [joining.joined(session, name) for name in ("Ana Tui", "Pita Weka")]

    def add(who: joining.Joined, session: Session) -> object:
        actor = acting(session, who)
        own = who.participant_id
        return skills.add_skill(session, actor, participant_id=own, direction=OFFERED, name="Trapping")

    added = joining.at_once(founded.engine, *(lambda session, who=who: add(who, session) for who in both))
    assert len(set(added)) == 1
    assert joining.outcomes(added) == (2, set())


def test_the_directory_finds_people_by_skill(session: Session) -> None:
    who = listed(session, "Ana Tui", ("Mōhua counts",), ("Grant writing",))
    hidden = joining.joined(session, "Pita Weka")
    skills.add_skill(
        session, acting(session, hidden), participant_id=hidden.participant_id, direction=OFFERED, name="Mohua counts"
    )
    for words in ("mohua", "ana mohua", "grant counts"):
        assert [entry.participant_id for entry in queries.search(session, words=words).rows] == [who.participant_id]
    assert queries.search(session, words="mohua pita").rows == ()
    assert queries.search(session, words="mohua%").rows == ()


def test_matches_go_both_ways_and_the_closest_comes_first(session: Session) -> None:
    me = listed(session, "Ana Tui", ("Trapping", "Maps"), ("Grants", "Birds"))
    giver = listed(session, "Pita Weka", ("Grants",))
    both = listed(session, "Zoe Kea", ("Birds", "Cooking"), ("Maps",))
    listed(session, "Same Tui", ("Trapping",), ("Grants",))
    part = matching.matches(session, me.participant_id, me.person_id)
    assert [(match.participant_id, match.can_give, match.can_take) for match in part.rows] == [
        (both.participant_id, ("Birds",), ("Maps",)),
        (giver.participant_id, ("Grants",), ()),
    ]
    assert matching.match_count(session, me.participant_id, me.person_id) == 2
    assert matching.match_count(session, me.participant_id, me.person_id, besides=[giver.participant_id]) == 1


def test_only_who_stands_in_the_directory_is_a_match(session: Session) -> None:
    me, hidden = listed(session, "Ana Tui", (), ("Grants",)), joining.joined(session, "Pita Weka")
    skills.add_skill(
        session, acting(session, hidden), participant_id=hidden.participant_id, direction=OFFERED, name="Grants"
    )
    assert matching.matches(session, me.participant_id, me.person_id).rows == ()


def test_nobody_is_matched_with_an_organisation_that_is_only_they(session: Session) -> None:
    me, other = listed(session, "Ana Tui", (), ("Grants",)), listed(session, "Pita Weka")
    trust = membership.create_organisation(
        session, acting(session, me), name="Ngā Manu Trust", kind=ParticipantKind.GROUP
    )
    actor = acting(session, me)
    skills.add_skill(session, actor, participant_id=trust, direction=OFFERED, name="Grants")
    edit_profile(session, actor, participant_id=trust, text=ProfileText("Ngā Manu Trust", is_listed=True))
    assert matching.match_count(session, me.participant_id, me.person_id) == 0
    assert matching.match_count(session, trust, me.person_id) == 0
    membership.add_representative(session, actor, participant_id=trust, email="pita@new.test")
    assert matching.match_count(session, me.participant_id, me.person_id) == 1
    # The trust now has somebody else to meet me; I am still only myself.
    assert matching.match_count(session, trust, me.person_id) == 0
    assert matching.match_count(session, trust, other.person_id) == 1


def test_matches_come_in_pages(session: Session) -> None:
    me = listed(session, "Ana Tui", (), ("Grants",))
    for number in range(matching.PAGE_SIZE + 1):
        listed(session, f"Pita{number} Weka", ("Grants",))
    part = matching.matches(session, me.participant_id, me.person_id, page=2)
    assert (part.number, part.last, part.total, len(part.rows)) == (2, 2, matching.PAGE_SIZE + 1, 1)
