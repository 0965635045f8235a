"""Mail about acts of two people: to those who may approve, and to who prepared it. It says what kind of act, never for whom."""

from uuid import UUID

from flask_babel import gettext
from sqlalchemy import select
from sqlalchemy.orm import Session

from coop import cooperative, outbox
from coop.approvals.kinds import kind_named
from coop.approvals.models import TwoPersonAct
from coop.identity.models import Person
from coop.identity.powers import holders


def prepared(session: Session, act: TwoPersonAct) -> None:
    """Tell those who may approve that an act waits."""
    kind = kind_named(act.kind)
    label = gettext(kind.label)
    for person_id in holders(session, kind.approved_by, cooperative.today(session)) - {act.prepared_by}:
        _mail(
            session,
            f"act-prepared:{act.id}:{person_id}",
            act.id,
            person_id,
            subject=gettext("Please approve or refuse: %(act)s", act=label),
            text=gettext("This act needs two people. One has prepared it; it is done when a second one approves it."),
        )


def approved(session: Session, act: TwoPersonAct) -> None:
    """Tell who prepared an act that it is done."""
    label = gettext(kind_named(act.kind).label)
    _mail(
        session,
        f"act-approved:{act.id}",
        act.id,
        act.prepared_by,
        subject=gettext("Approved: %(act)s", act=label),
        text=gettext("What you prepared was approved and is done."),
    )


def refused(session: Session, act: TwoPersonAct) -> None:
    """Tell who prepared an act that it was refused."""
    label = gettext(kind_named(act.kind).label)
    _mail(
        session,
        f"act-refused:{act.id}",
        act.id,
        act.prepared_by,
        subject=gettext("Refused: %(act)s", act=label),
        text=gettext("What you prepared was refused, and nothing was done. The reason stands on its page."),
    )


def _mail(session: Session, key: str, act_id: UUID, person_id: UUID, *, subject: str, text: str) -> None:
    email = session.scalar(select(Person.email).where(Person.id == person_id, Person.active))
    if email is not None:
        page = outbox.Page("approvals.act", {"act_id": act_id})
        outbox.send_mail(session, key=key, to=email, subject=subject, text=text, page=page)
