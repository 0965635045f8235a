"""What waits in the community for the participants that somebody acts for: a request, the poll, and who matches them."""

from datetime import datetime

from flask import url_for
from flask_babel import gettext, ngettext
from sqlalchemy.orm import Session

from coop.community import introduction_queries, matching, poll_queries
from coop.home.queries import Holding
from coop.home.tasks import Task
from coop.permissions import Actor


def community_tasks(session: Session, who: Actor, holdings: list[Holding], now: datetime) -> list[Task]:
    """Return the requests that wait for an answer, the open poll until it is answered, and matches to look at."""
    tasks = [
        Task(
            gettext("Answer %(asker)s, who asks for an introduction", asker=request.asker),
            url_for("community.introduction", participant_id=request.asked_id, introduction_id=request.id),
            gettext("They asked %(name)s.", name=request.asked),
        )
        for request in introduction_queries.waiting_for(session, who.represents)
    ]
    return tasks + _poll(session, who, now) + _matches(session, who, holdings)


def _poll(session: Session, who: Actor, now: datetime) -> list[Task]:
    poll = poll_queries.open_now(session, now)
    if poll is None:
        return []
    return [
        Task(
            gettext("Say what matters: %(question)s", question=poll.question),
            url_for("community.answer_poll", participant_id=own.participant_id, poll_id=poll.id),
            gettext("A poll; %(name)s has not answered.", name=own.name),
            poll.closes_at,
        )
        for own in poll_queries.own_answers(session, poll.id, who.represents)
        if not own.picks
    ]


def _matches(session: Session, who: Actor, holdings: list[Holding]) -> list[Task]:
    """Suggest those who match and with whom nothing has begun."""
    return [
        Task(
            ngettext(
                "%(num)s match for the skills of %(name)s",
                "%(num)s matches for the skills of %(name)s",
                count,
                name=holding.name,
            ),
            url_for("community.matches", participant_id=holding.participant_id),
            gettext("Look who it is, and ask for an introduction."),
        )
        for holding in holdings
        if (count := _new_matches(session, who, holding))
    ]


def _new_matches(session: Session, who: Actor, holding: Holding) -> int:
    begun = introduction_queries.standing_with(session, holding.participant_id)
    return matching.match_count(session, holding.participant_id, who.person_id, besides=begun)
