"""What is done about tax: codes are added, get a new rate, or are installed as a set.

Each needs the treasurer's power and a co-op that is registered for tax, and leaves a row in the audit trail.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy.orm import Session

from coop import audit, cooperative
from coop.permissions import Actor, Power
from evidence.canonical import Canonical
from evidence.messages import N_, Refusal
from ledger.tax import codes


@dataclass(eq=False)
class NotTaxRegistered(Refusal):
    """A co-op that is not registered charges no tax and claims none."""

    message = N_("The co-op is not registered for goods and services tax.")


def check_registered(session: Session) -> None:
    """Refuse what only a registered co-op does.

    Raises:
        NotTaxRegistered
    """
    if not cooperative.current(session).is_tax_registered:
        raise NotTaxRegistered


def add_code(session: Session, actor: Actor, new: codes.NewCode) -> UUID:
    """Add a tax code with its first rate and return the id of this version.

    Raises:
        PowerMissing, NotTaxRegistered, TaxCodeMalformed, TaxCodeTaken, RateOutOfRange
    """
    power = actor.need(Power.TREASURER)
    check_registered(session)
    version_id = codes.add_code(session, new)
    facts: dict[str, Canonical] = {"code": new.code, "rate_bp": new.rate_bp, "valid_from": new.valid_from}
    audit.record(session, actor, "tax-code.added", subject=version_id, power=power, facts=facts)
    return version_id


def add_rate(session: Session, actor: Actor, *, code: str, rate_bp: int, valid_from: date) -> UUID:
    """Let a code have another rate from a day on and return the id of the new version.

    Raises:
        PowerMissing, NotTaxRegistered, UnknownTaxCode, RateOutOfRange, RateBeforeLast, RateUsedLater
    """
    power = actor.need(Power.TREASURER)
    check_registered(session)
    version_id = codes.add_rate(session, code, rate_bp=rate_bp, valid_from=valid_from)
    facts: dict[str, Canonical] = {"code": code, "rate_bp": rate_bp, "valid_from": valid_from}
    audit.record(session, actor, "tax-code.rate-added", subject=version_id, power=power, facts=facts)
    return version_id


def install_new_zealand(session: Session, actor: Actor, translate: Callable[[str], str] = str) -> list[str]:
    """Add those codes of New Zealand's set that are missing, and return which.

    Raises:
        PowerMissing, NotTaxRegistered
    """
    power = actor.need(Power.TREASURER)
    check_registered(session)
    added = codes.install_new_zealand(session, translate)
    if added:
        audit.record(session, actor, "tax-code.set-installed", power=power, facts={"codes": len(added), "set": "NZ"})
    return added
