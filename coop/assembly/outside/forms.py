"""The forms by which an election in Belenios is told of, and its result is brought in."""

from flask import current_app
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired
from wtforms import HiddenField

from coop.assembly.outside.archives import MOST_MEGABYTES, Evidence, receive
from coop.assembly.outside.asking import Told
from coop.config import configuration
from coop.forms import Form, LineField, TextField, required

#: The parameters of an election with the most candidates fit in easily.
_LONGEST_PARAMETERS = 100_000


class ToldForm(Form):
    """Where members vote."""

    address = LineField(
        _l("Address of the election"),
        [required()],
        description=_l("Copy it from your browser. It begins with https:// and ends in election# and an identifier."),
    )
    fingerprint = LineField(
        _l("Fingerprint"), [required()], description=_l("It stands at the foot of the election's page in Belenios.")
    )
    parameters = TextField(_l("Parameters of the election"), [required()], longest=_LONGEST_PARAMETERS)

    def to_told(self) -> Told:
        """Return what was filled in."""
        return Told(self.address.data or "", self.fingerprint.data or "", self.parameters.data or "")


class EvidenceForm(Form):
    """The archive of a tallied election."""

    file = FileField(
        _l("Archive of the election"),
        [FileRequired(_l("Choose a file."))],
        description=_l("The file ends in .bel; at most %(megabytes)s MB.", megabytes=MOST_MEGABYTES),
        render_kw={"accept": ".bel"},
    )

    def to_evidence(self) -> Evidence:
        """Return the archive that was sent.

        Raises:
            As `archives.receive`.
        """
        return receive(configuration(current_app), self.file.data)


class BringInForm(Form):
    """Confirms the archive that was shown."""

    seen = HiddenField()

    def to_seen(self) -> str:
        """Return the SHA-256 of the archive that was shown."""
        return self.seen.data or ""
