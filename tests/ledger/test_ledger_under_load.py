"""Many writers for a while, and writers that die: no entry is lost, none is half there, and the chain is unbroken.

Here each runs for a second or two; `COOP_LOAD_SECONDS=60` makes it a minute, and `--junitxml=FILE` keeps what was reached.
"""

import os
import random
import signal
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from threading import Event
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ledger import checks, posting, sealing
from ledger.chart import BANK, COACHES, COACHING_INCOME, HOSTING, OTHER_INCOME, WAGES
from ledger.models import ChainLink, Entry, Posting
from ledger.totals import account_totals, balance_of
from tests.databases import TestDatabase
from tests.ledger import poster
from tests.ledger.conftest import NOW, Write

SECONDS = float(os.environ.get("COOP_LOAD_SECONDS", "1.5"))
WRITERS = {"sqlite": 4, "postgresql": 20}
ROOT = Path(__file__).resolve().parents[2]
ACCOUNTS = (BANK, OTHER_INCOME, COACHES, COACHING_INCOME, HOSTING, WAGES)
KILLS = 4


def count_of(session: Session, table: type[Any]) -> int:
    return session.scalar(select(func.count()).select_from(table)) or 0


def seal_all(write: Write) -> None:
    while write(sealing.seal):
        pass


def test_many_writers_and_a_sealer_for_a_while(
    database: TestDatabase, write: Write, record_testsuite_property: Callable[[str, object], None]
) -> None:
    over = Event()
    waited: list[float] = []

    def keep_posting(number: int) -> dict[str, int]:
        """Post between random accounts and return what was added to each."""
        dice, added, done = random.Random(number), dict.fromkeys(ACCOUNTS, 0), 0
        while not over.is_set():
            debit, credit = dice.sample(ACCOUNTS, 2)
            amount_minor = dice.randint(1, 10**9)
            lines = [posting.Line(debit, amount_minor), posting.Line(credit, -amount_minor)]
            draft = posting.Draft(poster.ON, "Load", "manual", "NZD", lines, f"load-{number}-{done}")
            begun = time.perf_counter()
            write(partial(posting.post, draft=draft, now=NOW))
            waited.append(time.perf_counter() - begun)
            added[debit] += amount_minor
            added[credit] -= amount_minor
            done += 1
        return added | {"entries": done}

    def keep_sealing() -> None:
        while not over.is_set():
            write(lambda session: sealing.seal(session, limit=50))

    writers = WRITERS[database.kind]
    with ThreadPoolExecutor(writers + 1) as pool:
        posted = [pool.submit(keep_posting, number) for number in range(writers)]
        sealer = pool.submit(keep_sealing)
        time.sleep(SECONDS)
        over.set()
        sums = [future.result() for future in posted]
        sealer.result()
    seal_all(write)
    with Session(database.engine) as session:
        entries = sum(one["entries"] for one in sums)
        reached = statistics.quantiles(waited, n=100)
        waits = f"half waited {reached[49] * 1e3:.1f} ms at most, 99 of 100 {reached[98] * 1e3:.1f} ms"
        record_testsuite_property(database.kind, f"{entries} entries by {writers} writers in {SECONDS} s; {waits}")
        assert entries >= writers
        assert (count_of(session, Entry), count_of(session, ChainLink)) == (entries, entries)
        standing = {one.code: one.balance_minor for one in account_totals(session, None, None)}
        assert {code: standing[code] for code in ACCOUNTS} == {
            code: sum(one[code] for one in sums) for code in ACCOUNTS
        }


def test_a_writer_that_is_killed_leaves_whole_entries_and_can_go_on(database: TestDatabase, write: Write) -> None:
    dice, said = random.Random(5), -1
    for _ in range(KILLS):
        said = max(said, _killed_after(database.url, said + 1, dice.uniform(0.0, 0.15)))
        with Session(database.engine) as session:
            assert checks.findings(session) == []
            assert count_of(session, Posting) == 4 * count_of(session, Entry)
            assert count_of(session, Entry) in {said + 1, said + 2}, "all that were told, and one more at most"
        # The entry whose fate was unknown: the same key is the same entry.
        unknown = poster.draft(said + 1)
        first = write(partial(posting.post_once, draft=unknown, now=NOW))
        again = write(partial(posting.post_once, draft=unknown, now=NOW))
        assert (again.entry_id, again.is_new) == (first.entry_id, False)
        said += 1
    with Session(database.engine) as session:
        assert count_of(session, Entry) == said + 1
        assert balance_of(session, OTHER_INCOME) == -sum(100 + number for number in range(said + 1))
    seal_all(write)


def _killed_after(url: str, first: int, seconds: float) -> int:
    """Let a process post, kill it some time after its first entry, and return the last number that it said."""
    arguments = [sys.executable, "-m", "tests.ledger.poster", url, str(first)]
    with subprocess.Popen(arguments, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        said = [process.stdout.readline()]
        time.sleep(seconds)
        process.send_signal(signal.SIGKILL)
        said += process.stdout.readlines()
    return int([line for line in said if line.endswith("\n")][-1])
