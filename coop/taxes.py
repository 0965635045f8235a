"""Whether the co-operative is registered for goods and services tax: a fact that it declares and that pages repeat.

No tax is computed here: codes, rates and the return are the ledger's (`ledger.tax`), and its pages are those of the books. What the
program books by itself carries no tax code.
"""

from sqlalchemy.orm import Session

from coop import audit, cooperative
from coop.permissions import Actor, Power


def declare_registration(session: Session, actor: Actor, *, is_registered: bool) -> None:
    """Declare that the co-operative is registered for goods and services tax from now on, or no longer.

    Raises:
        PowerMissing: the actor does not administer the co-operative.
        NotFounded
    """
    power = actor.need(Power.ADMINISTRATOR)
    cooperative.current(session, lock=True).is_tax_registered = is_registered
    session.flush()
    facts = {"registered": is_registered}
    audit.record(session, actor, "cooperative.tax-declared", subject=None, power=power, facts=facts)
