"""What Belenios is to ask for a motion, and where the election is that asks it."""

import json
from dataclasses import asdict, dataclass
from typing import Any
from urllib.parse import urlsplit

from flask_babel import gettext
from sqlalchemy.orm import Session

from coop.assembly.models import Motion, MotionWords
from coop.assembly.outside.errors import AddressOfNoElection, FingerprintDiffers, ParametersOfOtherElection
from coop.assembly.outside.models import OutsideElection
from coop.assembly.results.queries import candidate_names
from evidence.canonical import canonical_bytes
from governance.belenios.errors import ParametersUnreadable
from governance.belenios.questions import Asked, asked, asked_in, fingerprint, identifier_in, is_identifier
from governance.belenios.texts import read_json
from governance.counts import options_of
from governance.models import Kind, Proposal


@dataclass(frozen=True)
class Told:
    """An election in Belenios, as its page and its parameters show it."""

    address: str
    fingerprint: str
    parameters: str


def asked_of(session: Session, motion: Motion, proposal: Proposal) -> Asked:
    """Return what is asked: the title, one question, and the answers in the order of the ballot."""
    words = session.get(MotionWords, motion.id)
    name = words.title if words else str(proposal.id)
    if motion.kind is Kind.ELECTION:
        names = candidate_names(session, motion.id)
        answers = tuple(names[code] for code in options_of(session, proposal.id))
        return asked(name, gettext("Rank the candidates: 1 for the one you want most."), answers, motion.seats)
    return asked(name, gettext("How do you vote?"), (gettext("For"), gettext("Against"), gettext("Abstain")))


def written(question: Asked) -> str:
    """Return what is asked as it is kept."""
    return canonical_bytes(asdict(question)).decode()


def kept(row: OutsideElection) -> Asked:
    """Return what was handed over."""
    record: dict[str, Any] = json.loads(row.asked)
    return Asked(record["name"], record["question"], tuple(record["answers"]), record["seats"])


def description_of(proposal: Proposal) -> str:
    """Return the description of the election: the fingerprints of the words and of the roll, by which it names its vote."""
    return str(
        gettext(
            "The words that are voted on have the SHA-256 %(text)s, the voting roll %(roll)s.",
            text=proposal.text_digest,
            roll=proposal.roll_digest,
        )
    )


def election_at(address: str) -> str:
    """Return the identifier of the election that an address leads to.

    Raises:
        AddressOfNoElection
    """
    try:
        parts = urlsplit(address)
        host = parts.hostname
    except ValueError:
        raise AddressOfNoElection from None
    if parts.scheme != "https" or not host or "@" in parts.netloc:
        raise AddressOfNoElection
    path = [piece for piece in parts.path.split("/") if piece]
    found = path[-1] if len(path) > 1 and path[-2] == "elections" else parts.fragment.split("/")[0]
    if not is_identifier(found):
        raise AddressOfNoElection
    return found


def check_told(told: Told, question: Asked) -> str:
    """Compare an election with what was handed over, while it can still be put right, and return its identifier.

    Raises:
        AddressOfNoElection, ParametersUnreadable, ParametersOfOtherElection, FingerprintDiffers
        OtherFormOfQuestion, OtherWords
    """
    election = election_at(told.address)
    try:
        parameters = read_json(told.parameters.encode())
    except (ValueError, RecursionError):
        raise ParametersUnreadable from None
    if not isinstance(parameters, dict):
        raise ParametersUnreadable
    if (found := identifier_in(parameters)) != election:
        raise ParametersOfOtherElection(found)
    question.compare(asked_in(parameters))
    if (mark := fingerprint(told.parameters.encode())) != told.fingerprint.rstrip("="):
        raise FingerprintDiffers(mark)
    return election
