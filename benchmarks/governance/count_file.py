"""Reading and counting a ballot file, against reading it into `collections.Counter` over tuples.

`python -m benchmarks.governance.count_file [--full] [--folder DIR]`

One bare side splits the lines into words and understands nothing; the other makes the numbers that a counting program needs. Ours is all
that `coop count` does with the file: it reads, checks, counts, and makes the result. `--full` counts a million ballots.
"""

import tempfile
from collections import Counter
from functools import partial
from pathlib import Path

from benchmarks.governance.ballots import CANDIDATES, SEATS, rankings
from benchmarks.ledger.books import arguments
from benchmarks.ledger.timing import in_turn, show
from evidence.collector import unswept
from governance.counting.files import read_ballots
from governance.counting.rules import rule_named

RUNS = 5


def write_ballots(path: Path, ballots: int) -> None:
    """Write a BLT file with one ballot a line."""
    with path.open("w", encoding="utf-8") as out:
        out.write(f"{CANDIDATES} {SEATS}\n")
        out.writelines(f"1 {' '.join(map(str, ranking))} 0\n" for ranking in rankings(ballots))
        out.write("0\n")
        out.writelines(f'"Candidate {number}"\n' for number in range(1, CANDIDATES + 1))
        out.write('"Benchmark"\n')


def words(path: Path) -> int:
    """Read the lines into a Counter of tuples of words: nothing understood, nothing checked."""
    with path.open("rb") as lines:
        return len(Counter(tuple(line.split()) for line in lines))


def numbers(path: Path) -> int:
    """Read the ballots into a Counter of tuples of numbers, as a counting program needs them."""
    with path.open("rb") as lines:
        ballots = (line for line in lines if not line.startswith(b'"'))
        return len(Counter(tuple(map(int, line.split())) for line in ballots))


@unswept()
def reading(path: Path) -> int:
    """Read and check."""
    return len(read_ballots(path).ballots)


@unswept()
def ours(path: Path) -> int:
    """Read, check and count."""
    return len(rule_named("scottish-stv").count(read_ballots(path)).elected)


def main() -> None:
    """Measure all in turn and print the medians and the ratios."""
    asked = arguments(__doc__)
    ballots = 1_000_000 if asked.full else 100_000
    works = {
        "Counter over tuples of words": words,
        "Counter over tuples of numbers": numbers,
        "reading and checking alone": reading,
        "ours": ours,
    }
    with tempfile.TemporaryDirectory(dir=asked.folder) as folder:
        path = Path(folder) / "ballots.blt"
        write_ballots(path, ballots)
        sides = {name: partial(partial, work, path) for name, work in works.items()}
        show(f"coop count of a file of {ballots:,} ballots, Scottish STV", in_turn(RUNS, sides))


if __name__ == "__main__":
    main()
