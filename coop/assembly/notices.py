"""Mail about votes: to everybody on the roll when one opens and when it is counted, to whoever is nominated.

Written in the transaction that opens or counts. It never says how somebody voted, nor that they did.
"""

from collections import defaultdict
from collections.abc import Collection
from uuid import UUID
from zoneinfo import ZoneInfo

from flask_babel import gettext, ngettext
from sqlalchemy import select
from sqlalchemy.orm import Session

from coop import cooperative, formats, outbox
from coop.assembly.models import Candidacy, Motion, MotionWords
from coop.assembly.results.queries import cast, count_of, elected_codes, option_names
from coop.identity.models import Person
from coop.identity.telling import tell_holders
from coop.membership import participants
from coop.membership.models import Participant, Representative
from coop.membership.queries import in_term
from coop.permissions import Power
from governance.chain import Head, LinkKind, link_of
from governance.challenges.models import Asks
from governance.declared import declared
from governance.models import Kind, Proposal, RollEntry, Secrecy


def opened(session: Session, motion: Motion) -> None:
    """Tell everybody on the roll that they can vote, for whom, and until when, with the link of the chain that holds the opening."""
    proposal = session.get_one(Proposal, motion.proposal_id)
    zone = ZoneInfo(cooperative.current(session).zone)
    text = gettext("You can vote until %(closes_at)s.", closes_at=formats.format_moment(proposal.closes_at, zone))
    if proposal.secrecy is Secrecy.SECRET:
        text += " " + gettext(
            "The ballot is secret. With the change code that you get with it you can change it until then."
        )
    elif proposal.secrecy is Secrecy.EXTERNAL:
        text += " " + gettext("Votes are cast in Belenios, which sends you a mail of its own; the page says where.")
    else:
        text += " " + gettext("You can change your vote until then.")
    lines = [text]
    if motion.kind is not Kind.RESOLUTION:
        lines.insert(0, _on_ballot(session, motion))
    link = link_of(session, LinkKind.OPENED, proposal.id)
    if link:
        lines.append(said_of(link))
    _tell(session, motion, "opened", gettext("A vote is open"), "\n".join(lines))


def _on_ballot(session: Session, motion: Motion) -> str:
    """Return who stands, by the alphabet, or what there is to choose between, as it was asked."""
    names = option_names(session, motion.id).values()
    if motion.kind is Kind.ELECTION:
        return str(
            ngettext(
                "There is one seat, and these stand: %(names)s.",
                "There are %(num)s seats, and these stand: %(names)s.",
                motion.seats or 0,
                names=", ".join(sorted(names)),
            )
        )
    return str(gettext("You can choose between: %(names)s.", names="; ".join(names)))


def counted(session: Session, motion: Motion, head: Head) -> None:
    """Tell everybody on the roll what came of the vote, with the head of the chain; the scrutineers get that to keep."""
    outcome = declared(session, motion.proposal_id)
    assert outcome is not None
    if motion.kind is not Kind.RESOLUTION:
        names, ballots = option_names(session, motion.id), cast(outcome)
        won = ", ".join(names[code] for code in elected_codes(outcome))
        if motion.kind is Kind.ELECTION:
            result = gettext("Elected: %(names)s.", names=won) if won else gettext("Nobody is elected.")
        else:
            result = gettext("Chosen: %(names)s.", names=won) if won else gettext("Nothing is chosen.")
        result += " " + ngettext("%(num)s ballot was cast.", "%(num)s ballots were cast.", ballots)
    else:
        count = count_of(outcome)
        result = gettext("Carried.") if count.carried else gettext("Not carried.")
        result += " " + gettext(
            "%(for_votes)s for, %(against)s against, %(abstain)s abstained; %(roll)s could vote.",
            for_votes=count.for_votes,
            against=count.against,
            abstain=count.abstain,
            roll=count.roll,
        )
    link = said_of(head)
    _tell(session, motion, "counted", gettext("A vote is counted"), f"{result}\n{link}")
    tell_holders(
        session,
        [Power.SCRUTINEER],
        key=f"chain:{motion.id}",
        subject=gettext("the chain of votes: link %(seq)s", seq=head.seq),
        text=gettext(
            "“%(title)s” is counted. Keep this mail: whoever has the hash of this link can tell later whether any opening, answer"
            " or result up to it was changed.\n\n%(link)s",
            title=_title(session, motion.id),
            link=link,
        ),
        page=_page(motion),
    )


