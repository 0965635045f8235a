"""The result bundle on the web: who may have it, what the page says, and that the file checks itself."""

import hashlib
import io
import subprocess
import sys
import zipfile
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import delete, select, text, update
from sqlalchemy.orm import Session

from coop import clock, files, worker
from coop.assembly.models import MotionWords
from coop.assembly.results import keeping
from coop.assembly.results.models import KeptBundle
from coop.audit import AuditEvent
from coop.checking import all_findings
from coop.config import configuration
from coop.database import db, write
from coop.membership.models import Participant
from governance.bundles import contents

if TYPE_CHECKING:
    from tests.coop.assembly.conftest import Assembly, SignIn


def _election(assembly: "Assembly") -> str:
    path = assembly.call_election()
    assembly.open(path)
    assembly.rank(path, "secretary", "board2", "board")
    assembly.rank(path, "board", "treasurer")
    assembly.rank(path, "board2", "board2")
    assembly.close(path)
    return path


def _resolution(assembly: "Assembly") -> str:
    path = assembly.write()
    assembly.open(path)
    for name, choice in (("board", "for"), ("board2", "for"), ("secretary", "against")):
        assembly.vote(path, name, choice)
    assembly.close(path)
    return path


def _checked(folder: Path, bundle: bytes) -> "subprocess.CompletedProcess[str]":
    """Unpack a bundle and run the program in it, which knows nothing of ours."""
    with zipfile.ZipFile(io.BytesIO(bundle)) as archive:
        archive.extractall(folder)
    command = [sys.executable, "-I", "-S", str(folder / "verify.py")]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder)


def test_the_program_in_the_bundle_of_an_election_counts_it_again(
    assembly: "Assembly", sign_in: "SignIn", tmp_path: Path
) -> None:
    path = _election(assembly)
    browser = sign_in("founder")
    page = browser.get(f"{path}/check")
    assert page.status == 200
    assert all(f"{code} {assembly.names()[name]}" in page.text for name, code in assembly.codes(path).items())
    answer = browser.client.get(f"{path}/bundle.zip")
    assert answer.mimetype == "application/zip"
    assert answer.content_length == len(answer.data)
    done = _checked(tmp_path / "unpacked", answer.data)
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    assert "counted again by scottish-stv: 3 votes" in done.stdout
    manifest = (tmp_path / "unpacked" / "manifest.json").read_bytes()
    assert hashlib.sha256(manifest).hexdigest() in page.text


def test_no_name_and_no_word_of_anybody_is_in_a_bundle(assembly: "Assembly", sign_in: "SignIn") -> None:
    for path in (_election(assembly), _resolution(assembly)):
        bundle = sign_in("secretary").client.get(f"{path}/bundle.zip").data
        for words in (*assembly.names().values(), "Buy a boat", "Election of the board"):
            assert words.encode() not in bundle


def test_the_bundle_of_a_roll_call_is_for_members_and_officers(
    assembly: "Assembly", sign_in: "SignIn", tmp_path: Path
) -> None:
    path = _resolution(assembly)
    for name, status in (("treasurer", 200), ("auditor", 200), ("founder", 403)):
        browser = sign_in(name)
        assert browser.client.get(f"{path}/bundle.zip").status_code == status, name
        assert browser.get(f"{path}/check").status == status, name
        linked = f"{path}/check" in browser.get(path).html
        assert linked == (status == 200), name
    done = _checked(tmp_path / "unpacked", sign_in("board").client.get(f"{path}/bundle.zip").data)
    assert done.returncode == 0, done.stdout
    assert "carried, 2 for, 1 against" in done.stdout


def test_erasing_people_and_words_leaves_the_bundle_as_it_was(
    app: Flask, assembly: "Assembly", sign_in: "SignIn"
) -> None:
    path = _election(assembly)
    before = sign_in("secretary").client.get(f"{path}/bundle.zip").data
    with app.app_context():
        write(lambda session: session.execute(update(Participant).values(name="Somebody", name_key="somebody")))
        write(lambda session: session.execute(delete(MotionWords)))
    assert sign_in("secretary").client.get(f"{path}/bundle.zip").data == before


