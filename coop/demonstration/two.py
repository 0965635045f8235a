"""Acts of two people in the demonstration: one role prepares, the chair approves the next day."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from coop.approvals import operations as approvals
from coop.approvals.models import TwoPersonAct
from coop.demonstration import roles
from coop.demonstration.stage import Stage


def by_two(
    stage: Stage,
    moment: datetime,
    kind: str,
    arguments: Callable[[Session], Mapping[str, Any]],
    *,
    prepared_by: roles.Role,
    words_of_it: str = "",
) -> None:
    """Let one role prepare an act, and the board approve it the next day."""

    def prepare(session: Session) -> UUID:
        actor = stage.role(session, prepared_by)
        return approvals.prepare(session, actor, kind=kind, arguments=arguments(session), words=words_of_it)

    def go_on(act_id: UUID) -> None:
        stage.at(moment + timedelta(days=1), partial(approve_act, stage, act_id))

    stage.at(moment, prepare, go_on)


def approve_act(stage: Stage, act_id: UUID, session: Session) -> None:
    """Let the chair approve an act as it stands."""
    digest = session.get_one(TwoPersonAct, act_id).digest
    approvals.approve(session, stage.role(session, roles.BOARD), act_id=act_id, seen=digest)
