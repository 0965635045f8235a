"""Ballots written down for other counting programs: what is written here, `governance.counting.files` reads back.

Every writer yields lines, so that a million ballots pass through without being held, and knows nothing of where they go. Names
are written so that they can be read by themselves and told apart; who has withdrawn is named where the format can say so, and
struck from the ballots where it cannot, which gives the same count.
"""

from governance.counting.writing import blt, pabulib, preflib, rctab, stages, table

__all__ = ["blt", "pabulib", "preflib", "rctab", "stages", "table"]
