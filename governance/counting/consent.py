"""Consent: a proposal stands unless somebody objects. Concerns and standing aside are counted, shown, and hinder nothing.

It decides whether there is consent and says every number on which that rests. Whether an objection is a reasoned one is for people
to find out before the vote closes; here each one that stands counts.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from evidence.messages import N_
from governance.counting.errors import Cause, InvalidProfile
from governance.counting.lots import checked_lot
from governance.counting.papers import equals_refused, tied_papers
from governance.counting.profiles import RankedProfile
from governance.counting.result import Result

NAME = "Consent"


class Answer(StrEnum):
    """What a ballot may say."""

    CONSENT = "consent"
    #: Consent, with something to look at again later.
    CONCERN = "concern"
    #: Neither for it nor in its way.
    STAND_ASIDE = "stand aside"
    OBJECT = "object"


class ConsentReason(StrEnum):
    """Why there is consent, or not."""

    CONSENT = "consent"
    NOBODY_CONSENTED = "nobody-consented"
    QUORUM_NOT_MET = "quorum-not-met"
    OBJECTION = "objection"


#: Each reason in a sentence; the fields of the count fill the placeholders.
CONSENT_REASONS: Mapping[ConsentReason, str] = MappingProxyType(
    {
        ConsentReason.CONSENT: N_("%(consent)d consent, %(concern)d with a concern, and nobody objects."),
        ConsentReason.NOBODY_CONSENTED: N_("Nobody consented."),
        ConsentReason.QUORUM_NOT_MET: N_("%(cast)d answers were given; the quorum is %(quorum_needed)d."),
        ConsentReason.OBJECTION: N_("%(objections)d objections stand."),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentCount:
    """The outcome of a question of consent with its arithmetic."""

    consent: int
    concern: int
    stand_aside: int
    objections: int
    cast: int
    quorum_needed: int
    carried: bool
    #: Everything that stood in the way, or that there is consent.
    reasons: tuple[ConsentReason, ...]

    def to_canonical(self) -> dict[str, int | str]:
        """Return the outcome as numbers and text, for a certificate and its digest."""
        return {
            "consent": self.consent,
            "concern": self.concern,
            "stand_aside": self.stand_aside,
            "objections": self.objections,
            "cast": self.cast,
            "quorum_needed": self.quorum_needed,
            "outcome": "carried" if self.carried else "lost",
            "reasons": " ".join(reason.value for reason in self.reasons),
        }


def count_consent(answers: Mapping[Answer, int], *, quorum_needed: int = 0) -> ConsentCount:
    """Count answers. There is consent when somebody consents (with or without a concern), nobody objects, and the quorum is met.

    Every answer counts for the quorum, standing aside too.

    Raises:
        InvalidProfile: an answer was given fewer than no times.
    """
    given = {answer: answers.get(answer, 0) for answer in Answer}
    if min(given.values()) < 0:
        raise InvalidProfile(Cause(N_("an answer was given fewer than no times")))
    cast = sum(given.values())
    obstacles = {
        ConsentReason.NOBODY_CONSENTED: not given[Answer.CONSENT] + given[Answer.CONCERN],
        ConsentReason.QUORUM_NOT_MET: cast < quorum_needed,
        ConsentReason.OBJECTION: given[Answer.OBJECT] > 0,
    }
    reasons = tuple(reason for reason, stands in obstacles.items() if stands)
    return ConsentCount(
        consent=given[Answer.CONSENT],
        concern=given[Answer.CONCERN],
        stand_aside=given[Answer.STAND_ASIDE],
        objections=given[Answer.OBJECT],
        cast=cast,
        quorum_needed=quorum_needed,
        carried=not reasons,
        reasons=reasons or (ConsentReason.CONSENT,),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentResult(Result):
    """The same for a file of ballots; the candidates are the answers, and nobody is elected."""

    count: ConsentCount

    def to_canonical(self, *, detail: bool = False) -> dict[str, object]:
        """Return the published form."""
        return {
            "title": self.title,
            "rule": self.rule,
            "arithmetic": self.arithmetic,
            "seats": None,
            "ballots": self.ballots,
            "quota": None,
            "elected": [],
            "stages": [],
            "count": self.count.to_canonical(),
        }


def count(profile: RankedProfile, _seats: int | None = None, lot: Sequence[int] | None = None) -> ConsentResult:
    """Count ballots whose candidates are answers ("consent", "concern", "stand aside", "object"); the first named counts.

    Seats and lot have no meaning here. A quorum is the business of whoever
    knows the roll (`count_consent`).

    Raises:
        InvalidProfile: a candidate is none of the answers, or nobody could consent or object.
        EqualPreferences: a ballot gives several answers at once.
    """
    order = checked_lot(len(profile.candidates), lot)
    answers = [_answer(name) for name in profile.candidates]
    if not {Answer.CONSENT, Answer.OBJECT} <= set(answers):
        raise InvalidProfile(Cause(N_("“consent” and “object” must be among the answers")))
    papers, blank = tied_papers(profile)
    given = dict.fromkeys(Answer, 0)
    for ranking, weight in papers:
        if len(ranking[0]) > 1:
            raise equals_refused(profile, NAME, first_only=True)
        given[answers[ranking[0][0]]] += weight
    return ConsentResult(
        title=profile.title,
        rule=NAME,
        arithmetic="whole votes",
        candidates=profile.candidates,
        withdrawn=profile.withdrawn,
        ballots=sum(given.values()),
        blank=blank,
        elected=(),
        lot=order,
        count=count_consent(given),
    )


def _answer(name: str) -> Answer:
    try:
        return Answer(" ".join(name.casefold().replace("-", " ").split()))
    except ValueError:
        raise InvalidProfile(
            Cause(N_("“%(name)s” is none of the answers: %(answers)s"), name=name, answers=", ".join(Answer))
        ) from None
