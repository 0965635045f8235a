"""The result bundle on the web: who may have it, what the page says, and that the file checks itself."""

import hashlib
import io
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

from flask import Flask
from sqlalchemy import delete, update

from coop.assembly.models import MotionWords
from coop.database import write
from coop.membership.models import Participant

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
        for text in (*assembly.names().values(), "Buy a boat", "Election of the board"):
            assert text.encode() not in bundle


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
