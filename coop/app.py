"""Puts the application together: configuration, database, accounts, rooms, guards and headers."""

from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, Response, current_app, g, request
from flask_babel import Babel
from flask_wtf.csrf import CSRFProtect
from jinja2 import StrictUndefined
from werkzeug.exceptions import BadRequest, UnsupportedMediaType
from werkzeug.middleware.proxy_fix import ProxyFix

from coop import (
    cooperative,
    database,
    errors,
    formats,
    logs,
    markdown,
    navigation,
    rooms,
    signed_in,
    translating,
)
from coop.config import LOOPBACK, Config
from coop.cooperative import Cooperative
from coop.database import db
from coop.identity import accounts
from coop.permissions import (
    Guard,
    guard_of,
    is_signed_by_sender,
    is_taking_evidence,
    is_taking_files,
    is_taking_papers,
    public,
)

ROOT = Path(__file__).resolve().parent.parent
LARGEST_REQUEST_BYTES = 2 * 1024 * 1024
#: Where a form takes a receipt along: with room for one that is a little too large, so that the form can say so.
LARGEST_WITH_PAPER_BYTES = 6 * 1024 * 1024
LARGEST_WITH_EVIDENCE_BYTES = 51 * 1024 * 1024


class UnguardedRoute(Exception):
    """A route says neither that it is public nor what it requires, so the application does not start."""


def create_app(config: Config) -> Flask:
    """Make the application for one co-operative's database."""
    app = Flask("coop", root_path=str(ROOT / "coop"), template_folder=str(ROOT / "templates"))
    app.config.update(
        SECRET_KEY=config.secret_key,
        SQLALCHEMY_DATABASE_URI=config.database_url,
        SQLALCHEMY_ENGINE_OPTIONS=database.engine_options(config.database_url),
        TRUSTED_HOSTS=_trusted_hosts(config),
        MAX_CONTENT_LENGTH=LARGEST_REQUEST_BYTES,
        MAX_FORM_MEMORY_SIZE=LARGEST_REQUEST_BYTES,
        PERMANENT_SESSION_LIFETIME=timedelta(days=14),
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=config.is_https,
        REMEMBER_COOKIE_HTTPONLY=True,
        REMEMBER_COOKIE_SECURE=config.is_https,
        REMEMBER_COOKIE_SAMESITE="Lax",
        WTF_CSRF_TIME_LIMIT=None,
        BABEL_DEFAULT_LOCALE="en_NZ",
    )
    app.extensions["coop_config"] = config
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    if config.trusted_proxies:
        hops = config.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    logs.init_app(app)
    database.init_app(app)
    Babel(app, locale_selector=lambda: "en_NZ", timezone_selector=_zone)
    # Before the token is looked for, because that reads the form.
    app.before_request(_allow_papers)
    csrf = CSRFProtect(app)
    accounts.init_app(app)
    errors.init_app(app)
    translating.register(app)
    formats.register(app)
    markdown.register(app)
    rooms.init_app(app)
    app.before_request(_set_clock)
    _guard(app)
    for view in app.view_functions.values():
        if is_signed_by_sender(view):
            csrf.exempt(view)
    app.context_processor(_page_context)
    app.before_request(_refuse_what_no_form_sends)
    app.after_request(partial(_headers, content_security_policy(config)))
    return app


def content_security_policy(config: Config) -> str:
    """Return what pages may load and where forms may lead: nothing of another host, except to the card processor's page.

    A form that is answered with a redirect is held to `form-action` on the way, so Stripe's page has to be named.
    """
    form_action = f"'self' {config.stripe_checkout_origin}" if config.stripe_secret_key else "'self'"
    return (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self';"
        f" form-action {form_action}; base-uri 'none'; frame-ancestors 'none'"
    )


def _trusted_hosts(config: Config) -> list[str]:
    """Return the hosts that a request may name: a link in a mail must not lead to one that a stranger made up."""
    host = urlsplit(config.base_url).hostname or "localhost"
    return sorted(LOOPBACK) if host in LOOPBACK else [host]


def _guard(app: Flask) -> None:
    """Check that each route carries a guard, and ask it before each request.

    Raises:
        UnguardedRoute: one carries none.
    """
    public(app.view_functions["static"])
    guards: dict[str, Guard] = {}
    for endpoint, view in app.view_functions.items():
        guard = guard_of(view)
        if guard is None:
            raise UnguardedRoute(endpoint)
        guards[endpoint] = guard

    def ask() -> None:
        guard = guards.get(request.endpoint or "")
        if guard is not None and not guard.public:
            guard.check(signed_in.actor())

    app.before_request(ask)


def _set_clock() -> None:
    if request.endpoint != "static":
        g.cooperative = cooperative.set_clock(db.session())


def _house() -> Cooperative | None:
    """Return the co-operative as it was when the request began: what a page writes costs its frame no further transaction."""
    found: Cooperative | None = g.get("cooperative")
    return found or cooperative.find(db.session())


def _zone() -> str:
    found = _house()
    return found.zone if found else "UTC"


def _page_context() -> dict[str, Any]:
    """Give every page what its frame needs."""
    return {
        "cooperative": _house(),
        "me": signed_in.me(),
        "acting": signed_in.acting(),
        "is_one_of_several": signed_in.is_one_of_several(),
        "navigation": navigation.menu(),
        "demo": navigation.demo_bar(),
    }


def _allow_papers() -> None:
    """Let a request be as large as a receipt, or the archive of an election, where the form asks for one."""
    view = current_app.view_functions.get(request.endpoint or "")
    if is_taking_papers(view):
        request.max_content_length = LARGEST_WITH_PAPER_BYTES
    if is_taking_evidence(view):
        request.max_content_length = LARGEST_WITH_EVIDENCE_BYTES


def _refuse_what_no_form_sends() -> None:
    """Refuse a NUL in the address, JSON, and files but where a form asks for one: our fields rely on getting texts."""
    if "\x00" in request.path or any("\x00" in text for _, text in request.args.items(multi=True)):
        raise BadRequest
    view = current_app.view_functions.get(request.endpoint or "")
    if is_signed_by_sender(view):
        return
    if request.is_json:
        raise UnsupportedMediaType
    if set(request.files) - ({"file"} if is_taking_files(view) else set()):
        raise BadRequest


def _headers(policy: str, response: Response) -> Response:
    headers = response.headers
    headers.setdefault("Content-Security-Policy", policy)
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("Referrer-Policy", "same-origin")
    headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    headers.setdefault("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
    if request.endpoint != "static":
        # Pages hold what one person may see; neither a proxy nor the back button of a shared machine keeps them.
        headers.setdefault("Cache-Control", "no-store")
    if request.is_secure:
        headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    return response
