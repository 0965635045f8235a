"""The commands: founding, checking, backing up and restoring, on both databases, and what they say when they refuse."""

import hashlib
import io
import json
import re
import secrets
import socket
import sqlite3
import tarfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from coop import migrating
from coop.cli import main
from tests.databases import Templates, TestDatabase

FOUNDING = (
    *("init", "--name", "Kanopi", "--currency", "nzd", "--zone", "Pacific/Auckland", "--year-end", "03-31"),
    *("--share-price", "50.00", "--founder", "Ana Tūī", "ana@kanopi.example", "board,secretary,administrator"),
    *("--founder", "Wiremu", "wiremu@kanopi.example", "board,treasurer"),
)


class Installation:
    """A database and an instance folder, and commands run on them."""

    def __init__(self, database: TestDatabase, folder: Path) -> None:
        self.database = database
        self.folder = folder
        self.environment = {
            "COOP_DATABASE_URL": database.url,
            "COOP_SECRET_KEY": secrets.token_urlsafe(48),
            "COOP_INSTANCE_PATH": str(folder),
        }

    def run(self, *arguments: str, answers: str | None = None) -> Result:
        self.database.engine.dispose()
        return CliRunner().invoke(main, arguments, env=self.environment, input=answers, catch_exceptions=False)

    def rows(self, table: str) -> list[tuple[object, ...]]:
        with self.database.engine.connect() as connection:
            return [tuple(row) for row in connection.execute(text(f"SELECT * FROM {table} ORDER BY 1"))]


@pytest.fixture
def installations(kind: str, templates: Templates, tmp_path: Path) -> Iterator[list[Installation]]:
    """Two empty places on the same kind of database."""
    server = templates.servers[kind]
    made = [Installation(server.create(f"empty-{uuid4().hex}"), tmp_path / f"instance-{n}") for n in (1, 2)]
    yield made
    for one in made:
        server.drop(one.database)


@pytest.fixture
def place(installations: list[Installation]) -> Installation:
    """An empty place."""
    return installations[0]


def test_a_co_operative_is_founded_once(place: Installation) -> None:
    done = place.run(*FOUNDING)
    assert done.exit_code == 0, done.output
    assert "Ana Tūī: http://127.0.0.1:5000/reset/" in done.output
    assert "everybody who holds a power signs in and sets up a second factor" in done.output
    assert place.run("check").output == ""
    numbers = [row[1] for row in place.rows("resolution")]
    assert numbers == [1]
    grants = {(row[2], row[5] is None) for row in place.rows("power_grant")}
    assert grants == {("board", False), ("secretary", False), ("treasurer", False), ("administrator", True)}
    again = place.run(*FOUNDING)
    assert again.exit_code == 0
    assert "up to date" in again.output
    assert [row[1] for row in place.rows("resolution")] == [1]


def test_the_by_laws_of_votes_are_set_at_the_founding(place: Installation) -> None:
    done = place.run(*FOUNDING, "--secret-least", "5", "--record-days", "14", "--challenge-days", "3")
    assert done.exit_code == 0, done.output
    [figures] = [json.loads(row[3]) if isinstance(row[3], str) else row[3] for row in place.rows("bylaw_version")]
    assert isinstance(figures, dict)
    assert (figures["secret_least"], figures["record_days"], figures["challenge_days"]) == (5, 14, 3)
    assert place.run("check").output == ""


@pytest.mark.parametrize(
    ("option", "value", "bounds"),
    [
        ("--secret-least", "1", "2<=x<=1000"),
        ("--record-days", "-1", "0<=x<=365"),
        ("--challenge-days", "91", "0<=x<=90"),
    ],
)
def test_by_laws_out_of_bounds_are_refused_before_anything_is_made(
    place: Installation, option: str, value: str, bounds: str
) -> None:
    done = place.run(*FOUNDING, option, value)
    assert (done.exit_code, bounds in done.output) == (2, True)
    assert not place.folder.exists()


def test_init_asks_for_what_is_not_given(place: Installation) -> None:
    answers = "Kanopi\nNZD\nPacific/Auckland\n03-31\nnone\nAna\nana@kanopi.example\nboard,treasurer,secretary,administrator\nn\n"
    done = place.run("init", answers=answers)
    assert done.exit_code == 0, done.output
    assert len(place.rows("member")) == 1, "without a share membership begins on admission"
    assert place.run("check").exit_code == 0


