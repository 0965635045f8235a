"""What lasts is only ever added: the database refuses to change or remove it, whoever asks."""

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from coop import cooperative
from coop.membership import checks, terms
from coop.membership.models import Application, ApplicationDecision, Member, MembershipTerms
from coop.payments.models import PaymentReceipt, PaymentRequest
from coop.shares.models import ShareEvent, Subscription
from evidence.columns import table_of
from tests import joining

KEPT = (
    MembershipTerms,
    Application,
    ApplicationDecision,
    Member,
    PaymentRequest,
    PaymentReceipt,
    Subscription,
    ShareEvent,
)


def test_rows_of_the_registers_are_never_changed_or_removed(session: Session) -> None:
    joining.found(session)
    joining.enrolled(session, joining.joined(session))
    for mapped in KEPT:
        table = table_of(mapped)
        assert session.execute(select(table)).first() is not None, table.name
        key = next(iter(table.primary_key.columns)).name
        for statement in (f"UPDATE {table.name} SET {key} = {key}", f"DELETE FROM {table.name}"):
            with pytest.raises(DBAPIError, match="append-only"), session.begin_nested():
                session.execute(text(statement))


@pytest.mark.tampers
def test_the_checks_notice_terms_that_are_not_as_published(session: Session) -> None:
    joining.found(session)
    current = terms.current_terms(session)
    assert current is not None
    session.add(
        MembershipTerms(
            id=joining.person(session, "Any Id"),
            version=2,
            in_force_on=cooperative.today(session),
            bylaws_id=session.get_one(MembershipTerms, current.id).bylaws_id,
            text=current.text.replace("50.00", "5.00"),
            digest=current.digest,
        )
    )
    session.flush()
    assert [finding.check for finding in checks.findings(session)] == ["terms-changed"]
