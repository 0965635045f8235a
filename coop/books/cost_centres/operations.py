"""What is done to cost centres. Each needs the treasurer's power and leaves a row in the audit trail."""

from datetime import date
from uuid import UUID

from sqlalchemy.orm import Session

from coop import audit
from coop.permissions import Actor, Power
from evidence.canonical import Canonical
from ledger import cost_centres


def add(session: Session, actor: Actor, *, code: str, name: str, parent: str | None) -> UUID:
    """Add a cost centre and return its id.

    Raises:
        PowerMissing, CentreCodeMalformed, CentreCodeTaken, UnknownCentre
    """
    power = actor.need(Power.TREASURER)
    centre_id = cost_centres.add(session, code=code, name=name, parent=parent)
    facts = {"code": code, "parent": parent}
    audit.record(session, actor, "cost-centre.added", subject=centre_id, power=power, facts=facts)
    return centre_id


def change(session: Session, actor: Actor, *, code: str, name: str, parent: str | None) -> UUID:
    """Give a cost centre another name or place in the tree and return its id.

    Raises:
        PowerMissing, UnknownCentre, CentreUnderItself
    """
    power = actor.need(Power.TREASURER)
    centre_id = cost_centres.change(session, code, name=name, parent=parent)
    facts = {"code": code, "parent": parent}
    audit.record(session, actor, "cost-centre.changed", subject=centre_id, power=power, facts=facts)
    return centre_id


def close(session: Session, actor: Actor, *, code: str, closed_on: date) -> UUID:
    """Close a cost centre from a day on and return its id.

    Raises:
        PowerMissing, UnknownCentre, CentreClosed, CentreUsedLater
    """
    power = actor.need(Power.TREASURER)
    centre_id = cost_centres.close(session, code, closed_on=closed_on)
    facts: dict[str, Canonical] = {"code": code, "closed_on": closed_on}
    audit.record(session, actor, "cost-centre.closed", subject=centre_id, power=power, facts=facts)
    return centre_id
