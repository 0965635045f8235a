"""Nothing tells how a vote is going: no page, download or mail is another after ballots were cast than before."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import func, select

from coop.database import db, write
from coop.outbox import OutboxJob
from governance.paper.sheets import BallotsFound, Pile
from tests import scrutinising
from tests.coop.assembly.test_secret_pages import _answer

if TYPE_CHECKING:
    from tests.coop.assembly.conftest import Assembly, SignIn

HOUSE = Path(__file__).parents[3]
#: What a vote is cast into. Who reads it could tell how a running vote is going.
BALLOTS = {"Urn", "Ballot", "OpenBallot"}
#: Who may: the engine, which counts and says who voted; what shows a declared vote; a voter's own vote, and on home
#: whether there is one.
READERS = {
    "governance/ballots.py",
    "governance/checks.py",
    "governance/closing.py",
    "governance/counts.py",
    "governance/paper/checks.py",
    "governance/paper/count.py",
    "governance/rules.py",
    "governance/secret_ballots.py",
    "governance/shown.py",
    "governance/voters.py",
    "coop/assembly/asking.py",
    "coop/assembly/ballots/pages.py",
    "coop/demonstration/neighbours.py",
}
#: Where a result stands. Whoever shows one asks `governance.declared` for it.
RESULTS = {"Outcome", "UrnOpening", "ExternalResult", "PaperCount"}
#: Who reads it beside that: the engine, which asks whether a vote is counted, closes it, and checks what was written.
READERS_OF_RESULTS = {
    "governance/ballots.py",
    "governance/challenges/operations.py",
    "governance/checks.py",
    "governance/closing.py",
    "governance/counts.py",
    "governance/declared.py",
    "governance/external_rules.py",
    "governance/paper/checks.py",
    "governance/paper/count.py",
    "governance/rules.py",
    "governance/paper/scrutiny.py",
    "governance/shown.py",
    # Reads the evidence of a result from outside again.
    "coop/assembly/outside/checks.py",
}
#: What counts without declaring.
COUNTS = {"counted", "foreseen", "result_of", "standing_open_ballots", "cast_of", "how_shown", "are_withheld"}
#: Who calls it: the engine, the result of a declared vote, and what an archive from outside would make it, after the closing time.
COUNTERS = {
    "governance/bundles/contents.py",
    "governance/checks.py",
    "governance/closing.py",
    "governance/counts.py",
    "coop/assembly/results/queries.py",
    "coop/assembly/outside/operations.py",
    "coop/assembly/outside/queries.py",
}
#: What scrutineers found on paper: nobody but they see it before the count.
PAPER = {"PaperSheet", "newest_sheets", "agreed"}
READERS_OF_PAPER = {
    "governance/paper/checks.py",
    "governance/paper/count.py",
    "governance/rules.py",
    "governance/paper/scrutiny.py",
    "coop/assembly/desk/queries.py",
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


@pytest.mark.usefixtures("second")
def test_nobody_but_a_scrutineer_learns_what_came_on_paper_before_the_count(
    app: Flask, assembly: "Assembly", sign_in: "SignIn"
) -> None:
    path = assembly.write()
    assembly.open(path, secrecy="secret", takes_paper="y")
    motion = UUID(path.rpartition("/")[2])
    addresses = ["/", "/proposals", path, "/audit", f"/desk/{motion}", f"/desk/{motion}/sheets"]
    readers = [sign_in(name) for name in ("board", "secretary", "treasurer", "auditor")]

    def seen() -> list[tuple[int, str]]:
        pages = [reader.get(address) for reader in readers for address in addresses]
        return [(page.status, re.sub(r'name="csrf_token"[^>]*', "", page.response.text)) for page in pages]

    before = seen()
    with app.app_context():
        write(lambda session: scrutinising.mark(session, motion, assembly.members["administrator"]))
        sheet = BallotsFound({Pile("member", 1, '"against"'): 1})
        for name in ("scrutineer", "board2"):
            write(lambda session, name=name: scrutinising.enter(session, motion, name, sheet))  # type: ignore[misc]
    assert seen() == before
    assert "motion.paper-marked" not in sign_in("auditor").get("/audit").text
    assembly.close(path)
    assert "motion.paper-marked" in sign_in("auditor").get("/audit").text


@pytest.mark.parametrize(
    ("names", "readers"),
    [(BALLOTS, READERS), (RESULTS, READERS_OF_RESULTS), (COUNTS, COUNTERS), (PAPER, READERS_OF_PAPER)],
)
def test_only_who_counts_or_declares_reads_what_was_cast_and_what_came_of_it(
    names: set[str], readers: set[str]
) -> None:
    assert {place for place, used in _used() if names & used} == readers


def test_no_page_asks_the_tables_of_votes_by_a_text() -> None:
    tables = re.compile(r"\bgovernance_(outcome|open_ballot|ballot|urn|external_result|paper_sheet|participation)\b")
    files = (HOUSE / "coop").rglob("*.py")
    asking = {str(file.relative_to(HOUSE)) for file in files if tables.search(file.read_text(encoding="utf-8"))}
    # It has the urn vacuumed.
    assert asking == {"coop/worker.py"}


def _used() -> Iterator[tuple[str, set[str]]]:
    """Yield each file of engine and pages with what it takes from governance, by name or from a module that it imports."""
    for part in ("governance", "coop"):
        for file in (HOUSE / part).rglob("*.py"):
            nodes = list(ast.walk(ast.parse(file.read_text(encoding="utf-8"))))
            taken = [
                alias
                for node in nodes
                if isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] == "governance"
                for alias in node.names
            ]
            assert not [
                alias.name
                for node in nodes
                if isinstance(node, ast.Import)
                for alias in node.names
                if alias.name.startswith("governance")
            ], f"{file}: modules of governance are imported from it"
            known = {alias.asname or alias.name for alias in taken}
            attributes = {
                node.attr
                for node in nodes
                if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in known
            }
            yield str(file.relative_to(HOUSE)), {alias.name for alias in taken} | attributes
