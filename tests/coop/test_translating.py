"""What `_` does in templates, and that what it keeps for one language or one way of writing never shows in another."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from flask import Flask
from flask_babel import force_locale, get_babel

from coop import translating


@pytest.fixture
def speaks_maori(app: Flask, tmp_path: Path) -> Iterator[Flask]:
    """The application with a catalogue of a second language, for as long as the test."""
    catalogue = Catalog(locale="mi")
    catalogue.add("Welcome", "Haere mai")
    catalogue.add("%(name)s has voted", "Kua pōti a %(name)s")
    folder = tmp_path / "mi" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    with (folder / "messages.mo").open("wb") as file:
        write_mo(file, catalogue)
    babel = get_babel(app)
    before, babel.translation_directories = babel.translation_directories, [str(tmp_path)]
    _forget(app)
    yield app
    babel.translation_directories = before
    _forget(app)


def test_a_text_is_that_of_the_pages_language_whoever_asked_before(speaks_maori: Flask) -> None:
    assert [_said(speaks_maori, "{{ _('Welcome') }}", language) for language in ("en_NZ", "mi", "en_NZ", "mi")] == [
        *("Welcome", "Haere mai"),
        *("Welcome", "Haere mai"),
    ]


def test_a_text_with_values_is_that_of_the_pages_language(speaks_maori: Flask) -> None:
    template = "{{ _('%(name)s has voted', name='Ana') }}"
    assert _said(speaks_maori, template, "mi") == "Kua pōti a Ana"
    assert _said(speaks_maori, template, "en_NZ") == "Ana has voted"


def test_values_are_escaped_on_a_page_and_the_text_is_not(app: Flask) -> None:
    assert _said(app, "{{ _('<b>%(name)s</b>', name='<i>') }}") == "<b>&lt;i&gt;</b>"
    assert _said(app, "{{ _('You & we') }}") == "You & we"


def test_the_same_text_of_a_mail_is_no_markup(app: Flask) -> None:
    plain = "{% autoescape false %}{{ _('%(name)s & we', name='<i>') }} {{ _('You & we') ~ '<' }}{% endautoescape %}"
    assert _said(app, plain) == "<i> & we You & we<"
    assert _said(app, "{{ _('You & we') ~ '<' }}") == "You & we&lt;"


def test_a_sign_of_formatting_is_written_twice_with_and_without_values(app: Flask) -> None:
    assert _said(app, "{{ _('100%%') }} {{ _('%(n)s%%', n=5) }}") == "100% 5%"


def _said(app: Flask, template: str, language: str = "en_NZ") -> str:
    with app.test_request_context(), force_locale(language):
        return app.jinja_env.from_string(template).render()


def _forget(app: Flask) -> None:
    translating._finished.cache_clear()
    with app.app_context():
        get_babel().instance.domain_instance.cache.clear()
