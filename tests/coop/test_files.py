"""Stored files: kept under their hash, whole or not at all, and part of every backup."""

import hashlib
import secrets
from dataclasses import replace
from pathlib import Path

import pytest

from coop import backups, files
from coop.config import Config
from coop.database import make_engine
from tests.databases import Templates
from tests.founded import make_config


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return Config("sqlite://", "no secret is needed here", tmp_path)


def test_a_file_is_kept_under_its_hash_and_read_back(config: Config) -> None:
    content = "Ā ē ī ō ū".encode()
    sha256 = files.store(config, content)
    assert sha256 == hashlib.sha256(content).hexdigest()
    assert files.read(config, sha256) == content
    assert files.path_of(config, sha256).parent.parent == config.files_path


def test_the_same_bytes_are_kept_once(config: Config) -> None:
    sha256 = files.store(config, b"report")
    before = files.path_of(config, sha256).stat().st_ino
    assert files.store(config, b"report") == sha256
    assert files.path_of(config, sha256).stat().st_ino == before


def test_a_damaged_file_is_mended_when_it_is_stored_again(config: Config) -> None:
    sha256 = files.store(config, b"report")
    files.path_of(config, sha256).write_bytes(b"rep")
    with pytest.raises(files.FileDamaged):
        files.read(config, sha256)
    files.store(config, b"report")
    assert files.read(config, sha256) == b"report"


def test_a_missing_file_is_said_to_be_missing(config: Config) -> None:
    with pytest.raises(files.FileMissing):
        files.read(config, "0" * 64)


@pytest.mark.parametrize("name", ["", "../../etc/passwd", "A" * 64, "0" * 63 + "/"])
def test_a_name_that_is_no_hash_leads_nowhere(config: Config, name: str) -> None:
    with pytest.raises(ValueError, match="not a SHA-256"):
        files.read(config, name)


def test_others_on_the_machine_do_not_read_them_and_nothing_unfinished_stays(config: Config) -> None:
    path = files.path_of(config, files.store(config, b"report"))
    assert path.stat().st_mode & 0o077 == 0
    assert path.parent.stat().st_mode & 0o077 == 0
    assert [one.name for one in config.instance_path.iterdir()] == ["files"]


def test_stored_files_come_back_with_a_backup(templates: Templates, tmp_path: Path) -> None:
    """On SQLite; that backups of both databases carry the folder is tested with the commands."""
    founded = templates.servers["sqlite"].copy(templates.founded("sqlite"))
    config = make_config(founded, tmp_path / "one")
    config.instance_path.mkdir()
    content = secrets.token_bytes(5000)
    sha256 = files.store(config, content)
    backups.make_backup(config, founded.engine, tmp_path / "backup.tar")
    place = tmp_path / "two"
    elsewhere = replace(config, instance_path=place, database_url=f"sqlite:///{place / 'coop.sqlite3'}")
    engine = make_engine(elsewhere.database_url)
    backups.restore_backup(elsewhere, engine, tmp_path / "backup.tar")
    engine.dispose()
    templates.servers["sqlite"].drop(founded)
    assert files.read(elsewhere, sha256) == content
