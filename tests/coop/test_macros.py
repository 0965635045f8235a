"""Whether the macros write valid HTML that a reader without eyes, or without our script, can use."""

import re
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import html5lib
import pytest
from flask import Flask, render_template_string
from flask_babel import Babel
from flask_wtf import CSRFProtect
from jinja2 import StrictUndefined
from wtforms import FieldList, Form, FormField, HiddenField, RadioField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Optional

from coop import charts, formats

HOUSE = Path(__file__).parents[2]
IMPORTS = "".join(
    f'{{% import "macros/{name}.html" as {name} %}}'
    for name in ("ballot", "charts", "format", "forms", "layout", "tables")
)


class Line(Form):
    """A line of a journal form."""

    amount = StringField("Amount", [InputRequired("Enter an amount.")])


class Application(Form):
    """One field of each kind."""

    reference = HiddenField()
    name = StringField("Name", [InputRequired("Enter a name.")], description="As it stands in the register.")
    kind = RadioField(
        "Who applies?",
        [InputRequired("Choose one.")],
        choices=[SelectChoice("i", "I do"), SelectChoice("g", "A group")],
    )
    note = TextAreaField("Note", [Optional()])
    lines = FieldList(FormField(Line), min_entries=2)


@pytest.fixture
def app() -> Flask:
    app = Flask("kit", template_folder=str(HOUSE / "templates"))
    app.config["SECRET_KEY"] = "only for the token of these forms"
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.add_extension("jinja2.ext.i18n")
    Babel(app, locale_selector=lambda: "en_NZ", timezone_selector=lambda: "Pacific/Auckland")
    CSRFProtect(app)
    formats.register(app)
    return app


def render(app: Flask, template: str, **values: Any) -> tuple[str, Any]:
    """Render a template with all macros at hand; return its text, and its tree from a strict parser."""
    with app.test_request_context("/"):
        text = render_template_string(IMPORTS + template, **values)
    page = f"<!doctype html><title>Kit</title>{text}"
    return text, html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(page)


def ids_of(tree: Any) -> list[str]:
    return [element.get("id") for element in tree.iter() if element.get("id")]


def refused() -> Application:
    form = Application()
    assert not form.validate()
    return form


def test_a_field_names_its_hint_and_its_error(app: Flask) -> None:
    _, tree = render(app, "{{ forms.field(form.name) }}", form=refused())
    box = tree.find(".//input")
    assert box.get("aria-describedby") == "name-hint name-error"
    assert box.get("aria-invalid") == "true"
    assert {"name-hint", "name-error"} <= set(ids_of(tree))
    assert tree.find(".//label").get("for") == "name"


def test_a_field_without_hint_or_error_describes_nothing(app: Flask) -> None:
    text, _ = render(app, "{{ forms.textarea(form.note) }}", form=Application())
    assert "aria-describedby" not in text
    assert "aria-invalid" not in text
    assert "(optional)" in text


def test_every_error_of_the_summary_leads_to_a_field_of_the_form(app: Flask) -> None:
    template = """{% call forms.form(form, errors=["The page has changed."]) %}
    {{ forms.field(form.name) }}{{ forms.radios(form.kind) }}
    {% for line in form.lines %}{{ forms.field(line.amount) }}{% endfor %}{% endcall %}"""
    text, tree = render(app, template, form=refused())
    targets = [link.get("href")[1:] for link in tree.iter("a")]
    assert targets == ["name", "kind-0", "lines-0-amount", "lines-1-amount"]
    assert set(targets) <= set(ids_of(tree))
    assert "The page has changed." in text


def test_two_forms_on_a_page_share_no_id(app: Flask) -> None:
    twice = "{% call forms.form(form) %}{% endcall %}{{ forms.post_button('/x', 'Go', confirm='Sure?') }}" * 2
    _, tree = render(app, twice, form=Application())
    assert ids_of(tree) == []


def test_a_button_that_posts_carries_the_token_and_asks_first(app: Flask) -> None:
    _, tree = render(app, "{{ forms.post_button('/close', 'Close', 'danger', 'Close it now?', {'version': 3}) }}")
    sent = {box.get("name"): box.get("value") for box in tree.iter("input")}
    assert sent["version"] == "3"
    assert sent["csrf_token"]
    assert tree.find(".//details//p").text == "Close it now?"


