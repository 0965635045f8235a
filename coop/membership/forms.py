"""The forms of the membership room."""

from uuid import UUID

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, HiddenField, RadioField
from wtforms.validators import Length, Optional

from coop.forms import DayField, Form, TextField, choices, required
from coop.membership.admission import LONGEST_BOND, LONGEST_REASON, SHORTEST_BOND, Asked, Verdict
from coop.membership.errors import TermsChanged
from coop.membership.queries import ClassChoice
from coop.shares.forms import SharesField
from evidence.messages import Refusal

_ADMIT, _REFUSE = "admit", "refuse"


class ApplicationForm(Form):
    """Apply for membership, where there is no share to buy."""

    class_id = RadioField(_l("Class of members"), [required(_l("Please choose a class."))])
    bond = TextField(
        _l("How do you work in conservation?"),
        [
            required(),
            Length(min=SHORTEST_BOND, message=_l("Please write a little more: at least %(min)d characters.")),
        ],
        longest=LONGEST_BOND,
        description=_l("This is our common bond. A few sentences are enough; the board reads them."),
    )
    accepts = BooleanField(_l("I have read these terms and accept them"))
    terms_version = HiddenField()

    def offer(self, classes: list[ClassChoice]) -> None:
        """Set the classes that this kind of participant may join; a single one is chosen already."""
        self.class_id.choices = choices((str(choice.id), choice.name) for choice in classes)
        if len(classes) == 1 and not self.class_id.data:
            self.class_id.data = str(classes[0].id)

    def show(self, refusal: Refusal) -> int:
        """Put a refusal beside its field; the version of the terms to accept is the one that the page shows now, and no older one."""
        if isinstance(refusal, TermsChanged):
            self.terms_version.data = str(refusal.version)
            self.accepts.data = False
        return super().show(refusal)

    def to_application(self) -> Asked:
        """Return what is asked for."""
        version = self.terms_version.data or ""
        return Asked(
            class_id=UUID(self.class_id.data),
            bond=str(self.bond.data),
            shares=self.wanted_shares(),
            # Anything but a number is an altered form, and no version.
            terms_version=int(version) if version.isascii() and version.isdigit() and len(version) < 10 else 0,
            accepts=bool(self.accepts.data),
        )

    def wanted_shares(self) -> int:
        """Return the number of shares: none to buy here."""
        return 0


class ShareApplicationForm(ApplicationForm):
    """Apply for membership with the first shares."""

    shares = SharesField(_l("Number of shares"), [required()], default="1", render_kw={"inputmode": "numeric"})

    def wanted_shares(self) -> int:
        """Return the number of shares."""
        return self.shares.shares


class DecisionForm(Form):
    """Record what the board decided on an application."""

    decision = RadioField(
        _l("Decision"),
        [required(_l("Please choose one."))],
        choices=choices([(_ADMIT, _l("Admit")), (_REFUSE, _l("Do not admit"))]),
    )
    decided_on = DayField(_l("Decided on"), [required()])
    minute = TextField(
        _l("Minute"),
        [required()],
        longest=LONGEST_REASON,
        description=_l("Who took part and what was decided. It stands in the register of resolutions."),
    )
    reason = TextField(
        _l("Reason, if not admitted"),
        [Optional()],
        longest=LONGEST_REASON,
        description=_l("The applicant gets it by mail."),
    )

    def to_verdict(self) -> Verdict:
        """Return the decision."""
        return Verdict(
            admits=self.decision.data == _ADMIT,
            decided_on=self.decided_on.required_day,
            minute=str(self.minute.data),
            reason=self.reason.data or "",
        )
