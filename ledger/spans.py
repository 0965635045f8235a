"""The days that a figure is about, so that whoever reads it can ask for the postings behind it."""

from dataclasses import dataclass
from datetime import date, timedelta

_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Span:
    """The days of a figure, both included; without a first day from the beginning of the books.

    `with_closings` is false where what closed a year is left out: a closed year has earned something, though nothing stands on
    its accounts any more.
    """

    starts_on: date | None
    ends_on: date
    with_closings: bool = True

    @property
    def eve(self) -> date | None:
        """Return the day before the first, at whose end the opening balance stands; none without a first day."""
        return self.starts_on - _DAY if self.starts_on is not None and self.starts_on > date.min else None
