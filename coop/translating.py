"""What `_` does in templates: the text of the page's language, with the values put in.

A page has some sixty texts, and finding out for each in which language the page speaks, through which catalogue, was a tenth of
its time. The language is asked for once a request, and a text that takes no values is finished once for each language. It knows no
catalogue; Flask-Babel does.
"""

from functools import lru_cache
from typing import Any

from flask import Flask
from flask_babel import get_translations
from jinja2 import pass_eval_context
from jinja2.nodes import EvalContext
from markupsafe import Markup

from coop.formats import page_locale

#: More texts than the templates have. What is forgotten is looked up again.
TEXTS_KEPT = 8192


def register(app: Flask) -> None:
    """Give the templates their `_`."""
    app.jinja_env.globals["_"] = translated


def finished(message: str) -> str:
    """Return the text for a message that takes no values, for code that has many of them to show."""
    return _finished(page_locale(), message, is_markup=False)


@pass_eval_context
def translated(of_template: EvalContext, message: str, /, **values: Any) -> str:
    """Return the text for a message. Where the template escapes, the values are escaped too, and the text itself is markup.

    As with Jinja's own, `%` is always a sign of formatting: who means one writes two.
    """
    if not values:
        return _finished(page_locale(), message, of_template.autoescape)
    text = str(get_translations().ugettext(message))
    return (Markup(text) if of_template.autoescape else text) % values  # noqa: S704 - ours, not what somebody wrote


@lru_cache(TEXTS_KEPT)
def _finished(_language: str, message: str, is_markup: bool) -> str:
    """Return a text that takes no values. The language is that of the request: it tells what is kept apart."""
    text = str(get_translations().ugettext(message))
    return (Markup(text) if is_markup else text) % {}  # noqa: S704 - see above
