"""Measuring two ways of doing the same thing in turn, in one process: their ratio says something even on a busy machine."""

import gc
import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

#: Something that is timed, once.
Work = Callable[[], object]


@dataclass(frozen=True)
class Spent:
    """What one run took: by the clock, and of the processor's time in this process alone (not a server's, not the disk's)."""

    wall_s: float
    cpu_s: float


def in_turn(runs: int, sides: Mapping[str, Callable[[], Work]]) -> dict[str, Spent]:
    """Run all sides in turn, several times, and return the median of each.

    Each side first prepares a run, which is not timed, and gives back the work, which is.
    """
    spent: dict[str, list[Spent]] = {name: [] for name in sides}
    for _ in range(runs):
        for name, prepare in sides.items():
            work = prepare()
            # What one side has left behind is not to be swept up in the time of the other.
            gc.collect()
            wall, cpu = time.perf_counter(), time.process_time()
            work()
            spent[name].append(Spent(time.perf_counter() - wall, time.process_time() - cpu))
    return {
        name: Spent(statistics.median(one.wall_s for one in all_), statistics.median(one.cpu_s for one in all_))
        for name, all_ in spent.items()
    }


def show(title: str, spent: Mapping[str, Spent], *, ours: str = "ours", each: int = 1) -> None:
    """Print the medians, those of one of `each` where a run did many, and how many times as long ours took as each other."""
    print(title)
    for name, one in spent.items():
        times = f"{one.wall_s / each * 1e3:12.3f} ms by the clock {one.cpu_s / each * 1e3:12.3f} ms here"
        ratio = "" if name == ours else f"   ours takes {spent[ours].wall_s / one.wall_s:.2f} x"
        print(f"  {name:<28}{times}{ratio}")
