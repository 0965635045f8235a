"""Challenges of voting rolls that wait for an answer, as tasks of the home page."""

from flask import url_for
from flask_babel import ngettext
from sqlalchemy.orm import Session

from coop.assembly.rolls.challenges import ANSWERERS
from coop.assembly.rolls.queries import waiting
from coop.home.tasks import Task
from coop.permissions import Actor


def roll_tasks(session: Session, who: Actor) -> list[Task]:
    """Return, for the secretary and the board, each roll with challenges that nobody has answered."""
    if who.powers.isdisjoint(ANSWERERS):
        return []
    return [
        Task(
            ngettext(
                "Answer %(num)s challenge of a voting roll",
                "Answer %(num)s challenges of a voting roll",
                vote.challenges,
            ),
            url_for("assembly.roll", motion_id=vote.motion_id, _anchor="challenges"),
            vote.title,
            vote.closes_at,
        )
        for vote in waiting(session)
    ]
