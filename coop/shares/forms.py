"""The forms of the share register, and the field for a number of shares."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, SelectField, StringField
from wtforms.validators import StopValidation

from coop.forms import Form, choices, required
from coop.permissions import NotFound
from ledger.models import Account

#: More digits than any limit of shares has.
_MOST_DIGITS = 9


class SharesField(StringField):
    """A whole number of shares. `shares` is the number after a successful validation; the operation knows the limit."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.shares = 0

    def pre_validate(self, form: Any) -> None:
        """Read the number; anything but digits is an error beside the field."""
        self.shares = 0
        text = self.data or ""
        if not text:
            return
        if not (text.isascii() and text.isdigit()):
            raise StopValidation(gettext("Enter a whole number of shares in digits, such as 1."))
        if len(text) > _MOST_DIGITS:
            raise StopValidation(gettext("That is more shares than anybody can hold."))
        self.shares = int(text)
        if self.shares == 0:
            raise StopValidation(gettext("Choose at least one share."))


class BuyForm(Form):
    """Subscribe for more shares."""

    shares = SharesField(_l("Number of shares"), [required()], render_kw={"inputmode": "numeric"})

    def to_quantity(self) -> int:
        """Return the number of shares."""
        return self.shares.shares


class CapitalForm(Form):
    """Another account for the share capital of a class."""

    account = SelectField(_l("Account from now on"))

    def __init__(self, offered: Iterable[Account], **options: Any) -> None:
        super().__init__(**options)
        self.account.choices = choices((one.code, f"{one.code} {one.name}") for one in offered)

    def to_account(self) -> str:
        """Return the code of the account."""
        return str(self.account.data)


class IssueForm(Form):
    """Issue the shares of one or more subscriptions, whose ids stand apart by spaces."""

    subscriptions = HiddenField()

    def to_subscriptions(self) -> list[UUID]:
        """Return the ids.

        Raises:
            NotFound: something is no id; only an altered form sends that.
        """
        try:
            return [UUID(text) for text in (self.subscriptions.data or "").split()]
        except ValueError as error:
            raise NotFound from error
