"""What our pages are measured against: bare Flask and Jinja on a connection of the driver's own.

A vote is two inserts, one of them on a unique key, and one commit; the answer is a small page that says what was voted, with the
receipt. A list is one query on the tables of ours, and a page with the same rows and no frame. Nothing is looked up or checked:
there are no sessions, no powers, no tokens and no languages. Served by the same server as ours.
"""

import json
import os
import secrets
import sqlite3
import threading
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import psycopg
from flask import Flask, render_template, request

SCHEMA = (
    "CREATE TABLE took_part (voter CHAR(32) PRIMARY KEY)",
    "CREATE TABLE urn (id CHAR(32) PRIMARY KEY, choice TEXT NOT NULL, receipt CHAR(64) NOT NULL)",
)
_PROPOSALS = """
    SELECT motion.id, words.title, motion.kind, motion.stage, author.name, motion.written_at, vote.closes_at
    FROM motion JOIN motion_words words ON words.motion_id = motion.id
    LEFT JOIN participant author ON author.id = motion.author_id
    LEFT JOIN governance_proposal vote ON vote.id = motion.proposal_id
    ORDER BY motion.written_at DESC LIMIT 20
"""
_JOURNAL = """
    SELECT entry.id, entry.booked_on, entry.kind, text.text,
        (SELECT sum(amount_minor) FROM ledger_posting WHERE entry_id = entry.id AND amount_minor > 0)
    FROM ledger_entry entry LEFT JOIN ledger_entry_text text ON text.entry_id = entry.id
    ORDER BY entry.booked_on DESC, entry.id DESC LIMIT 50
"""
application = Flask("benchmarks.web.bare")
_of_thread = threading.local()


@application.post("/votes/<uuid:voter>")
def vote(voter: UUID) -> str:
    """Take a vote."""
    choice, receipt = request.form["choice"], secrets.token_hex(32)
    to = _connection()
    mark = "?" if isinstance(to, sqlite3.Connection) else "%s"
    if mark == "?":
        to.execute("BEGIN IMMEDIATE")
    to.execute(f"INSERT INTO took_part VALUES ({mark})", (voter.hex,))
    to.execute(f"INSERT INTO urn VALUES ({mark}, {mark}, {mark})", (uuid4().hex, json.dumps(choice), receipt))
    to.commit()
    return render_template("voted.html", choice=choice, receipt=receipt)


@application.get("/proposals")
def proposals() -> str:
    """List the motions."""
    return render_template("proposals.html", rows=_rows(_PROPOSALS))


@application.get("/journal")
def journal() -> str:
    """List the entries."""
    return render_template("journal.html", rows=_rows(_JOURNAL))


@application.template_filter()
def day(value: Any) -> str:
    """Write a date or a moment."""
    moment = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    return f"{moment.day} {moment:%B %Y}"


@application.template_filter()
def amount(minor: int) -> str:
    """Write an amount."""
    return f"{minor // 100:,}.{minor % 100:02}"


def _rows(query: str) -> list[Any]:
    connection = _connection()
    rows: list[Any] = connection.execute(query).fetchall()
    connection.rollback()
    return rows


def _connection() -> Any:
    """Return the connection of this thread, as careful about the disk as ours."""
    found = getattr(_of_thread, "connection", None)
    if found is None:
        found = _of_thread.connection = _connect(os.environ["BARE_DATABASE_URL"])
    return found


def _connect(url: str) -> Any:
    if not url.startswith("sqlite:///"):
        return psycopg.connect(url.replace("postgresql+psycopg", "postgresql"))
    connection = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None, timeout=30)
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")
    return connection