def test_what_people_wrote_is_escaped(app: Flask) -> None:
    candidate = {"code": "a1", "name": '<b onclick="x">"Ana"</b>'}
    text, _ = render(
        app, "{{ ballot.ranked_ballot([candidate]) }}{{ layout.page_header(candidate.name) }}", candidate=candidate
    )
    assert "<b" not in text


def test_a_table_writes_each_value_by_the_kind_of_its_column(app: Flask) -> None:
    columns = [{"label": "No.", "kind": "head"}, {"label": "Day", "kind": "day"}, {"label": "NZD", "kind": "money"}]
    rows = [(7, date(2026, 3, 31), -123450), (8, None, None)]
    template = (
        "{{ tables.data_table('Entries', columns, rows, [{'label': 'CSV', 'href': '/csv'}], 'NZD', stack=True) }}"
    )
    _, tree = render(app, template, columns=columns, rows=rows)
    cells = [["".join(cell.itertext()).strip() for cell in row] for row in tree.iter("tr")]
    assert cells == [["No.", "Day", "NZD"], ["7", "31 March 2026", "−1,234.50"], ["8", "", ""]]
    assert [link.get("href") for link in tree.iter("a")] == ["/csv"]


def test_a_moment_carries_its_zone_for_people_and_for_machines(app: Flask) -> None:
    at = datetime(2026, 3, 31, 4, 0, tzinfo=UTC)
    text, tree = render(app, "{{ format.moment(at) }}", at=at)
    assert tree.find(".//time").get("datetime") == "2026-03-31T04:00:00+00:00"
    assert "31 March 2026, 5:00 pm NZDT" in text


def test_each_chart_is_named_and_followed_by_its_table(app: Flask) -> None:
    stage = {"event": "Begin Count", "votes": {"Ana": "5.00000"}, "non_transferable": "0.00000"}
    drawn = {
        "vote": charts.resolution_chart(61, 18, 7, 40, 40, 118),
        "cost": charts.bar_chart([("Coaches", 234000), ("Refund", -5000)], "NZD"),
        "stv": charts.transfer_chart({"quota": "3.00000", "seats": 1, "elected": ["Ana"], "stages": [stage]}),
    }
    template = """{{ charts.resolution(vote, 'Vote', id='a') }}{{ charts.bars(cost, 'Cost', 'NZD', id='b') }}
    {{ charts.transfers(stv, 'Transfers', id='c') }}"""
    _, tree = render(app, template, **drawn)
    ids = ids_of(tree)
    assert len(ids) == len(set(ids))
    figures = list(tree.iter("figure"))
    assert len(figures) == 3
    for figure in figures:
        pictures = [part for part in figure.iter() if part.get("role") == "img"]
        assert len(pictures) == 1
        assert set(pictures[0].get("aria-labelledby").split()) <= set(ids)
        assert figure.find(".//table") is not None


def test_the_labels_of_bars_are_words_that_wrap(app: Flask) -> None:
    """A label in a picture prints over its neighbour where the page is narrow."""
    label = "Grants for the restoration of wetlands along the river, spent in the year"
    chart = charts.bar_chart([(label, 234000)], "NZD")
    drawn, tree = render(app, "{{ charts.bars(chart, 'Income', 'NZD') }}", chart=chart)
    assert "<text" not in drawn
    assert [part.text for part in tree.iter("span") if part.get("class") == "chart-label"] == [label]
    assert f"<title>{label}: 2,340.00</title>" in drawn


SOURCES = sorted([*HOUSE.glob("templates/**/*.html"), *HOUSE.glob("coop/static/*.svg")])


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.name)
def test_no_page_or_picture_carries_style_or_script_of_its_own(source: Path) -> None:
    text = source.read_text()
    assert not re.search(r"\sstyle\s*=|<style|\son[a-z]+\s*=|javascript:", text)
    assert all("src=" in tag for tag in re.findall(r"<script[^>]*>", text))


def test_the_style_sheet_asks_no_other_host() -> None:
    sheet = (HOUSE / "coop" / "static" / "coop.css").read_text()
    assert not re.search(r"@import|url\(|//[a-z]", sheet)
