"""Backup and restore: the whole co-operative in one file, on either database.

A backup is a tar archive of a manifest, the database (SQLite's online backup, or `pg_dump -Fc`) and the stored files, each
with its SHA-256. It is restored only into an empty place, so that nothing is ever mixed or overwritten.
"""

import hashlib
import json
import os
import shutil
import sqlite3
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, inspect, make_url, text

from coop import clock, migrating
from coop.config import Config
from coop.database import make_place
from evidence.canonical import utc_text

FORMAT = 1
_DATABASE = {"sqlite": "database.sqlite3", "postgresql": "database.dump"}
_MANIFEST = "manifest.json"


class BackupError(Exception):
    """The backup cannot be made or restored; the message says why and what to do. Nothing was changed."""


@dataclass(frozen=True)
class Manifest:
    """What a backup holds."""

    database: str
    revision: str
    server_version: int
    made_at: str
    files: dict[str, str]


def make_backup(config: Config, engine: Engine, target: Path) -> Manifest:
    """Write a backup of database and stored files to `target`, readable by its owner only.

    Raises:
        BackupError: the target exists, or the tools of PostgreSQL are missing or too old.
    """
    if target.exists():
        raise BackupError(f"{target} exists already; choose another name")
    revision = migrating.current_revision(engine)
    if revision is None:
        raise BackupError("there is nothing to back up: the database is empty")
    with tempfile.TemporaryDirectory(dir=target.absolute().parent, prefix=".coop-backup-") as folder:
        kind = engine.dialect.name
        database = Path(folder) / _DATABASE[kind]
        # The database first: it never points at a file that comes later.
        version = _dump_sqlite(engine, database) if kind == "sqlite" else _dump_postgresql(config, engine, database)
        members = {_DATABASE[kind]: database, **_stored_files(config.files_path)}
        manifest = Manifest(
            database=kind,
            revision=revision,
            server_version=version,
            made_at=utc_text(clock.now()),
            files={name: _sha256(path) for name, path in members.items()},
        )
        (Path(folder) / _MANIFEST).write_text(json.dumps({"format": FORMAT, **vars(manifest)}, indent=1))
        archive = Path(folder) / "archive"
        with tarfile.open(archive, "w") as tar:
            tar.add(Path(folder) / _MANIFEST, arcname=_MANIFEST)
            for name, path in members.items():
                tar.add(path, arcname=name, recursive=False)
        archive.chmod(0o600)
        # A hard link does not replace a file that has come into being meanwhile, as a rename would.
        try:
            os.link(archive, target)
        except FileExistsError as error:
            raise BackupError(f"{target} exists already; choose another name") from error
    return manifest


def restore_backup(config: Config, engine: Engine, source: Path) -> Manifest:
    """Bring a backup into an empty database and an empty folder of stored files.

    Raises:
        BackupError: the place is not empty, the file is damaged or foreign, or the tools are missing or too old.
    """
    make_place(config.database_url)
    _require_empty(config, engine)
    config.instance_path.mkdir(mode=0o700, parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=config.instance_path, prefix=".coop-restore-") as name:
        folder = Path(name)
        manifest = _unpack(source, folder)
        if manifest.database != engine.dialect.name:
            raise BackupError(f"this is a backup of {manifest.database}; COOP_DATABASE_URL names {engine.dialect.name}")
        if not migrating.knows(manifest.revision):
            raise BackupError(f"the backup stands at revision {manifest.revision}, which this program does not know")
        database = folder / _DATABASE[manifest.database]
        if manifest.database == "sqlite":
            _restore_sqlite(engine, database)
        else:
            _restore_postgresql(config, engine, database, manifest)
        if (folder / "files").exists():
            shutil.copytree(folder / "files", config.files_path, dirs_exist_ok=True)
    return manifest


def _require_empty(config: Config, engine: Engine) -> None:
    with engine.connect() as connection:
        if inspect(connection).get_table_names():
            raise BackupError("the database is not empty; a backup is restored only into an empty one")
    if config.files_path.exists() and any(config.files_path.iterdir()):
        raise BackupError(f"{config.files_path} is not empty; a backup is restored only into an empty place")


