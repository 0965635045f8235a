"""Where mail goes: to the console, to a folder of files, or to an SMTP server, by the URL in the configuration.

A mail in the outbox names the page it points at; the link is made here, from the address at which the pages are reached.
"""

import smtplib
import ssl
import sys
from collections.abc import Mapping
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from werkzeug.routing import Map

from coop import clock
from coop.config import LOOPBACK, Config
from coop.outbox import Leased

PATIENCE_SECONDS = 30


def text_of(payload: Mapping[str, Any], pages: Map, base_url: str) -> str:
    """Return the words of a mail, with the link to the page that it points at."""
    text: str = payload["text"]
    page = payload.get("page")
    if page is None:
        return text
    return f"{text.rstrip()}\n\n{base_url}{pages.bind('').build(page['endpoint'], page['ids'])}\n"


def deliver_mail(config: Config, pages: Map, job: Leased) -> None:
    """Send one mail of the outbox. Its message id follows from the job's, so that a repeat can be recognised.

    Raises:
        OSError, smtplib.SMTPException: it could not be sent; the outbox tries again.
    """
    message = _compose(config, pages, job)
    scheme = config.mail_url.partition(":")[0]
    if scheme == "console":
        sys.stdout.write(f"\n--- mail ---\n{_readable(message)}--- end of mail ---\n")
        sys.stdout.flush()
    elif scheme == "file":
        _write_file(Path(config.mail_url.removeprefix("file:")), job, message)
    else:
        _send(config.mail_url, message)


def _compose(config: Config, pages: Map, job: Leased) -> EmailMessage:
    message = EmailMessage()
    message["From"] = config.mail_from
    message["To"] = _one_line(job.payload["to"])
    message["Subject"] = _one_line(job.payload["subject"])
    message["Date"] = format_datetime(clock.now())
    message["Message-ID"] = f"<{job.id}@{urlsplit(config.base_url).hostname}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(text_of(job.payload, pages, config.base_url))
    return message


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _readable(message: EmailMessage) -> str:
    return f"To: {message['To']}\nSubject: {message['Subject']}\n\n{message.get_content()}"


def _write_file(folder: Path, job: Leased, message: EmailMessage) -> None:
    # A mail may carry a link that chooses a password.
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    (folder / f"{job.id}.eml").write_bytes(message.as_bytes())


def _send(url: str, message: EmailMessage) -> None:
    parts = urlsplit(url)
    host = parts.hostname or "localhost"
    if parts.scheme == "smtps":
        server: smtplib.SMTP = smtplib.SMTP_SSL(
            host, parts.port or 465, timeout=PATIENCE_SECONDS, context=ssl.create_default_context()
        )
    else:
        server = smtplib.SMTP(host, parts.port or 587, timeout=PATIENCE_SECONDS)
    with server:
        server.ehlo()
        if parts.scheme == "smtp" and host not in LOOPBACK:
            # A mail may carry a link that signs somebody in: it goes encrypted or not at all.
            server.starttls(context=ssl.create_default_context())
            server.ehlo()
        if parts.username:
            server.login(unquote(parts.username), unquote(parts.password or ""))
        server.send_message(message)