def test_there_is_no_bundle_before_the_count(assembly: "Assembly", sign_in: "SignIn") -> None:
    path = assembly.write()
    for state in ("discussed", "open"):
        if state == "open":
            assembly.open(path)
        for address in ("check", "bundle.zip"):
            assert sign_in("board").get(f"{path}/{address}").status == 409
    assert sign_in("board").get(f"/proposals/{uuid4()}/bundle.zip").status == 404
    assert sign_in("board").get(f"/proposals/{uuid4()}/check").status == 404


def test_a_bundle_is_made_by_the_worker_and_never_by_whoever_asks_for_it(
    app: Flask, assembly: "Assembly", sign_in: "SignIn", monkeypatch: pytest.MonkeyPatch
) -> None:
    path = assembly.call_election()
    assembly.open(path)
    assembly.rank(path, "secretary", "board2", "board")
    assembly.count(path)
    browser = sign_in("founder")
    for _ in range(3):
        page, answer = browser.get(f"{path}/check"), browser.get(f"{path}/bundle.zip")
        assert (page.status, answer.status) == (200, 503)
        assert "is being made" in page.text
        assert f"{path}/bundle.zip" not in page.html
    with app.app_context():
        assert db.session.scalars(select(KeptBundle)).all() == []
    with clock.at(assembly.later()):
        worker.run_once(app)
    monkeypatch.setattr(keeping, "files_of", None)
    first, again = (browser.client.get(f"{path}/bundle.zip") for _ in range(2))
    assert first.data == again.data
    assert first.headers["ETag"] == f'"{hashlib.sha256(first.data).hexdigest()}"'
    assert first.content_length == len(first.data)
    with app.app_context():
        events = db.session.scalars(select(AuditEvent).where(AuditEvent.action == "result_bundle.kept")).all()
        assert [event.facts["sha256"] for event in events] == [hashlib.sha256(first.data).hexdigest()]


def test_a_bundle_stays_what_it_was_when_a_new_version_would_make_another(
    app: Flask, assembly: "Assembly", sign_in: "SignIn", monkeypatch: pytest.MonkeyPatch
) -> None:
    """What people have compared and written down must not change with the program."""
    path = _election(assembly)
    browser = sign_in("founder")
    before, digest = (
        browser.client.get(f"{path}/bundle.zip").data,
        _digest(browser.client.get(f"{path}/bundle.zip").data),
    )
    monkeypatch.setattr(contents, "program", lambda: b"another program")
    with app.app_context():
        proposal_id = db.session.scalars(select(KeptBundle.proposal_id)).one()
        assert keeping.keep_bundle(proposal_id).digest == digest
    assert browser.client.get(f"{path}/bundle.zip").data == before
    assert digest in browser.get(f"{path}/check").text


def _digest(bundle: bytes) -> str:
    with zipfile.ZipFile(io.BytesIO(bundle)) as archive:
        return hashlib.sha256(archive.read("manifest.json")).hexdigest()


@pytest.mark.tampers
def test_a_kept_bundle_that_was_changed_or_never_made_is_found(
    app: Flask, assembly: "Assembly", sign_in: "SignIn"
) -> None:
    path = _election(assembly)
    with app.app_context():
        sha256 = db.session.scalars(select(KeptBundle.sha256)).one()
        files.path_of(configuration(app), sha256).write_bytes(b"another result")
        assert [found.check for found in all_findings(db.session())] == ["result-bundle-file"]
    assert sign_in("founder").get(f"{path}/bundle.zip").status == 500
    for statement in (update(KeptBundle).values(digest="x"), delete(KeptBundle)):
        with app.app_context(), pytest.raises(Exception, match="append-only"):
            write(partial(Session.execute, statement=statement))


def test_a_bundle_that_nobody_makes_any_more_is_found(app: Flask, assembly: "Assembly") -> None:
    path = assembly.write()
    assembly.open(path)
    assembly.vote(path, "board", "for")
    assembly.count(path)
    with app.app_context():
        assert all_findings(db.session()) == []
        write(lambda session: session.execute(text("UPDATE outbox SET failed_at = due_at WHERE kind = 'keep-bundle'")))
        assert [found.check for found in all_findings(db.session())] == ["result-bundle-missing"]
        db.session.remove()
        write(lambda session: session.execute(text("UPDATE outbox SET failed_at = NULL WHERE kind = 'keep-bundle'")))
