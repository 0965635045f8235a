"""From a refusal to words and a status, once, for pages and for `application/problem+json`.

Engines and rooms say what they refuse; only here is it translated, formatted and given a status of HTTP.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from http import HTTPStatus
from typing import Any

from flask import Flask, Response, current_app, jsonify, redirect, render_template, request, url_for
from flask_babel import get_locale, get_timezone, gettext
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DataError, SQLAlchemyError
from werkzeug.exceptions import HTTPException, SecurityError
from werkzeug.wrappers import Response as BaseResponse
from wtforms import Form as AnyForm

from coop import formats
from coop.cooperative import NotFounded
from coop.database import Busy, db
from coop.permissions import FactorNeeded, NotFound, PowerMissing, SignInNeeded
from evidence.messages import N_, Refusal

#: What the program answers to a refusal; a class takes the status of its nearest ancestor in the table.
STATUSES: dict[type[Refusal], int] = {
    Refusal: 422,
    NotFound: 404,
    PowerMissing: 403,
    SignInNeeded: 401,
    Busy: 503,
    NotFounded: 503,
}

_TITLES: Mapping[int, str] = {
    400: N_("We could not read that"),
    401: N_("Please sign in"),
    403: N_("This is not yours to do"),
    404: N_("There is no such page"),
    405: N_("This page cannot do that"),
    409: N_("That has changed in the meantime"),
    413: N_("That is too large"),
    422: N_("That cannot be done"),
    429: N_("Too many tries"),
    500: N_("Something went wrong on our side"),
    503: N_("Please try again in a moment"),
}


def declare(status: int, *refusals: type[Refusal]) -> None:
    """Give refusals a status other than the 422 of bad input."""
    for refusal in refusals:
        STATUSES[refusal] = status


def status_of(refusal: Refusal) -> int:
    """Return the status of HTTP for a refusal."""
    return next(STATUSES[ancestor] for ancestor in type(refusal).__mro__ if ancestor in STATUSES)


def message_of(refusal: Refusal) -> str:
    """Translate the message of a refusal and fill its placeholders in, each by its type and unit."""
    values = refusal.values()
    currency = values.get("currency")
    template: str = gettext(refusal.message)
    return template % {name: _written(name, value, currency) for name, value in values.items()}


def show_on(form: AnyForm, refusal: Refusal) -> int:
    """Put the message beside the field it is about, or on top of the form, and return the status."""
    field = form._fields.get(refusal.about) if refusal.about else None
    message = message_of(refusal)
    if field is None:
        form.form_errors.append(message)
    else:
        field.errors = [*field.errors, message]
    return status_of(refusal)


def init_app(app: Flask) -> None:
    """Answer every refusal and every error of HTTP with a page, or with a problem document where JSON is asked for."""
    app.register_error_handler(Refusal, _on_refusal)
    app.register_error_handler(CSRFError, _on_csrf_error)
    app.register_error_handler(DataError, _on_data_error)
    app.register_error_handler(HTTPException, _on_http_exception)
    app.register_error_handler(500, _on_failure)


def _written(name: str, value: Any, currency: str | None) -> str:
    if isinstance(value, Refusal):
        return message_of(value)
    if isinstance(value, tuple):
        return " ".join(_written(name, one, currency) for one in value)
    if name.endswith("_minor") and currency and isinstance(value, int):
        return formats.format_money(value, currency, str(get_locale()))
    if isinstance(value, datetime):
        return formats.format_moment(value, get_timezone(), str(get_locale()))
    if isinstance(value, date):
        return formats.format_day(value, str(get_locale()))
    return gettext(value) if isinstance(value, str) and value else str(value)


def _on_refusal(refusal: Refusal) -> BaseResponse | tuple[Response | str, int]:
    if isinstance(refusal, SignInNeeded) and not _wants_problem():
        return redirect(url_for("security.login", next=request.full_path.rstrip("?")), 303)
    if isinstance(refusal, FactorNeeded):
        link = {"label": gettext("Your second factor"), "href": url_for("factor.overview")}
        return _answer(status_of(refusal), message_of(refusal), gettext("One more step first"), [link])
    return _answer(status_of(refusal), message_of(refusal))


def _on_csrf_error(_: CSRFError) -> tuple[Response | str, int]:
    return _answer(
        400,
        gettext("The form was open for too long, or came from elsewhere. Go back, reload the page and send it again."),
    )


def _on_data_error(_: DataError) -> tuple[Response | str, int]:
    # PostgreSQL refuses some texts and numbers that SQLite would store; forms catch what they know of.
    return _answer(
        400, gettext("Something in the form or the address cannot be stored. Please check what you entered.")
    )


def _on_http_exception(error: HTTPException) -> BaseResponse | tuple[Response | str, int]:
    if isinstance(error, SecurityError):
        # The Host header is not ours, so no page with links can be made.
        return Response(gettext("This address is not the one of this co-operative.") + "\n", 400, mimetype="text/plain")
    status = error.code or 500
    if error.response is not None or status < 400:
        return error.get_response()
    known = {
        403: gettext("You cannot see or do this."),
        404: gettext("There is no such page, or it is not yours to see."),
        405: gettext("The page exists, but not for this kind of request."),
        413: gettext(
            "What you sent is larger than this page takes: at most %(megabytes)s MB.",
            megabytes=(request.max_content_length or 0) // 1024**2,
        ),
    }
    return _answer(status, known.get(status) or gettext("The request could not be read. Please check and try again."))


def _on_failure(_: Exception) -> Response | tuple[Response | str, int]:
    # The error itself is in the log; the page tells nothing of it.
    try:
        db.session.remove()
        return _answer(500, gettext("Nothing was changed. The people who run this have a record of what happened."))
    except SQLAlchemyError:
        # The database itself may be away, and the frame of a page asks it for the co-op's name.
        return Response("Something went wrong on our side. Please try again in a moment.\n", 500, mimetype="text/plain")


def _wants_problem() -> bool:
    accepted = request.accept_mimetypes
    return request.path.startswith("/api/") or (
        accepted["application/json"] > accepted["text/html"]
        or accepted["application/problem+json"] > accepted["text/html"]
    )


def _answer(
    status: int, message: str, title: str = "", links: Sequence[Mapping[str, str]] = ()
) -> tuple[Response | str, int]:
    title = title or gettext(_TITLES.get(status) or HTTPStatus(status).phrase)
    if _wants_problem():
        problem = jsonify(type="about:blank", title=title, status=status, detail=message)
        problem.mimetype = "application/problem+json"
        return problem, status
    what_next = [*links, {"label": gettext("Go to the start page"), "href": current_app.url_for("start")}]
    page = render_template("errors/error.html", status=status, title=title, message=message, what_next=what_next)
    return page, status
