"""Configuration: read once from `COOP_...` variables into one frozen object.

Each secret may also come from a file, named by `COOP_..._FILE`. Nothing else reads the environment.
"""

import re
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from flask import Flask

#: This machine, by its names.
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
#: Fewest characters of a secret key, and the fewest bytes to which it may compress.
SHORTEST_SECRET = 32
LEAST_COMPRESSED_BYTES = 30


class ConfigurationError(Exception):
    """The environment does not describe an application that could run safely. The message says what to set."""


@dataclass(frozen=True)
class Config:
    """Everything an installation can set. The defaults suit one machine and one SQLite file."""

    database_url: str
    secret_key: str
    instance_path: Path
    #: Where the pages are reached from outside: links in mail start with it.
    base_url: str = "http://127.0.0.1:5000"
    #: `console:`, `file:FOLDER` or `smtp://user:password@host:port` (`smtps:` for TLS from the start).
    mail_url: str = "console:"
    mail_from: str = "no-reply@localhost"
    #: How many proxies in front add to X-Forwarded-For; 0 believes no such header.
    trusted_proxies: int = 0
    #: `fake` offers payments by card that move no money, for a rehearsal.
    payments: str = ""
    #: With both, payments by card go through Stripe.
    stripe_secret_key: str = ""
    stripe_webhook_secret: str = ""
    #: Another place than Stripe's own, for tests.
    stripe_api_base: str = ""
    #: Where Stripe's payment page is: the only other origin that a form may lead to.
    stripe_checkout_origin: str = "https://checkout.stripe.com"

    @property
    def is_https(self) -> bool:
        """Say whether cookies may be restricted to TLS."""
        return self.base_url.startswith("https://")

    @property
    def files_path(self) -> Path:
        """Where stored files lie: attachments and published documents, part of every backup."""
        return self.instance_path / "files"

    def __repr__(self) -> str:
        """Leave the secrets out: a configuration may end up in a log."""
        return f"Config(instance_path={str(self.instance_path)!r}, base_url={self.base_url!r})"


def configuration(app: Flask) -> Config:
    """Return the configuration that the application was made with."""
    config: Config = app.extensions["coop_config"]
    return config


def read_config(environ: Mapping[str, str]) -> Config:
    """Read the configuration from the environment.

    Raises:
        ConfigurationError: a variable is missing, malformed, or the secret is too weak.
    """
    instance_path = Path(environ.get("COOP_INSTANCE_PATH") or "instance").absolute()
    secret_key = _secret(environ, "COOP_SECRET_KEY")
    check_secret(secret_key)
    return Config(
        database_url=_database_url(_secret(environ, "COOP_DATABASE_URL"), instance_path),
        secret_key=secret_key,
        instance_path=instance_path,
        base_url=_base_url(environ.get("COOP_BASE_URL") or Config.base_url),
        mail_url=_mail_url(_secret(environ, "COOP_MAIL_URL") or Config.mail_url),
        mail_from=environ.get("COOP_MAIL_FROM") or Config.mail_from,
        trusted_proxies=_whole(environ, "COOP_TRUSTED_PROXIES", most=10),
        **_payments(environ),
    )


def check_secret(secret_key: str) -> None:
    """Refuse a secret key that could be guessed.

    Raises:
        ConfigurationError: it is missing, short, or repeats itself.
    """
    advice = "make one with: python -c 'import secrets; print(secrets.token_urlsafe(48))'"
    if not secret_key:
        raise ConfigurationError(f"COOP_SECRET_KEY is not set; {advice}")
    if len(secret_key) < SHORTEST_SECRET:
        raise ConfigurationError(f"COOP_SECRET_KEY is shorter than {SHORTEST_SECRET} characters; {advice}")
    # What repeats itself compresses; 32 random hexadecimal digits, the least that is taken, never below this.
    if len(zlib.compress(secret_key.encode(), 9)) < LEAST_COMPRESSED_BYTES:
        raise ConfigurationError(f"COOP_SECRET_KEY repeats itself and could be guessed; {advice}")


