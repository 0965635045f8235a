"""What forms of lines share: what a line can name, and the fields by which it names it.

Used by the form of an entry and by the lines of a bill or a claim. A field without anything to choose from is left out.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms.fields.choices import SelectChoice

from coop import cooperative
from coop.books import queries
from coop.books.surplus.words import rate
from coop.database import db
from coop.forms import ChoiceField, Form, choices, stripped
from ledger import cost_centres
from ledger.cost_centres import Centre
from ledger.models import Account, Fund
from ledger.tax.codes import CodeInForce


@dataclass(frozen=True)
class Offer:
    """What the rows of the form offer. Without cost centres, funds or tax codes a row has no field for them."""

    accounts: Sequence[Account]
    cost_centres: Sequence[Centre] = ()
    funds: Sequence[Fund] = ()
    tax_codes: Sequence[CodeInForce] = ()

    def choices(self) -> dict[str, list[SelectChoice]]:
        """Return the choices of each field of a row, by the name of the field; none for a field that is left out."""
        found = {
            "account": choices([("", gettext("Choose …")), *((a.code, f"{a.code} {a.name}") for a in self.accounts)]),
            "cost_centre": [SelectChoice(c.code, "– " * c.depth + f"{c.code} {c.name}") for c in self.cost_centres],
            "fund": [SelectChoice(f.code, f"{f.code} {f.name}") for f in self.funds],
            "tax": [_tax_choice(code) for code in self.tax_codes],
        }
        none = SelectChoice("", gettext("None"))
        return {
            name: offered if name == "account" or not offered else [none, *offered] for name, offered in found.items()
        }

    def rates(self) -> dict[str, CodeInForce]:
        """Return the tax codes by their code."""
        return {code.code: code for code in self.tax_codes}


def offer(accounts: Sequence[Account], codes: Sequence[CodeInForce]) -> Offer:
    """Return what lines can name today: these accounts and tax codes, and the cost centres and funds that are open."""
    session = db.session()
    today = cooperative.today(session)
    return Offer(
        accounts=accounts,
        cost_centres=[one for one in cost_centres.tree(session) if one.closed_on is None or one.closed_on > today],
        funds=queries.open_funds(session, today),
        tax_codes=codes,
    )


class CodedLineForm(Form):
    """A line that names an account and what it counts for beside."""

    class Meta(Form.Meta):
        """The form around the lines carries the token."""

        csrf = False

    account = ChoiceField(_l("Account"), validate_choice=False, filters=[stripped])
    cost_centre = ChoiceField(_l("Cost centre"), validate_choice=False, filters=[stripped])
    fund = ChoiceField(_l("Fund"), validate_choice=False, filters=[stripped])
    tax = ChoiceField(_l("Tax code"), validate_choice=False, filters=[stripped])

    @property
    def tag_fields(self) -> list[Any]:
        """Return the fields for what the line counts for, as far as the co-op has any of it."""
        return [self[name] for name in ("cost_centre", "fund", "tax") if name in self]

    @property
    def tags(self) -> list[str]:
        """Return the codes that were chosen."""
        return [field.data for field in self.tag_fields if field.data]

    @property
    def has_tag_errors(self) -> bool:
        """Say whether something is wrong with them."""
        return any(field.errors for field in self.tag_fields)

    def offer(self, offered: dict[str, list[SelectChoice]]) -> None:
        """Let the row offer choices, and take away its fields that have none."""
        for name, options in offered.items():
            if options:
                self[name].choices = options
            elif name in self:
                del self[name]

    @staticmethod
    def wrong(field: Any, message: str) -> bool:
        """Put a message beside a field, and say that the line is not valid."""
        field.errors = [*field.errors, message]
        return False


def _tax_choice(code: CodeInForce) -> SelectChoice:
    """Offer a code with the rate of today; what is recorded is computed with that of the entry's day."""
    rate_bp = code.rate_on(cooperative.today(db.session())) or 0
    return SelectChoice(code.code, f"{code.code} {code.name} ({rate(rate_bp)})", {"data-rate": rate_bp})
