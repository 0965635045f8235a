"""Mail over SMTP, against a small server of our own: what arrives is what was queued, macrons and all."""

import socketserver
import threading
from collections.abc import Iterator
from dataclasses import replace
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.routing import Map, Rule

from coop.config import Config
from coop.database import db
from coop.mail import deliver_mail, text_of
from coop.outbox import Leased, OutboxJob
from tests.html_client import Browser
from tests.world_contents import World

CONFIG = Config(
    database_url="sqlite://", secret_key="", instance_path=Path("/nonexistent"), mail_from="kanopi@kanopi.example"
)
PAGES = Map([Rule("/proposals/<uuid:motion_id>", endpoint="assembly.proposal")])


class Postbox(socketserver.ThreadingTCPServer):
    """Speaks as much SMTP as a client needs, and keeps what it was given."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, *, refuses: bool = False) -> None:
        self.mails: list[bytes] = []
        self.refuses = refuses
        super().__init__(("127.0.0.1", 0), Conversation)


class Conversation(socketserver.StreamRequestHandler):
    """One client."""

    server: Postbox

    def handle(self) -> None:
        """Answer each line; DATA collects up to the lone dot."""
        self.say("220 postbox")
        while line := self.rfile.readline().strip().upper():
            if line.startswith((b"EHLO", b"HELO")):
                self.say("250 postbox")
            elif line == b"DATA":
                self.say("354 go on")
                self.server.mails.append(self.read_mail())
                self.say("250 taken")
            elif line == b"QUIT":
                self.say("221 bye")
                return
            else:
                self.say("550 no" if self.server.refuses and line.startswith(b"RCPT") else "250 ok")

    def read_mail(self) -> bytes:
        """Read the lines of a mail."""
        lines = []
        while (line := self.rfile.readline()) != b".\r\n":
            lines.append(line.removeprefix(b".") if line.startswith(b"..") else line)
        return b"".join(lines)

    def say(self, line: str) -> None:
        """Send a line."""
        self.wfile.write(f"{line}\r\n".encode())


@pytest.fixture
def postbox() -> Iterator[Postbox]:
    """A running server."""
    with Postbox() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def job() -> Leased:
    payload = {"to": "hana@kanopi.example", "subject": "Kia ora Hāna", "text": "Ā ē ī ō ū\n.\nafter a lone dot\n"}
    return Leased(id=uuid4(), key="k", kind="mail", payload=payload, attempts=1)


def test_a_mail_arrives_as_it_was_queued(postbox: Postbox) -> None:
    sent = job()
    deliver_mail(replace(CONFIG, mail_url=f"smtp://127.0.0.1:{postbox.server_address[1]}"), PAGES, sent)
    message = message_from_bytes(postbox.mails[0], EmailMessage, policy=default)
    assert message["To"] == "hana@kanopi.example"
    assert message["From"] == "kanopi@kanopi.example"
    assert message["Subject"] == "Kia ora Hāna"
    assert str(sent.id) in message["Message-ID"]
    assert message.get_content().splitlines() == ["Ā ē ī ō ū", ".", "after a lone dot"]


def test_a_refused_mail_is_a_failure_that_the_outbox_sees(postbox: Postbox) -> None:
    postbox.refuses = True
    with pytest.raises(OSError, match="550"):
        deliver_mail(replace(CONFIG, mail_url=f"smtp://127.0.0.1:{postbox.server_address[1]}"), PAGES, job())
    assert postbox.mails == []


def test_a_server_that_is_away_is_a_failure(postbox: Postbox) -> None:
    with pytest.raises(OSError, match="refused"):
        deliver_mail(replace(CONFIG, mail_url="smtp://127.0.0.1:1"), PAGES, job())


def test_mail_on_the_console_is_readable(capsys: pytest.CaptureFixture[str]) -> None:
    deliver_mail(replace(CONFIG, mail_url="console:"), PAGES, job())
    out = capsys.readouterr().out
    assert "To: hana@kanopi.example" in out
    assert "Ā ē ī ō ū" in out


def test_a_mail_ends_with_the_link_to_its_page(capsys: pytest.CaptureFixture[str]) -> None:
    motion_id = uuid4()
    page = {"endpoint": "assembly.proposal", "ids": {"motion_id": str(motion_id)}}
    sent = replace(
        job(), payload={"to": "hana@kanopi.example", "subject": "s", "text": "A vote is open.", "page": page}
    )
    deliver_mail(replace(CONFIG, base_url="https://kanopi.example/coop", mail_url="console:"), PAGES, sent)
    out = capsys.readouterr().out
    assert f"A vote is open.\n\nhttps://kanopi.example/coop/proposals/{motion_id}\n" in out


def test_every_mail_about_membership_and_votes_leads_to_a_page(app: Flask, world: World) -> None:
    with app.app_context():
        payloads = [job.payload for job in db.session.scalars(select(OutboxJob).where(OutboxJob.kind == "mail"))]
    assert {payload["page"]["endpoint"] for payload in payloads} >= {"assembly.proposal", "membership.status"}
    for payload in payloads:
        link = text_of(payload, app.url_map, "").split()[-1]
        # The visitor is nobody: the page is there and, but for the reports, asks them to sign in.
        page = Browser(app).get(link)
        assert page.status == 200, link
        assert page.path == "/reports" or page.path.startswith("/login?next="), link
