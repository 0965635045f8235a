"""A vote on the day on which everybody votes: what it asks the database, and how often it begins a transaction."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event

from coop.database import db
from tests.coop.assembly.conftest import Assembly
from tests.html_client import Browser


@contextmanager
def asked(app: Flask) -> Iterator[list[str]]:
    """Note every statement that asks or adds a row, and every transaction that begins."""
    seen: list[str] = []

    def note(_: Any, __: Any, statement: str, *___: Any) -> None:
        verb = statement.lstrip().split(maxsplit=1)[0].upper()
        if verb in {"SELECT", "INSERT"}:
            seen.append(verb)

    def begun(_: Any) -> None:
        seen.append("BEGIN")

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    event.listen(engine, "begin", begun)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", note)
        event.remove(engine, "begin", begun)


@pytest.mark.parametrize(("secrecy", "selects"), [("secret", 12), ("open", 13)])
def test_a_vote_costs_two_transactions_two_rows_and_few_queries(
    app: Flask, assembly: Assembly, sign_in: Callable[[str], Browser], secrecy: str, selects: int
) -> None:
    path = assembly.write()
    assembly.open(path, secrecy=secrecy)
    voter = sign_in("scrutineer")
    values = {"csrf_token": voter.token(), "choice": "for", "step": "confirm"}
    with asked(app) as seen:
        answer = voter.client.post(assembly.ballot(path, "scrutineer"), data=values)
    assert answer.status_code == (200 if secrecy == "secret" else 303)
    assert (seen.count("BEGIN"), seen.count("INSERT")) == (2, 2)
    # Session, co-op, powers, participants, motion, entry, and in secret the stage; then under the lock whose ballot
    # it is, the vote, its outcome, the entry, the answers, and by roll-call the turn and the vote that stands.
    assert seen.count("SELECT") <= selects, seen
