"""What the fields that all forms share write on the page."""

import pytest
from flask import Flask
from wtforms import Form, SelectField
from wtforms.fields.choices import SelectChoice

from coop.forms import ChoiceField

CHOICES = [
    SelectChoice("", "All accounts"),
    SelectChoice("1000", 'Bank & "cash" <main>'),
    SelectChoice('"><b>', "A value that must not end the attribute"),
    SelectChoice("2000", ""),
    SelectChoice("3000", "Not now", render_kw={"disabled": True, "data-group": "'x'"}),
]


class OfTheLibrary(Form):
    chosen = SelectField("Account", choices=CHOICES, validate_choice=False)


class Ours(Form):
    chosen = ChoiceField("Account", choices=CHOICES, validate_choice=False)


@pytest.mark.parametrize("chosen", ["", "1000", '"><b>', "9999"])
def test_a_list_of_choices_is_written_as_the_library_writes_it(app: Flask, chosen: str) -> None:
    with app.test_request_context():
        theirs, ours = OfTheLibrary(data={"chosen": chosen}), Ours(data={"chosen": chosen})
        assert str(ours.chosen(id="one", required=True)) == str(theirs.chosen(id="one", required=True))
