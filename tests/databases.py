"""Databases for tests: a schema made once, a founded co-operative made once, and cheap copies of both.

Evidence cannot be emptied, so a test that commits works on a copy: a file copied on SQLite, a TEMPLATE on PostgreSQL.
"""

import gc
import shutil
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine

from coop import migrating
from coop.database import make_engine
from tests.postgresql_cluster import Cluster


@dataclass
class TestDatabase:
    """A database of a test's own."""

    __test__ = False

    kind: str
    url: str
    engine: Engine


class SQLiteServer:
    """Makes and copies SQLite files in a folder."""

    kind = "sqlite"

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def create(self, name: str) -> TestDatabase:
        """Open a new, empty database."""
        url = f"sqlite:///{self.folder / name}.sqlite3"
        return TestDatabase(self.kind, url, make_engine(url))

    def copy(self, template: TestDatabase, name: str = "") -> TestDatabase:
        """Copy a database that nobody writes to."""
        template.engine.dispose()
        name = name or f"copy-{uuid.uuid4().hex}"
        shutil.copyfile(template.url.removeprefix("sqlite:///"), self.folder / f"{name}.sqlite3")
        return self.create(name)

    def drop(self, database: TestDatabase) -> None:
        """Remove a database."""
        database.engine.dispose()
        path = database.url.removeprefix("sqlite:///")
        for suffix in ("", "-wal", "-shm"):
            Path(path + suffix).unlink(missing_ok=True)


class PostgreSQLServer:
    """Makes and copies databases in the cluster of the tests."""

    kind = "postgresql"

    def __init__(self, cluster: Cluster) -> None:
        self.cluster = cluster

    def create(self, name: str) -> TestDatabase:
        """Open a new, empty database."""
        name = name.replace("-", "_")
        self.cluster.sql(f'CREATE DATABASE "{name}" TEMPLATE template0')
        return self._open(name)

    def copy(self, template: TestDatabase, name: str = "") -> TestDatabase:
        """Copy a database to which nobody is connected."""
        template.engine.dispose()
        name = name or f"copy_{uuid.uuid4().hex}"
        source = template.engine.url.database
        self.cluster.sql(f'CREATE DATABASE "{name}" TEMPLATE "{source}" STRATEGY FILE_COPY')
        return self._open(name)

    def drop(self, database: TestDatabase) -> None:
        """Remove a database, whoever is still connected."""
        database.engine.dispose()
        name = database.engine.url.database
        if self.cluster.is_connected(f"{name}"):
            # What a test left in a cycle gives its connection back now. Later it would find it cut, and log an error from
            # wherever the collector happens to run: in the midst of another test, or of the compiler.
            gc.collect()
        self.cluster.sql(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def _open(self, name: str) -> TestDatabase:
        url = self.cluster.url(name)
        return TestDatabase(self.kind, url, make_engine(url))


Server = SQLiteServer | PostgreSQLServer


class Templates:
    """What the copies are made from, built once per run on each server."""

    def __init__(self, servers: dict[str, Server]) -> None:
        self.servers = servers
        self._made: dict[tuple[str, str], TestDatabase] = {}

    def schema(self, kind: str) -> TestDatabase:
        """Return a database with all tables and rules and no row."""
        return self._template(kind, "schema", build_schema)

    def founded(self, kind: str) -> TestDatabase:
        """Return a database with a co-operative on its first day."""
        from tests.founded import build_founded

        if (kind, "founded") not in self._made:
            database = self.servers[kind].copy(self.schema(kind))
            build_founded(database)
            database.engine.dispose()
            self._made[kind, "founded"] = database
        return self._made[kind, "founded"]

    def _template(self, kind: str, name: str, build: Callable[[TestDatabase], None]) -> TestDatabase:
        if (kind, name) not in self._made:
            database = self.servers[kind].create(f"template-{name}")
            build(database)
            database.engine.dispose()
            self._made[kind, name] = database
        return self._made[kind, name]


def build_schema(database: TestDatabase) -> None:
    """Build the schema as an installation does: by the migrations."""
    migrating.upgrade(database.url)
