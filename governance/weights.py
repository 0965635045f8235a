"""How votes weigh. One member has one vote; where a rule says otherwise, each class has its bounds, and heads are counted too.

A weighting only limits: what a voter's weight is, comes from the caller, who knows the share register.
"""

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from evidence.canonical import canonical_bytes
from governance.errors import ClassTooHeavy, WeightTooHigh


@dataclass(frozen=True)
class ClassCap:
    """The bounds of a class: votes of one voter, and the class's part of all votes on the roll, as a fraction."""

    most_votes: int = 1
    share_numerator: int = 1
    share_denominator: int = 1


@dataclass(frozen=True)
class Weighting:
    """The bounds of each class by its code. A class that is not named has one vote a head, and no bound on its part."""

    caps: Mapping[str, ClassCap]

    def written(self) -> str:
        """Return the canonical JSON that stands in a proposal's header."""
        return canonical_bytes({code: vars(cap) for code, cap in self.caps.items()}).decode()

    @classmethod
    def read(cls, text: str) -> Self:
        """Read what `written` wrote."""
        record: dict[str, dict[str, Any]] = json.loads(text)
        return cls({code: ClassCap(**cap) for code, cap in record.items()})

    def check(self, heads: Mapping[tuple[str, int], int]) -> None:
        """Refuse a roll, given as the heads of each class and weight, that goes beyond the bounds.

        Raises:
            WeightTooHigh, ClassTooHeavy
        """
        total: Counter[str] = Counter()
        for (class_code, weight), count in heads.items():
            most = self.caps.get(class_code, ClassCap()).most_votes
            if not 1 <= weight <= most:
                raise WeightTooHigh(class_code, weight, most)
            total[class_code] += weight * count
        votes = total.total()
        for class_code, cap in self.caps.items():
            if total[class_code] * cap.share_denominator > votes * cap.share_numerator:
                raise ClassTooHeavy(class_code, total[class_code], votes * cap.share_numerator // cap.share_denominator)


#: One member, one vote.
EQUAL = Weighting({})