@pytest.mark.parametrize(
    ("option", "value", "words"),
    [
        ("--currency", "XXQ", "ISO 4217"),
        ("--zone", "Middle/Earth", "time zone"),
        ("--year-end", "02-31", "year end"),
        ("--year-end", "tomorrow", "MM-DD"),
        ("--share-price", "50.001", "decimals"),
        ("--share-price", "0", "more than nothing"),
        ("--name", " ", "name"),
    ],
)
def test_a_founding_that_cannot_be_changes_nothing(place: Installation, option: str, value: str, words: str) -> None:
    done = place.run(*FOUNDING, option, value)
    assert done.exit_code != 0
    assert words in done.output
    assert place.rows("cooperative") == []


def test_a_founding_that_leaves_an_office_empty_is_refused(place: Installation) -> None:
    done = place.run(*FOUNDING[:-4])
    assert done.exit_code != 0
    assert "treasurer" in done.output
    done = place.run(*FOUNDING[:-1], "king")
    assert "no power called king" in done.output
    done = place.run(*FOUNDING[:-2], "nobody", "board,treasurer")
    assert "not an e-mail address" in done.output
    assert place.rows("cooperative") == []


def test_registration_for_tax_is_declared(place: Installation) -> None:
    place.run(*FOUNDING)
    assert place.run("tax").output == "Kanopi is not registered for tax\n"
    nameless = place.run("tax", "--registered")
    assert (nameless.exit_code, "Enter the number" in nameless.output) == (1, True)
    assert place.run("tax", "--registered", "--number", "49-091-850").output == "Kanopi is registered for tax\n"
    assert place.rows("ledger_tax_code")
    assert place.run("tax").output == "Kanopi is registered for tax\n"
    assert place.run("tax", "--not-registered").output == "Kanopi is not registered for tax\n"
    assert len([row for row in place.rows("audit_event") if "cooperative.tax-declared" in row]) == 2
    assert place.run("check").output == ""


def test_a_co_operative_that_is_registered_for_tax_is_so_from_its_founding(place: Installation) -> None:
    place.run(*FOUNDING, "--tax-registered")
    assert place.run("tax").output == "Kanopi is registered for tax\n"
    assert "GST15-S" in place.rows("cooperative")[0]


def test_commands_say_that_the_database_is_empty(place: Installation) -> None:
    for command in (("check",), ("worker", "--once"), ("ledger", "balance"), ("tax",), ("tax", "--registered")):
        done = place.run(*command)
        assert done.exit_code == 1
        assert "coop init" in done.output


def test_a_database_of_another_version_is_left_alone(place: Installation) -> None:
    place.run(*FOUNDING)
    migrating.downgrade(place.database.url, "0010")
    for command in (("check",), ("worker", "--once"), ("run",), ("ledger", "balance")):
        done = place.run(*command)
        assert done.exit_code == 1
        assert "stands at revision 0010" in done.output
        assert "coop init" in done.output
    assert "up to date" in place.run("init").output
    assert place.run("check").exit_code == 0
    with place.database.engine.execution_options(coop_write=True).begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    for command in (("check",), ("run",), ("init",), ("demo", "--build-only")):
        done = place.run(*command)
        assert done.exit_code == 1
        assert "a newer one has used it" in done.output


def test_a_weak_secret_stops_every_command(place: Installation) -> None:
    place.environment["COOP_SECRET_KEY"] = "secret"
    done = place.run("check")
    assert done.exit_code == 1
    assert "COOP_SECRET_KEY" in done.output


def test_a_backup_is_restored_into_an_empty_place_and_holds_the_files(installations: list[Installation]) -> None:
    first, second = installations
    first.run(*FOUNDING)
    (first.folder / "files" / "reports").mkdir(parents=True)
    (first.folder / "files" / "reports" / "pūrongo.pdf").write_bytes(b"%PDF")
    file = first.folder / "backup.tar"
    done = first.run("backup", str(file))
    assert done.exit_code == 0, done.output
    assert file.stat().st_mode & 0o777 == 0o600
    done = second.run("restore", str(file))
    assert done.exit_code == 0, done.output
    assert "every check holds" in done.output
    assert (second.folder / "files" / "reports" / "pūrongo.pdf").read_bytes() == b"%PDF"
    for table in ("person", "resolution", "ledger_account", "audit_event", "alembic_version"):
        assert second.rows(table) == first.rows(table)
    assert second.run("check").output == "", "the rules came along"
    assert first.run("restore", str(file)).exit_code == 1
    assert "not empty" in first.run("restore", str(file)).output


