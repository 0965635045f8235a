"""Databases for tests: a schema made once, a founded co-operative made once, and cheap copies of both.

Evidence cannot be emptied, so a test that commits works on a copy: a file copied on SQLite, a TEMPLATE on PostgreSQL.
"""

import gc
import shutil
import uuid
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Engine

from coop import clock, migrating
from coop.database import make_engine
from tests.postgresql_cluster import Cluster
from tests.world_contents import World


@dataclass
class TestDatabase:
    """A database of a test's own."""

    __test__ = False

    kind: str
    url: str
    engine: Engine


@dataclass
class FoundedBefore:
    """What a session that is rolled back knows of a co-operative that was founded in another database."""

    moment: Callable[[], datetime]
    go_on: Callable[[], None]


class Engines:
    """One engine for each address: what it has compiled serves the next database that stands where the last one was."""

    def __init__(self) -> None:
        self._made: dict[str, Engine] = {}

    def get(self, url: str) -> Engine:
        """Return the engine of an address, without connections where its last database was dropped."""
        if url not in self._made:
            self._made[url] = make_engine(url)
        return self._made[url]


class SQLiteServer:
    """Makes and copies SQLite files in a folder."""

    kind = "sqlite"

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._engines = Engines()

    def create(self, name: str) -> TestDatabase:
        """Open a new, empty database."""
        url = f"sqlite:///{self.folder / name}.sqlite3"
        return TestDatabase(self.kind, url, self._engines.get(url))

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
        self._engines = Engines()

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
        return TestDatabase(self.kind, url, self._engines.get(url))


Server = SQLiteServer | PostgreSQLServer


class Templates:
    """What the copies are made from, built once per run on each server."""

    def __init__(self, servers: dict[str, Server], folder: Path) -> None:
        self.servers = servers
        self._folder = folder
        self._made: dict[tuple[str, str], TestDatabase] = {}
        self._founded_at: dict[str, datetime] = {}
        self._worlds: dict[str, World] = {}

    def schema(self, kind: str) -> TestDatabase:
        """Return a database with all tables and rules and no row."""
        return self._template(kind, "schema", build_schema)

    def founded(self, kind: str) -> TestDatabase:
        """Return a database with a co-operative on its first day."""
        from tests.founded import build_founded

        return self._template(kind, "founded", build_founded, on=self.just_founded)

    def just_founded(self, kind: str) -> TestDatabase:
        """Return a database with a co-operative where nothing was done after the founding; `founded_at` says when that was."""
        from tests.founded import just_found

        def build(database: TestDatabase) -> None:
            self._founded_at[kind] = clock.now()
            just_found(database)

        return self._template(kind, "just-founded", build, on=self.schema)

    def founded_at(self, kind: str) -> datetime:
        """Return the moment of the founding."""
        self.just_founded(kind)
        return self._founded_at[kind]

    def world(self, kind: str) -> TestDatabase:
        """Return a database with a co-operative in the middle of its life; `things_in_world` says what is in it."""
        from tests.world import build_in

        def build(database: TestDatabase) -> None:
            self._worlds[kind] = build_in(database, self._files_of_world(kind))

        return self._template(kind, "world", build, on=self.founded)

    def things_in_world(self, kind: str, instance_path: Path) -> World:
        """Return what the co-operative of `world` consists of, its papers copied to where a test's application looks for them."""
        self.world(kind)
        shutil.copytree(self._files_of_world(kind), instance_path, dirs_exist_ok=True)
        return deepcopy(self._worlds[kind])

    def _files_of_world(self, kind: str) -> Path:
        return self._folder / f"files-of-world-{kind}"

    def _template(
        self,
        kind: str,
        name: str,
        build: Callable[[TestDatabase], None],
        *,
        on: Callable[[str], TestDatabase] | None = None,
    ) -> TestDatabase:
        """Build a template once, in an empty database or `on` a copy of another template."""
        if (kind, name) not in self._made:
            server = self.servers[kind]
            database = server.create(f"template-{name}") if on is None else server.copy(on(kind))
            build(database)
            database.engine.dispose()
            self._made[kind, name] = database
        return self._made[kind, name]


def build_schema(database: TestDatabase) -> None:
    """Build the schema as an installation does: by the migrations."""
    migrating.upgrade(database.url)
