"""The one question of an election in Belenios: written for it, read from its parameters, and compared.

A proposal is one choice among three answers, added up while encrypted; an election is a ranking, whose ballots are opened after
they were shuffled. Only the question is compared: how the election is described, and by whom it is held, is left to Belenios.
"""

import base64
import hashlib
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from evidence.canonical import digest
from governance.belenios.errors import OtherFormOfQuestion, OtherWords, ParametersUnreadable

#: The form of parameters that is known.
VERSION = 1
_RANKING = "NonHomomorphic"
_CHOICE = "Homomorphic"
_IDENTIFIER = re.compile(r"[1-9A-HJ-NP-Za-km-z]{14,64}")


@dataclass(frozen=True)
class Asked:
    """What is asked: the election's name, its question, and the answers in their order."""

    name: str
    question: str
    answers: tuple[str, ...]
    #: In an election: how many are elected. A proposal has none.
    seats: int | None = None

    def digest(self) -> str:
        """Return the digest of what is asked, white space and forms of letters apart."""
        return digest({"name": self.name, "question": self.question, "answers": self.answers, "seats": self.seats})

    def template(self, description: str) -> dict[str, object]:
        """Return the questions in the form that `belenios-tool setup make-election` takes as its template."""
        return {"description": description, "name": self.name, "questions": [self._question()]}

    def compare(self, other: "Asked") -> None:
        """Refuse an election that asks something else.

        Raises:
            OtherFormOfQuestion, OtherWords
        """
        if self.seats != other.seats or len(self.answers) != len(other.answers):
            raise OtherFormOfQuestion
        here, there = (self.name, self.question, *self.answers), (other.name, other.question, *other.answers)
        for asked, found in zip(here, there, strict=True):
            if asked != found:
                raise OtherWords(asked, found)

    def _question(self) -> dict[str, object]:
        if self.seats is None:
            return {"answers": list(self.answers), "blank": False, "min": 1, "max": 1, "question": self.question}
        return {
            "type": _RANKING,
            "value": {"answers": list(self.answers), "question": self.question},
            "extra": {"type": "PreferentialVoting", "blank": False, "seats": self.seats, "method": "STV"},
        }


def asked(name: str, question: str, answers: tuple[str, ...], seats: int | None = None) -> Asked:
    """Return what is asked, its words made plain, so that they can be compared."""
    return Asked(_plain(name), _plain(question), tuple(_plain(answer) for answer in answers), seats)


def asked_in(parameters: Mapping[str, Any]) -> Asked:
    """Read what is asked from the parameters of an election.

    Raises:
        ParametersUnreadable, OtherFormOfQuestion
    """
    name, questions = parameters.get("name"), parameters.get("questions")
    if not isinstance(name, str) or not isinstance(questions, list):
        raise ParametersUnreadable
    if len(questions) != 1 or not isinstance(questions[0], dict):
        raise OtherFormOfQuestion
    question = questions[0]
    kind = question.get("type", _CHOICE)
    value, extra = (question.get("value"), question.get("extra")) if "type" in question else (question, None)
    if not isinstance(value, dict):
        raise ParametersUnreadable
    words, answers = value.get("question"), value.get("answers")
    if not isinstance(words, str) or not isinstance(answers, list) or not all(isinstance(one, str) for one in answers):
        raise ParametersUnreadable
    if kind == _CHOICE and (value.get("min"), value.get("max"), value.get("blank", False)) == (1, 1, False):
        return asked(name, words, tuple(answers))
    if kind == _RANKING and isinstance(extra, dict) and (extra.get("method"), extra.get("blank")) == ("STV", False):
        seats = extra.get("seats")
        if type(seats) is int:
            return asked(name, words, tuple(answers), seats)
    raise OtherFormOfQuestion


def identifier_in(parameters: Mapping[str, Any]) -> str:
    """Return the identifier of an election from its parameters.

    Raises:
        ParametersUnreadable
    """
    found = parameters.get("uuid")
    if not isinstance(found, str) or not is_identifier(found):
        raise ParametersUnreadable
    return found


def is_identifier(text: str) -> bool:
    """Say whether a text can be the identifier of an election: letters and digits that are not mistaken for one another."""
    return _IDENTIFIER.fullmatch(text) is not None


def fingerprint(parameters: bytes) -> str:
    """Return the fingerprint of an election, as Belenios shows it: SHA-256 over its parameters, in Base64 without padding."""
    return base64.b64encode(hashlib.sha256(parameters).digest()).decode().rstrip("=")


def _plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())
