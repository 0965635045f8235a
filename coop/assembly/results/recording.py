"""What a count leaves behind, wherever the votes were counted: the decision in the register of resolutions, and the bundle to come."""

from zoneinfo import ZoneInfo

from flask_babel import gettext
from sqlalchemy.orm import Session

from coop import cooperative
from coop.assembly.models import Motion, MotionWords
from coop.assembly.resolutions import Body, record_resolution
from coop.assembly.results.keeping import keep_soon
from coop.assembly.results.queries import candidate_names, count_of, elected_codes
from governance.declared import declared
from governance.models import Kind


def record_outcome(session: Session, motion: Motion) -> None:
    """Enter in the register of resolutions what was carried, or who was elected. A choice between options resolves nothing.

    The result bundle is made by the worker.
    """
    outcome = declared(session, motion.proposal_id)
    assert outcome is not None
    keep_soon(session, outcome.proposal_id)
    if motion.kind is Kind.CHOICE:
        return
    words = session.get(MotionWords, motion.id)
    title, text = (words.title, words.text) if words else ("", "")
    if motion.kind is Kind.ELECTION:
        names = candidate_names(session, motion.id)
        elected = "\n".join(f"{place}. {names[code]}" for place, code in enumerate(elected_codes(outcome), start=1))
        text = gettext("Elected, in this order:") + f"\n\n{elected}"
    elif not count_of(outcome).carried:
        return
    zone = ZoneInfo(cooperative.current(session).zone)
    record_resolution(
        session,
        body=Body.MEMBERS,
        decided_on=outcome.proposal.closes_at.astimezone(zone).date(),
        title=title,
        text=text,
        proposal_id=outcome.proposal_id,
    )
