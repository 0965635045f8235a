"""A PostgreSQL cluster of the tests' own, in a temporary folder, reached by a socket only.

Servers refuse to run as root, so there it runs as another user.
"""

import os
import pwd
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

import psycopg

MISSING = (
    "PostgreSQL was not found (initdb, postgres). Install it, for example: apt-get install postgresql;"
    " the tests start a cluster of their own."
)
_PORT = "5432"


def find_binaries() -> Path | None:
    """Return the folder that holds `initdb` and `postgres` of version 15 or later."""
    candidates = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: -_version(path))
    candidates += [Path(found).resolve().parent for name in ("postgres",) if (found := shutil.which(name))]
    for folder in candidates:
        if (folder / "initdb").exists() and (folder / "postgres").exists() and _version(folder) >= 15:
            return folder
    return None


class Cluster:
    """A running server. `url(database)` is how SQLAlchemy reaches it.

    Tests do without the disk: the folder lies in memory where there is room, and nothing waits for a write. Benchmarks ask
    for a folder of their own and for a server that is `durable`, as a real one is.
    """

    def __init__(self, binaries: Path, *, within: Path | None = None, durable: bool = False) -> None:
        self.binaries = binaries
        # The path of a socket is limited to about a hundred bytes, so the folder is a short one.
        self.folder = Path(tempfile.mkdtemp(prefix="coop-pg-", dir=within or roomy_memory()))
        self._data = self.folder / "data"
        self._user = "postgres" if os.getuid() == 0 else None
        if self._user:
            account = _account()
            self._user = account.pw_name
            os.chown(self.folder, account.pw_uid, account.pw_gid)
        self._run("initdb", "-D", str(self._data), "-U", "coop", "-A", "trust", "-E", "UTF8", "--locale=C", "-N")
        self._server = subprocess.Popen(
            [
                *self._as_user(),
                str(binaries / "postgres"),
                *("-D", str(self._data), "-k", str(self.folder), "-p", _PORT, "-c", "listen_addresses="),
                *(() if durable else ("-c", "fsync=off", "-c", "full_page_writes=off")),
                *("-c", "max_connections=80"),
                *("-c", "shared_buffers=64MB", "-c", "log_min_messages=fatal"),
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self._wait()

    def url(self, database: str) -> str:
        """Return the URL of a database of this cluster."""
        return f"postgresql+psycopg://coop@/{database}?host={self.folder}&port={_PORT}"

    def sql(self, statement: str) -> None:
        """Run a statement outside any transaction, in the maintenance database."""
        with self._maintenance() as one:
            one.execute(statement.encode())

    def is_connected(self, database: str) -> bool:
        """Say whether anybody is connected to a database."""
        with self._maintenance() as one:
            found = one.execute("SELECT 1 FROM pg_stat_activity WHERE datname = %s LIMIT 1", [database])
            return found.fetchone() is not None

    def stop(self) -> None:
        """Stop the server and remove its folder."""
        self._run("pg_ctl", "-D", str(self._data), "stop", "-m", "immediate", "-s")
        self._server.wait(timeout=30)
        shutil.rmtree(self.folder, ignore_errors=True)

    def _maintenance(self) -> psycopg.Connection:
        return psycopg.connect(host=str(self.folder), port=_PORT, user="coop", dbname="postgres", autocommit=True)

    def _as_user(self) -> list[str]:
        return ["setpriv", f"--reuid={self._user}", f"--regid={self._user}", "--clear-groups"] if self._user else []

    def _run(self, program: str, *arguments: str) -> None:
        command = [*self._as_user(), str(self.binaries / program), *arguments]
        done = subprocess.run(command, capture_output=True, text=True, cwd="/", check=False)
        if done.returncode:
            raise RuntimeError(f"{program} failed: {done.stderr or done.stdout}")

    def _wait(self) -> None:
        deadline = time.monotonic() + 60
        ready = str(self.binaries / "pg_isready")
        while subprocess.run([ready, "-q", "-h", str(self.folder), "-p", _PORT], check=False).returncode:
            if time.monotonic() > deadline or self._server.poll() is not None:
                raise RuntimeError("PostgreSQL did not start")
            time.sleep(0.05)


def roomy_memory() -> Path | None:
    """Return the folder in memory, where a database is copied ten times as fast, if it has room for a few hundred copies."""
    shared = Path("/dev/shm")
    if not os.access(shared, os.W_OK) or shutil.disk_usage(shared).free < 4 * 2**30:
        return None
    return shared


def _version(folder: Path) -> int:
    done = subprocess.run([str(folder / "postgres"), "--version"], capture_output=True, text=True, check=False)
    digits = "".join(c if c.isdigit() else " " for c in done.stdout).split()
    return int(digits[0]) if digits else 0


def _account() -> pwd.struct_passwd:
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise RuntimeError("no other user to run PostgreSQL as")
