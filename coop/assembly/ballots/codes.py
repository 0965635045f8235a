"""The codes of candidates on a ballot: given when the vote opens, and whose is whose bound by a digest in the header of the vote."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from coop.assembly.models import Candidacy
from coop.membership.models import Participant
from coop.texts import fold
from evidence.canonical import digest


def give_codes(session: Session, motion_id: UUID) -> list[str]:
    """Give each candidate who stands a code for the ballot, and return the codes."""
    rows = session.execute(
        select(Candidacy, Participant.name)
        .join(Participant, Participant.id == Candidacy.participant_id)
        .where(Candidacy.motion_id == motion_id, Candidacy.accepted_at.is_not(None))
    ).all()
    codes = []
    for number, (candidacy, _) in enumerate(sorted(rows, key=lambda row: (fold(row[1]), row[0].id)), start=1):
        candidacy.option_code = f"c{number}"
        codes.append(candidacy.option_code)
    session.flush()
    return codes


def digest_of_codes(session: Session, motion_id: UUID) -> str:
    """Return the SHA-256 over code, candidacy and participant of all who have a code.

    The ids of candidacies are shown nowhere, so nobody finds out by trying who of a voting roll stood.
    """
    rows = session.execute(
        select(Candidacy.option_code, Candidacy.id, Candidacy.participant_id).where(
            Candidacy.motion_id == motion_id, Candidacy.option_code.is_not(None)
        )
    )
    return digest(sorted((str(code), str(candidacy), str(participant)) for code, candidacy, participant in rows))
