"""Members as the ledger sees them when it shares out a surplus: by reference, with their first day."""

from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from coop.membership.models import Member, Participant
from ledger.surplus.business import Patron


def patrons(session: Session) -> Iterator[Patron]:
    """Yield every member whose business counts as patronage, and the day from which it does."""
    rows = session.execute(
        select(Participant.party_ref, Member.joined_on)
        .join(Member, Member.participant_id == Participant.id)
        .execution_options(yield_per=5_000)
    )
    for party_ref, joined_on in rows:
        yield Patron(party_ref, joined_on)
