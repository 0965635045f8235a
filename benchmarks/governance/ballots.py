"""Rankings to measure with, as uneven as real ones: some candidates are liked better, and most ballots name a few."""

import random
from collections.abc import Iterator

CANDIDATES, SEATS = 12, 5


def rankings(ballots: int) -> Iterator[list[int]]:
    """Yield rankings of candidates by their numbers from 1; always the same ones."""
    chance = random.Random(2007)
    favour = [float(place + 2) for place in range(CANDIDATES)]
    numbers = range(1, CANDIDATES + 1)
    for _ in range(ballots):
        keys = [chance.random() ** power for power in favour]
        order = sorted(numbers, key=lambda number: -keys[number - 1])  # sorted at once
        yield order[: min(CANDIDATES, 1 + int(chance.expovariate(1 / 3)))]
