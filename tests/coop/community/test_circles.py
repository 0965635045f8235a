"""Practice circles: founding, joining, leaving, writing and removing."""

from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from coop import outbox
from coop.community import circle_queries, circles, errors
from coop.permissions import NotFound, PowerMissing
from coop.texts import TextMissing, TextTooLong, TextTooShort
from evidence.messages import Refusal
from tests import joining
from tests.coop.community.neighbours import acting, refused
from tests.joining import Joined


def wetlands(session: Session) -> UUID:
    """Return a circle that the secretary has founded."""
    secretary = joining.founder(session, "secretary")
    return circles.found_circle(session, secretary, name="Wetlands", purpose="For everybody with wet feet.")


def member(session: Session, circle_id: UUID, name: str = "Ana Tui") -> Joined:
    """Return somebody who has joined a circle."""
    who = joining.joined(session, name)
    circles.join_circle(session, acting(session, who), circle_id=circle_id, participant_id=who.participant_id)
    return who


def write(session: Session, circle_id: UUID, who: Joined, text: str = "Kia ora") -> UUID:
    """Let somebody write in a circle."""
    return circles.write_post(
        session, acting(session, who), circle_id=circle_id, author_id=who.participant_id, text=text
    )


def test_the_secretary_and_the_board_found_and_describe_circles(session: Session) -> None:
    circle_id = wetlands(session)
    board = joining.founder(session, "board")
    circles.describe_circle(session, board, circle_id=circle_id, name="Repo", purpose="Wetlands.")
    assert [(row.name, row.purpose, row.members) for row in circle_queries.circles(session).rows] == [
        ("Repo", "Wetlands.", 0)
    ]
    circles.found_circle(session, board, name="Ngā manu", purpose="Birds.")
    with refused(session, errors.CircleNameTaken, "name"):
        circles.found_circle(session, board, name="nga  MANU", purpose="Birds again.")
    with refused(session, errors.CircleNameTaken, "name"):
        circles.describe_circle(session, board, circle_id=circle_id, name="Nga manu", purpose="Birds again.")
    assert circle_queries.circle(session, circle_id).name == "Repo"
    treasurer = joining.founder(session, "treasurer")
    with refused(session, PowerMissing):
        circles.found_circle(session, treasurer, name="Mine", purpose="Mine.")
    with refused(session, PowerMissing):
        circles.describe_circle(session, treasurer, circle_id=circle_id, name="Mine", purpose="Mine.")


def test_a_circle_says_what_it_is_for(session: Session) -> None:
    secretary = joining.founder(session, "secretary")
    wrong: list[tuple[str, str, type[Refusal], str]] = [
        ("ab", "Birds.", TextTooShort, "name"),
        ("x" * 121, "Birds.", TextTooLong, "name"),
        ("Birds", " ", TextMissing, "purpose"),
        ("Birds", "x" * 2001, TextTooLong, "purpose"),
    ]
    for name, purpose, refusal, about in wrong:
        with refused(session, refusal, about):
            circles.found_circle(session, secretary, name=name, purpose=purpose)


def test_joining_twice_is_joining_once_and_leaving_ends_it(session: Session) -> None:
    circle_id = wetlands(session)
    who = member(session, circle_id)
    actor, own = acting(session, who), who.participant_id
    circles.join_circle(session, actor, circle_id=circle_id, participant_id=own)
    assert circle_queries.members_of(session, circle_id) == [(own, "Ana Tui")]
    write(session, circle_id, who)
    circles.leave_circle(session, actor, circle_id=circle_id, participant_id=own)
    assert circle_queries.members_of(session, circle_id) == []
    assert len(circle_queries.posts(session, circle_id).rows) == 1
    with refused(session, NotFound):
        circles.leave_circle(session, actor, circle_id=circle_id, participant_id=own)
    with refused(session, errors.CircleMembersOnly):
        write(session, circle_id, who)


def test_nobody_joins_for_somebody_else_nor_a_circle_that_is_not_there(session: Session) -> None:
    circle_id = wetlands(session)
    who, other = joining.joined(session, "Ana Tui"), joining.joined(session, "Pita Weka")
    with refused(session, NotFound):
        circles.join_circle(session, acting(session, who), circle_id=circle_id, participant_id=other.participant_id)
    with refused(session, NotFound):
        circles.join_circle(session, acting(session, who), circle_id=uuid4(), participant_id=who.participant_id)


def test_an_author_edits_and_removes_their_own_posts(session: Session) -> None:
    circle_id = wetlands(session)
    who, other = member(session, circle_id), member(session, circle_id, "Pita Weka")
    post_id = write(session, circle_id, who)
    circles.edit_post(session, acting(session, who), post_id=post_id, text="Tēnā koe")
    (post,) = circle_queries.posts(session, circle_id).rows
    assert (post.text, post.author, post.edited_at is not None) == ("Tēnā koe", "Ana Tui", True)
    for actor in (acting(session, other), joining.founder(session, "secretary")):
        with refused(session, NotFound):
            circles.edit_post(session, actor, post_id=post_id, text="Not mine")
        with refused(session, NotFound):
            circles.remove_post(session, actor, post_id=post_id)
    circles.remove_post(session, acting(session, who), post_id=post_id)
    (post,) = circle_queries.posts(session, circle_id).rows
    assert (post.text, post.removed, post.removal_reason) == ("", True, "")
    with refused(session, NotFound):
        circles.edit_post(session, acting(session, who), post_id=post_id, text="Back again")


def test_a_post_has_some_length(session: Session) -> None:
    circle_id = wetlands(session)
    who = member(session, circle_id)
    with refused(session, TextMissing, "text"):
        write(session, circle_id, who, "\n \n")
    with refused(session, TextTooLong, "text"):
        write(session, circle_id, who, "x" * 8001)


def test_the_secretary_removes_a_post_with_a_reason_that_the_author_gets(session: Session) -> None:
    circle_id = wetlands(session)
    who = member(session, circle_id)
    post_id, secretary = write(session, circle_id, who, "The nest is at ..."), joining.founder(session, "secretary")
    with refused(session, TextMissing, "reason"):
        circles.remove_by_office(session, secretary, post_id=post_id, reason=" ")
    for name in ("board", "treasurer"):
        with refused(session, PowerMissing):
            circles.remove_by_office(session, joining.founder(session, name), post_id=post_id, reason="No.")
    circles.remove_by_office(session, secretary, post_id=post_id, reason="It named a nest.")
    (post,) = circle_queries.posts(session, circle_id).rows
    assert (post.text, post.removed, post.removal_reason) == ("", True, "It named a nest.")
    mail = session.scalars(select(outbox.OutboxJob).where(outbox.OutboxJob.key.like("post-removed%"))).one()
    assert mail.payload["to"] == "ana@new.test"
    assert "It named a nest." in mail.payload["text"]
    with refused(session, NotFound):
        circles.remove_by_office(session, secretary, post_id=post_id, reason="Again.")


def test_posts_come_in_pages_the_newest_first(session: Session) -> None:
    circle_id = wetlands(session)
    who = member(session, circle_id)
    for number in range(circle_queries.PAGE_SIZE + 1):
        write(session, circle_id, who, f"Post {number}")
    assert circle_queries.posts(session, circle_id).rows[0].text == f"Post {circle_queries.PAGE_SIZE}"
    assert [post.text for post in circle_queries.posts(session, circle_id, page=2).rows] == ["Post 0"]