def _dump_sqlite(engine: Engine, target: Path) -> int:
    with closing(sqlite3.connect(_sqlite_path(engine))) as live, closing(sqlite3.connect(target)) as copy:
        live.backup(copy)
        # One file without a log beside it.
        copy.execute("PRAGMA journal_mode=DELETE")
    return sqlite3.sqlite_version_info[0]


def _restore_sqlite(engine: Engine, source: Path) -> None:
    engine.dispose()
    with closing(sqlite3.connect(source)) as copy, closing(sqlite3.connect(_sqlite_path(engine))) as live:
        try:
            sound = copy.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        except sqlite3.DatabaseError:
            sound = False
        if not sound:
            raise BackupError("the database in the backup is damaged")
        copy.backup(live)


def _sqlite_path(engine: Engine) -> str:
    path = engine.url.database
    if not path or path == ":memory:":
        raise BackupError("a database in memory cannot be backed up")
    return path


def _dump_postgresql(config: Config, engine: Engine, target: Path) -> int:
    version = _server_version(engine)
    program = _tool("pg_dump", version)
    _run(config, program, "--format=custom", "--no-owner", "--no-privileges", f"--file={target}")
    return version


def _restore_postgresql(config: Config, engine: Engine, source: Path, manifest: Manifest) -> None:
    version = _server_version(engine)
    if version < manifest.server_version:
        raise BackupError(f"the backup is of PostgreSQL {manifest.server_version}, this server is {version}")
    program = _tool("pg_restore", max(version, manifest.server_version))
    _run(config, program, "--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction", path=source)


def _server_version(engine: Engine) -> int:
    with engine.connect() as connection:
        return int(connection.execute(text("SHOW server_version_num")).scalar_one()) // 10_000


def _tool(name: str, version: int) -> str:
    """Find a tool of PostgreSQL that is at least as new as the server.

    Raises:
        BackupError: there is none.
    """
    found = []
    for folder in [*os.environ.get("PATH", "").split(os.pathsep), *map(str, Path("/usr/lib/postgresql").glob("*/bin"))]:
        program = Path(folder) / name
        if program.is_file():
            words = subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout.split()
            major = int(next(word for word in words if word[0].isdigit()).split(".")[0])
            if major >= version:
                return str(program)
            found.append(major)
    if found:
        raise BackupError(f"{name} {max(found)} is older than the server ({version}); install version {version}")
    raise BackupError(f"{name} was not found; install the client of PostgreSQL {version}")


def _run(config: Config, program: str, *arguments: str, path: Path | None = None) -> None:
    """Run a tool against the configured database; the password goes by the environment, not by the command line."""
    url = make_url(config.database_url)
    plain = url.set(drivername="postgresql", password=None).render_as_string()
    environment = {**os.environ, **({"PGPASSWORD": str(url.password)} if url.password else {})}
    command = [program, *arguments, f"--dbname={plain}", *([str(path)] if path else [])]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    if done.returncode:
        raise BackupError(f"{Path(program).name} failed: {done.stderr.strip()}")


def _stored_files(folder: Path) -> dict[str, Path]:
    return {f"files/{path.relative_to(folder).as_posix()}": path for path in _walk(folder)}


def _walk(folder: Path) -> Iterator[Path]:
    if folder.exists():
        yield from sorted(path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())


def _unpack(source: Path, folder: Path) -> Manifest:
    try:
        with tarfile.open(source, "r:") as tar:
            members = {member.name: member for member in tar}
            tar.extract(members[_MANIFEST], folder, filter="data")
            manifest = _read_manifest(source, (folder / _MANIFEST).read_text())
            for name, expected in manifest.files.items():
                # Only regular files that the manifest names: no link, no device, nothing besides.
                member = members.get(name)
                if member is not None and member.isreg():
                    tar.extract(member, folder, filter="data")
                path = folder / name
                if not path.is_file() or _sha256(path) != expected:
                    raise BackupError(f"{source} is damaged: {name} is missing or changed")
    except (OSError, tarfile.TarError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise BackupError(f"{source} cannot be read as a backup: {error}") from error
    return manifest


def _read_manifest(source: Path, text: str) -> Manifest:
    values: dict[str, Any] = json.loads(text)
    if values.pop("format") != FORMAT:
        raise BackupError(f"{source} is a backup of another format")
    manifest = Manifest(**values)
    if _DATABASE[manifest.database] not in manifest.files:
        raise BackupError(f"{source} is damaged: it holds no database")
    return manifest


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
