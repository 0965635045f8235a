"""The forms about a voting roll: challenging it, and answering a challenge."""

from dataclasses import dataclass

from flask_babel import lazy_gettext
from wtforms import RadioField

from coop.assembly.rolls.challenges import LONGEST_GROUNDS
from coop.forms import Form, LineField, TextField, choices, required
from governance.challenges.models import Asks

_UPHELD, _NOT_UPHELD = "upheld", "not-upheld"


@dataclass(frozen=True)
class Asked:
    """A challenge as its form gives it."""

    asks: Asks
    whom: str
    grounds: str


@dataclass(frozen=True)
class Answered:
    """An answer as its form gives it."""

    upheld: bool
    reasons: str


class ChallengeForm(Form):
    """What is wrong with a roll."""

    asks = RadioField(
        lazy_gettext("What is wrong?"),
        [required(lazy_gettext("Please choose one."))],
        choices=choices(
            [
                (Asks.ADD.value, lazy_gettext("A member is missing on the roll")),
                (Asks.STRIKE.value, lazy_gettext("A member is on the roll who should not be")),
            ]
        ),
    )
    whom = LineField(
        lazy_gettext("Which member?"),
        [required()],
        description=lazy_gettext("Their name as they write it, or their number in the register of members."),
    )
    grounds = TextField(
        lazy_gettext("Why?"),
        [required()],
        longest=LONGEST_GROUNDS,
        description=lazy_gettext("The member, the secretary, the board, the auditor and the scrutineers can read it."),
    )

    def to_challenge(self) -> Asked:
        """Return what was asked for."""
        return Asked(Asks(self.asks.data), self.whom.data or "", self.grounds.data or "")


class AnswerForm(Form):
    """What is answered."""

    upheld = RadioField(
        lazy_gettext("Answer"),
        [required(lazy_gettext("Please choose one."))],
        choices=choices(
            [
                (_UPHELD, lazy_gettext("Upheld: the roll is put right")),
                (_NOT_UPHELD, lazy_gettext("Not upheld: the roll stays as it is")),
            ]
        ),
    )
    reasons = TextField(
        lazy_gettext("Reasons"),
        [required()],
        longest=LONGEST_GROUNDS,
        description=lazy_gettext("They are told to who made the challenge and to whom it is about."),
    )

    def to_answer(self) -> Answered:
        """Return what was answered."""
        return Answered(self.upheld.data == _UPHELD, self.reasons.data or "")