def test_a_backup_never_overwrites_a_file(place: Installation) -> None:
    place.run(*FOUNDING)
    file = place.folder / "backup.tar"
    file.write_text("precious")
    done = place.run("backup", str(file))
    assert done.exit_code == 1
    assert file.read_text() == "precious"
    assert sorted(path.name for path in place.folder.iterdir() if path.name.startswith(".coop")) == []


def repack(source: Path, target: Path, changed: dict[str, bytes], left_out: str = "") -> None:
    """Copy an archive with other contents for some of its members, and new members for the names it does not have."""
    with tarfile.open(source) as old, tarfile.open(target, "w") as new:
        contents = {member.name: old.extractfile(member).read() for member in old}  # type: ignore[union-attr]
        for name, content in {**contents, **changed}.items():
            if name != left_out:
                member = tarfile.TarInfo(name)
                member.size = len(content)
                new.addfile(member, io.BytesIO(content))


def manifest_of(file: Path) -> dict[str, Any]:
    with tarfile.open(file) as tar:
        read: dict[str, Any] = json.load(tar.extractfile("manifest.json"))  # type: ignore[arg-type]
        return read


def test_a_damaged_backup_is_refused_and_leaves_the_place_empty(installations: list[Installation]) -> None:
    first, second = installations
    first.run(*FOUNDING)
    (first.folder / "files").mkdir()
    (first.folder / "files" / "a.txt").write_text("a")
    file = first.folder / "backup.tar"
    first.run("backup", str(file))
    damaged = first.folder / "damaged.tar"
    repack(file, damaged, {"files/a.txt": b"b"})
    done = second.run("restore", str(damaged))
    assert done.exit_code == 1
    assert "files/a.txt is missing or changed" in done.output
    (first.folder / "noise.tar").write_bytes(b"noise" * 1000)
    assert "cannot be read as a backup" in second.run("restore", str(first.folder / "noise.tar")).output
    assert "coop init" in second.run("check").output
    assert not (second.folder / "files").exists()


def test_a_backup_without_a_database_or_with_noise_for_one_is_refused(installations: list[Installation]) -> None:
    first, second = installations
    first.run(*FOUNDING)
    file, hostile = first.folder / "backup.tar", first.folder / "hostile.tar"
    first.run("backup", str(file))
    manifest = manifest_of(file)
    (database,) = manifest["files"]
    noise = {database: hashlib.sha256(b"noise").hexdigest()}
    for files, words in (
        ({}, "holds no database"),
        (noise, "damaged|failed"),
        ([database], "cannot be read"),
        (None, "cannot"),
    ):
        forged = json.dumps({**manifest, "files": files}).encode()
        repack(file, hostile, {"manifest.json": forged, database: b"noise"})
        done = second.run("restore", str(hostile))
        assert done.exit_code == 1
        assert re.search(words, done.output), done.output
        assert "coop init" in second.run("check").output, "the place is still empty"


def test_only_what_the_manifest_names_leaves_the_archive(installations: list[Installation]) -> None:
    first, second = installations
    first.run(*FOUNDING)
    file, hostile = first.folder / "backup.tar", first.folder / "hostile.tar"
    first.run("backup", str(file))
    repack(file, hostile, {"files/stowaway.html": b"<script>"})
    assert second.run("restore", str(hostile)).exit_code == 0
    assert not (second.folder / "files").exists()


def test_what_is_made_is_for_its_owner_only(installations: list[Installation]) -> None:
    """Database, its log and mails hold addresses, links that choose passwords and, until it is counted, the urn."""
    first, second = installations
    first.run(*FOUNDING)
    file = first.folder / "backup.tar"
    first.run("backup", str(file))
    second.run("restore", str(file))
    for place in installations:
        assert place.folder.stat().st_mode & 0o777 == 0o700
    fresh = first.folder / "fresh" / "coop.sqlite3"
    first.environment["COOP_DATABASE_URL"] = f"sqlite:///{fresh}"
    assert first.run(*FOUNDING).exit_code == 0
    assert fresh.stat().st_mode & 0o777 == 0o600
    assert fresh.parent.stat().st_mode & 0o777 == 0o700


