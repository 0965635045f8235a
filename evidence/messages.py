"""Refusals, and the mark that makes their messages translatable.

The engines cannot import gettext machinery of the web, so they mark their texts with `N_` and leave them unformatted;
`coop.errors` translates, formats the fields by their type and unit, and picks the status.
"""

from dataclasses import fields, is_dataclass
from typing import Any, ClassVar


def N_(text: str) -> str:  # noqa: N802 - the customary name of gettext's no-op mark
    """Return `text` unchanged: a mark for the extraction of messages, as gettext knows it."""
    return text


class Refusal(Exception):
    """Something asked for that the rules do not allow; nothing was changed.

    A subclass is a dataclass whose fields fill the placeholders of `message`, by their names. Units stand at the end of
    a field's name (`amount_minor` beside `currency`), so that the page can format it.
    """

    #: Untranslated text with %(field)s placeholders.
    message: ClassVar[str]
    #: Name of the form field that the refusal is about, where there is one; a class for many fields has it as a field.
    about: str | None = None

    def values(self) -> dict[str, Any]:
        """Return the typed fields by name."""
        return {field.name: getattr(self, field.name) for field in fields(self)} if is_dataclass(self) else {}

    def __str__(self) -> str:
        return self.message % self.values()
