"""Nothing tells how a vote is going: no page, download or mail is another after ballots were cast than before."""

import ast
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from flask import Flask
from sqlalchemy import func, select

from coop.database import db
from coop.outbox import OutboxJob
from tests.coop.assembly.test_secret_pages import _answer

if TYPE_CHECKING:
    from tests.coop.assembly.conftest import Assembly, SignIn

HOUSE = Path(__file__).parents[3]
#: What a vote is cast into. Who reads it could tell how a running vote is going.
BALLOTS = {"Urn", "Ballot", "OpenBallot"}
#: Who may: the engine, which counts; the result, which starts from an outcome; a voter's own vote; who took part, for home.
READERS = {
    "governance/ballots.py",
    "governance/bundles/cast.py",
    "governance/checks.py",
    "governance/closing.py",
    "governance/counts.py",
    "governance/paper_checks.py",
    "governance/paper_count.py",
    "governance/rules.py",
    "governance/secret_ballots.py",
    "coop/assembly/asking.py",
    "coop/assembly/results.py",
    "coop/assembly/vote_pages.py",
    "coop/demonstration/neighbours.py",
}


@pytest.mark.parametrize("secrecy", ["open", "secret"])
def test_pages_and_mail_are_the_same_before_and_after_ballots_are_cast(
    app: Flask, assembly: "Assembly", sign_in: "SignIn", secrecy: str
) -> None:
    path = assembly.write()
    assembly.open(path, secrecy=secrecy)
    addresses = ["/", "/proposals", "/proposals?state=open", path, f"{path}/ballots", f"{path}/ballots.csv"]
    readers = [sign_in(name) for name in ("board2", "secretary", "scrutineer", "treasurer")]

    def seen() -> list[tuple[int, str]]:
        pages = [reader.get(address) for reader in readers for address in addresses]
        return [(page.status, re.sub(r'name="csrf_token"[^>]*', "", page.response.text)) for page in pages]

    def mails() -> int | None:
        with app.app_context():
            return db.session.scalar(select(func.count()).select_from(OutboxJob))

    before = seen(), mails()
    for voter, choice in (("board", "against"), ("administrator", "against")):
        if secrecy == "open":
            assembly.vote(path, voter, choice)
        else:
            _answer(assembly, path, voter, choice)
    assert (seen(), mails()) == before


def test_only_who_counts_reads_what_was_cast() -> None:
    found = set()
    for part in ("governance", "coop"):
        for file in (HOUSE / part).rglob("*.py"):
            tree = ast.parse(file.read_text(encoding="utf-8"))
            names = {
                alias.name
                for node in ast.walk(tree)
                if isinstance(node, ast.ImportFrom) and node.module == "governance.models"
                for alias in node.names
            }
            if names & BALLOTS:
                found.add(str(file.relative_to(HOUSE)))
    assert found == READERS