def test_a_member_of_an_archive_cannot_leave_the_folder(place: Installation, tmp_path: Path) -> None:
    file = tmp_path / "evil.tar"
    manifest = tmp_path / "manifest.json"
    manifest.write_text(json.dumps({"format": 1}))
    with tarfile.open(file, "w") as tar:
        tar.add(manifest, arcname="../../escaped.json")
    done = place.run("restore", str(file))
    assert done.exit_code == 1
    assert not (tmp_path / "escaped.json").exists()


def test_check_names_what_was_changed_behind_its_back(place: Installation) -> None:
    place.run(*FOUNDING)
    with place.database.engine.execution_options(coop_write=True).begin() as connection:
        if place.database.kind == "sqlite":
            connection.execute(text("DROP TRIGGER member_no_update"))
        else:
            connection.execute(text("ALTER TABLE member DISABLE TRIGGER member_no_change"))
    done = place.run("check")
    assert done.exit_code == 1
    assert "member_no_" in done.output


def test_check_names_a_reference_to_what_is_gone_and_goes_on(place: Installation) -> None:
    """What SQLite lets through for whoever does not ask for references is found, and stops no other check."""
    place.run(*FOUNDING)
    if place.database.kind != "sqlite":
        with place.database.engine.execution_options(coop_write=True).begin() as connection:
            connection.execute(text("ALTER TABLE ledger_fiscal_year DISABLE TRIGGER USER"))
            with pytest.raises(IntegrityError, match="foreign key"), connection.begin_nested():
                connection.execute(text("DELETE FROM ledger_fiscal_year"))
        return
    place.database.engine.dispose()
    with closing(sqlite3.connect(str(place.database.engine.url.database), isolation_level=None)) as stranger:
        stranger.execute("DROP TRIGGER ledger_fiscal_year_no_delete")
        stranger.execute("DELETE FROM ledger_fiscal_year")
    done = place.run("check")
    assert done.exit_code == 1
    assert "of ledger_period names one of ledger_fiscal_year that is not there" in done.output
    assert "ledger_fiscal_year_no_delete is missing" in done.output
    assert "Traceback" not in done.output


def test_a_database_of_another_version_is_not_touched(place: Installation) -> None:
    place.run(*FOUNDING)
    with place.database.engine.execution_options(coop_write=True).begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0002'"))
    done = place.run("check")
    assert done.exit_code == 1
    assert "revision 0002" in done.output


def test_the_demonstration_is_built_by_operations_and_every_check_holds(place: Installation) -> None:
    done = place.run("demo", "--build-only")
    assert done.exit_code == 0, done.output
    assert "every check holds" in done.output
    assert place.run("check").output == ""
    assert len(place.rows("member")) == 120
    again = place.run("demo", "--build-only")
    assert again.exit_code == 0
    assert "Built" not in again.output


def test_the_demonstration_refuses_a_real_co_operative(place: Installation) -> None:
    place.run(*FOUNDING)
    done = place.run("demo", "--build-only")
    assert done.exit_code == 1
    assert "no demonstration" in done.output


def test_a_backup_of_sqlite_is_a_whole_database(place: Installation, tmp_path: Path) -> None:
    """The copy in the archive opens by itself and passes SQLite's own check, although the original has a log beside it."""
    place.run(*FOUNDING)
    file = tmp_path / "backup.tar"
    place.run("backup", str(file))
    with tarfile.open(file) as tar:
        tar.extractall(tmp_path / "out", filter="data")
    if place.database.kind == "sqlite":
        with closing(sqlite3.connect(tmp_path / "out" / "database.sqlite3")) as copy:
            assert copy.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            assert copy.execute("SELECT name FROM cooperative").fetchone() == ("Kanopi",)
    else:
        assert (tmp_path / "out" / "database.dump").read_bytes().startswith(b"PGDMP")


def test_a_port_that_is_taken_is_not_shared(place: Installation) -> None:
    place.run(*FOUNDING)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = place.run("run", "--port", port)
    assert done.exit_code == 1
    assert f"127.0.0.1:{port}" in done.output
    assert "--port" in done.output
