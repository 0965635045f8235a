"""The field by which a form takes a paper along, and the form that only adds one."""

from typing import Any

from flask import current_app
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired

from coop.attachments.kinds import KINDS
from coop.attachments.uploads import LARGEST_MEGABYTES, Received, receive
from coop.config import configuration
from coop.forms import Form


class PaperField(FileField):
    """A file to keep as a paper. The route carries @takes_papers, and the field's name in the form is `file`."""

    def __init__(self, label: str, validators: Any = (), **options: Any) -> None:
        options.setdefault(
            "description",
            _l("PDF, or a picture as PNG, JPEG or WebP; at most %(megabytes)s MB.", megabytes=LARGEST_MEGABYTES),
        )
        options.setdefault("render_kw", {"accept": ",".join(KINDS)})
        super().__init__(label, validators, **options)

    def received(self) -> Received | None:
        """Return the file that was sent, or nothing where none was chosen.

        Raises:
            PaperEmpty, PaperTooLarge, PaperOfOtherKind, PictureAsPhonesKeepIt
        """
        return receive(configuration(current_app), self.data) if self.data is not None else None


class PaperForm(Form):
    """A paper to add."""

    file = PaperField(_l("File"), [FileRequired(_l("Choose a file."))])

    def to_paper(self) -> Received:
        """Return the file that was sent.

        Raises:
            As `PaperField.received`.
        """
        received: Received | None = self.file.received()
        assert received is not None, "validation has asked for a file"
        return received
