"""A process that posts entry after entry until somebody ends it, and says after each commit which one stands.

Run as `python -m tests.ledger.poster URL FIRST`: it posts the keys kill-FIRST, kill-FIRST+1 ... and prints each number once it is
committed. What is not printed may stand or not; it is never half there.
"""

import sys
from datetime import date
from functools import partial
from itertools import count

from coop.database import make_engine, write_with
from ledger import posting
from ledger.chart import BANK, COACHING_INCOME, OTHER_INCOME, PROCESSING_FEES
from tests.ledger.conftest import NOW

ON = date(2026, 5, 4)


def draft(number: int) -> posting.Draft:
    """Return an entry of four lines, always the same for a number."""
    amount_minor = 100 + number
    lines = [
        posting.Line(BANK, amount_minor * 2 - 7),
        posting.Line(PROCESSING_FEES, 7),
        posting.Line(OTHER_INCOME, -amount_minor),
        posting.Line(COACHING_INCOME, -amount_minor),
    ]
    return posting.Draft(ON, "Sold a map", "manual", "NZD", lines, f"kill-{number}")


def main(url: str, first: int) -> None:
    """Post until the end."""
    engine = make_engine(url)
    for number in count(first):
        write_with(engine, partial(posting.post, draft=draft(number), now=NOW))
        sys.stdout.write(f"{number}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