def said_of(head: Head) -> str:
    """Return a link of the chain for a mail: whoever keeps it can tell later whether anything up to it was changed."""
    said: str = gettext("Link %(seq)s of the chain of votes: %(hash)s", seq=head.seq, hash=head.hash)
    return said


def nominated(session: Session, motion: Motion, candidacy: Candidacy) -> None:
    """Ask somebody who was nominated whether they stand."""
    participants.tell(
        session,
        candidacy.participant_id,
        key=f"nominated:{candidacy.id}",
        subject=gettext("you were nominated"),
        text=gettext(
            "You were nominated in “%(title)s”. You stand only if you accept. Accept or decline here:",
            title=_title(session, motion.id),
        ),
        page=_page(motion),
    )


def challenged(session: Session, motion: Motion, challenge_id: UUID, about_id: UUID, asks: Asks) -> None:
    """Tell somebody that another member has challenged their place on a roll, or that they are not on it."""
    text = (
        gettext(
            "A member says that you are missing on the voting roll of “%(title)s”.", title=_title(session, motion.id)
        )
        if asks is Asks.ADD
        else gettext(
            "A member says that you should not be on the voting roll of “%(title)s”. Until this is answered, you can vote.",
            title=_title(session, motion.id),
        )
    )
    participants.tell(
        session,
        about_id,
        key=f"challenged:{challenge_id}",
        subject=gettext("your place on a voting roll"),
        text=text + " " + gettext("The secretary or the board answers. The grounds stand here:"),
        page=_roll_page(motion),
    )


def answered(
    session: Session, motion: Motion, challenge_id: UUID, parties: Collection[UUID], asks: Asks, *, upheld: bool
) -> None:
    """Tell who challenged a roll, and whom it is about, what was answered; each participant once."""
    if not upheld:
        result = gettext("It is not upheld: the roll stays as it is.")
    elif asks is Asks.ADD:
        result = gettext("It is upheld: the member is put on the roll, and can vote until voting closes.")
    else:
        result = gettext("It is upheld: the member is struck from the roll, and a vote they have cast does not count.")
    text = gettext("A challenge of the voting roll of “%(title)s” is answered.", title=_title(session, motion.id))
    for participant_id in sorted(parties):
        participants.tell(
            session,
            participant_id,
            key=f"challenge-answered:{challenge_id}:{participant_id}",
            subject=gettext("a challenge is answered"),
            text=f"{text} {result} " + gettext("The reasons stand here:"),
            page=_roll_page(motion),
        )


def _tell(session: Session, motion: Motion, event: str, subject: str, text: str) -> None:
    """Queue one mail to each person who represents somebody on the roll, naming all whom they vote for."""
    rows = session.execute(
        select(Person.id, Person.email, Participant.name)
        .join(Representative, Representative.person_id == Person.id)
        .join(Participant, Participant.id == Representative.participant_id)
        .join(RollEntry, RollEntry.voter_ref == Participant.voter_ref)
        .where(RollEntry.proposal_id == motion.proposal_id, in_term(cooperative.today(session)))
        .order_by(Person.id, Participant.name_key)
    )
    voters: dict[tuple[UUID, str], list[str]] = defaultdict(list)
    for person_id, email, name in rows:
        voters[person_id, email].append(name)
    page = _page(motion)
    coop, title = cooperative.current(session).name, _title(session, motion.id)
    for (person_id, email), names in voters.items():
        on_roll = gettext("On the voting roll: %(names)s.", names=", ".join(names))
        outbox.send_mail(
            session,
            key=f"motion-{event}:{motion.id}:{person_id}",
            to=email,
            subject=f"{coop}: {subject}: {title}",
            text=f"{title}\n\n{text}\n{on_roll}",
            page=page,
        )


def _page(motion: Motion) -> outbox.Page:
    return outbox.Page("assembly.proposal", {"motion_id": motion.id})


def _roll_page(motion: Motion) -> outbox.Page:
    return outbox.Page("assembly.roll", {"motion_id": motion.id})


def _title(session: Session, motion_id: UUID) -> str:
    words = session.get(MotionWords, motion_id)
    return words.title if words else ""