def _secret(environ: Mapping[str, str], name: str) -> str:
    """Read a variable, or the file that its `_FILE` twin names."""
    path = environ.get(f"{name}_FILE")
    if not path:
        return environ.get(name, "")
    if environ.get(name):
        raise ConfigurationError(f"set {name} or {name}_FILE, not both")
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{name}_FILE cannot be read: {error}") from error


def _payments(environ: Mapping[str, str]) -> dict[str, str]:
    """Read how payments by card are taken: by Stripe, in pretence, or not at all."""
    pretence = environ.get("COOP_PAYMENTS", "")
    key, webhook_secret = _secret(environ, "COOP_STRIPE_SECRET_KEY"), _secret(environ, "COOP_STRIPE_WEBHOOK_SECRET")
    if pretence not in {"", "fake"}:
        raise ConfigurationError("COOP_PAYMENTS may only be fake, for payments that move no money")
    if pretence and key:
        raise ConfigurationError("set COOP_PAYMENTS=fake or COOP_STRIPE_SECRET_KEY, not both")
    if key and not key.startswith(("sk_", "rk_")):
        raise ConfigurationError("COOP_STRIPE_SECRET_KEY must be a secret or restricted key: sk_... or rk_...")
    if bool(key) != bool(webhook_secret):
        # Without it nobody would learn that something was paid.
        raise ConfigurationError("COOP_STRIPE_SECRET_KEY and COOP_STRIPE_WEBHOOK_SECRET are needed together")
    if webhook_secret and not webhook_secret.startswith("whsec_"):
        raise ConfigurationError("COOP_STRIPE_WEBHOOK_SECRET must be an endpoint's signing secret: whsec_...")
    return {
        "payments": pretence,
        "stripe_secret_key": key,
        "stripe_webhook_secret": webhook_secret,
        "stripe_api_base": _origin(environ, "COOP_STRIPE_API_BASE") or Config.stripe_api_base,
        "stripe_checkout_origin": _origin(environ, "COOP_STRIPE_CHECKOUT_ORIGIN") or Config.stripe_checkout_origin,
    }


def _origin(environ: Mapping[str, str], name: str) -> str:
    """Read an origin, encrypted unless it is this machine: scheme and host, nothing after."""
    text = environ.get(name, "")
    found = re.fullmatch(r"(https?)://([\w.-]+|\[[0-9A-Fa-f:]+\])(:[0-9]{1,5})?", text, re.ASCII)
    is_safe = found and (found[1] == "https" or found[2].strip("[]") in LOOPBACK)
    if text and not is_safe:
        raise ConfigurationError(f"{name} must be an origin such as https://pay.example.org, without a path")
    return text


def _database_url(url: str, instance_path: Path) -> str:
    """Name the driver that we use, whatever dialect name the variable came with."""
    if not url:
        return f"sqlite:///{instance_path / 'coop.sqlite3'}"
    scheme, separator, rest = url.partition("://")
    if not separator:
        raise ConfigurationError("COOP_DATABASE_URL must look like sqlite:///FILE or postgresql://USER@HOST/NAME")
    if scheme == "sqlite":
        return url
    if scheme in {"postgres", "postgresql", "postgresql+psycopg"}:
        return f"postgresql+psycopg://{rest}"
    raise ConfigurationError(f"COOP_DATABASE_URL: {scheme} is not supported; use sqlite or postgresql")


def _base_url(url: str) -> str:
    if not url.startswith(("http://", "https://")):
        raise ConfigurationError("COOP_BASE_URL must start with http:// or https://")
    return url.rstrip("/")


def _mail_url(url: str) -> str:
    if not url.startswith(("console:", "file:", "smtp://", "smtps://")):
        raise ConfigurationError("COOP_MAIL_URL must start with console:, file:, smtp:// or smtps://")
    return url


def _whole(environ: Mapping[str, str], name: str, *, most: int) -> int:
    value = environ.get(name) or "0"
    if not (value.isascii() and value.isdigit() and int(value) <= most):
        raise ConfigurationError(f"{name} must be a whole number from 0 to {most}")
    return int(value)
