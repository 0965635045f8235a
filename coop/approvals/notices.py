"""Mail about acts of two people: to those who may approve, and to who prepared it. It says what kind of act, never for whom."""

from flask_babel import gettext
from sqlalchemy.orm import Session

from coop import outbox
from coop.approvals.kinds import kind_named
from coop.approvals.models import TwoPersonAct
from coop.identity.telling import tell_holders, tell_people


def prepared(session: Session, act: TwoPersonAct) -> None:
    """Tell those who may approve that an act waits."""
    kind = kind_named(act.kind)
    tell_holders(
        session,
        kind.approved_by,
        key=f"act-prepared:{act.id}",
        subject=gettext("Please approve or refuse: %(act)s", act=gettext(kind.label)),
        text=gettext("This act needs two people. One has prepared it; it is done when a second one approves it."),
        page=_page(act),
        but=[act.prepared_by],
    )


def approved(session: Session, act: TwoPersonAct) -> None:
    """Tell who prepared an act that it is done."""
    tell_people(
        session,
        [act.prepared_by],
        key=f"act-approved:{act.id}",
        subject=gettext("Approved: %(act)s", act=gettext(kind_named(act.kind).label)),
        text=gettext("What you prepared was approved and is done."),
        page=_page(act),
    )


def refused(session: Session, act: TwoPersonAct) -> None:
    """Tell who prepared an act that it was refused."""
    tell_people(
        session,
        [act.prepared_by],
        key=f"act-refused:{act.id}",
        subject=gettext("Refused: %(act)s", act=gettext(kind_named(act.kind).label)),
        text=gettext("What you prepared was refused, and nothing was done. The reason stands on its page."),
        page=_page(act),
    )


def _page(act: TwoPersonAct) -> outbox.Page:
    return outbox.Page("approvals.act", {"act_id": act.id})
