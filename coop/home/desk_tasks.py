"""What waits for scrutineers, and for the secretary until scrutineers have done it, as tasks of the home page."""

from datetime import datetime

from flask import url_for
from flask_babel import gettext
from sqlalchemy.orm import Session

from coop.assembly.desk import duties, queries
from coop.assembly.desk.queries import DeskVote, Step
from coop.home.tasks import Task
from coop.permissions import Actor, Power


def desk_tasks(session: Session, who: Actor, now: datetime) -> list[Task]:
    """Return what the person can do for votes on paper by their powers."""
    if Power.SCRUTINEER in who.powers:
        return [task for vote in queries.votes(session, who.person_id, now) if (task := _task(vote)) is not None]
    if Power.SECRETARY in who.powers:
        return [
            Task(
                gettext("Ask the scrutineers for their sheets"),
                url_for("assembly.proposal", motion_id=motion_id),
                gettext("Voting is over. It is counted as soon as two of them have found the same on paper."),
            )
            for motion_id in duties.waiting(session, now)
        ]
    return []


def _task(vote: DeskVote) -> Task | None:
    here = url_for("assembly.desk_vote", motion_id=vote.motion_id)
    match vote.step:
        case Step.GIVE_OUT:
            text = gettext("Ballots on paper and in the room: %(title)s", title=vote.title)
            return Task(gettext("Sit at the scrutineers’ desk"), here, text, vote.proposal.closes_at)
        case Step.ENTER | Step.ENTER_AGAIN:
            return Task(gettext("Count the ballots on paper and enter your sheet"), here, vote.title)
        case Step.SETTLE:
            sheets = url_for("assembly.sheets", motion_id=vote.motion_id)
            return Task(gettext("Settle how the sheets differ"), sheets, vote.title)
        case _:
            return None
