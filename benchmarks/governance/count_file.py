"""Reading and counting a ballot file, against reading it into `collections.Counter` over tuples.

Run `python -m benchmarks.count_file [BALLOTS]`; it makes its own file, with a fixed seed, and prints the ratio of the medians
of five interleaved runs.
"""

import random
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from governance.counting.files import read_ballots
from governance.counting.rules import rule_named

CANDIDATES, SEATS, RUNS = 12, 5, 5


def write_ballots(path: Path, ballots: int) -> None:
    """Write a BLT file with one ballot a line, as uneven as real ones: favourites, and short rankings."""
    chance = random.Random(2007)
    favour = [1 / (place + 2) for place in range(CANDIDATES)]
    with path.open("w", encoding="utf-8") as out:
        out.write(f"{CANDIDATES} {SEATS}\n")
        for _ in range(ballots):
            keys = [chance.random() ** (1 / weight) for weight in favour]
            order = sorted(range(1, CANDIDATES + 1), key=lambda number: -keys[number - 1])
            length = min(CANDIDATES, 1 + int(chance.expovariate(1 / 3)))
            out.write(f"1 {' '.join(map(str, order[:length]))} 0\n")
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


def reading(path: Path) -> int:
    """Read and check."""
    return len(read_ballots(path).ballots)


def ours(path: Path) -> int:
    """Read, check and count."""
    return len(rule_named("scottish-stv").count(read_ballots(path)).elected)


def seconds(work: Callable[[Path], int], path: Path) -> float:
    """Return how long one run takes."""
    start = time.perf_counter()
    work(path)
    return time.perf_counter() - start


def main(ballots: int) -> None:
    """Measure all in turn and print the medians and the ratios."""
    works = (words, numbers, reading, ours)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "ballots.blt"
        write_ballots(path, ballots)
        runs = [[seconds(work, path) for work in works] for _ in range(RUNS)]
    medians = dict(zip(works, map(statistics.median, zip(*runs, strict=True)), strict=True))
    print(f"{ballots:,} ballots, {CANDIDATES} candidates, {SEATS} seats, median of {RUNS}")
    print(f"Counter over tuples of words    {medians[words]:7.3f} s")
    print(f"Counter over tuples of numbers  {medians[numbers]:7.3f} s")
    print(f"coop count                      {medians[ours]:7.3f} s, reading alone {medians[reading]:.3f} s")
    print(f"ratio to words                  {medians[ours] / medians[words]:7.2f}")
    print(f"ratio to numbers                {medians[ours] / medians[numbers]:7.2f}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 200_000)
