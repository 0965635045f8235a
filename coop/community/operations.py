"""Editing a participant's profile."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from coop import audit
from coop.community.models import Profile
from coop.membership import participants
from coop.membership.operations import name_key
from coop.permissions import Actor
from coop.texts import LONGEST_NAME, fold, line, prose

#: Longest text of what one offers, seeks or says about oneself.
LONGEST_PROFILE_TEXT = 2000


@dataclass(frozen=True)
class ProfileText:
    """What a profile says."""

    name: str
    place: str = ""
    offers: str = ""
    seeks: str = ""
    about: str = ""
    #: Whether it stands in the directory.
    is_listed: bool = False


def edit_profile(session: Session, actor: Actor, *, participant_id: UUID, text: ProfileText) -> None:
    """Change what a participant says of themselves, and whether the directory shows it.

    The name is also the one in the registers: it is kept once.

    Raises:
        NotFound, TextMissing, TextTooLong
    """
    actor.need_to_act_for(participant_id)
    participant = participants.lock(session, participant_id)
    participant.name = line(text.name, about="name")
    participant.name_key = name_key(participant.name)
    profile = session.get_one(Profile, participant_id)
    profile.place = line(text.place, about="place", longest=LONGEST_NAME, least=0)
    profile.offers = prose(text.offers, about="offers", longest=LONGEST_PROFILE_TEXT)
    profile.seeks = prose(text.seeks, about="seeks", longest=LONGEST_PROFILE_TEXT)
    profile.about = prose(text.about, about="about", longest=LONGEST_PROFILE_TEXT)
    profile.is_listed = text.is_listed
    said = (participant.name, profile.place, profile.offers, profile.seeks, profile.about)
    profile.search_text = fold("\n".join(said))
    session.flush()
    audit.record(session, actor, "profile.edited", subject=participant_id, facts={"listed": text.is_listed})
