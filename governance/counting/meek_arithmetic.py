"""The two ways of Meek STV with numbers: exact fractions, and nine decimal places.

Each says how a vote is kept and passed on, what the quota is, when surpluses are as good as none, and how a keep factor is made
smaller. It knows no candidates and no stages.
"""

from abc import ABC, abstractmethod
from fractions import Fraction
from math import ceil

from governance.counting.result import Amount

#: Decimals of a keep factor whose exact fraction has grown longer; each step doubles its length, and more.
KEEP_PLACES = 1000
_TEN_TO_KEEP_PLACES = 10**KEEP_PLACES


class Arithmetic(ABC):
    """What differs between the variants. All amounts are of one kind: fractions of a vote, or whole units."""

    rule: str
    words: str
    #: As many decimals are written.
    places: int
    #: One whole vote.
    vote: Amount
    #: Whether candidates who can no longer be elected are excluded together.
    excludes_together: bool

    @abstractmethod
    def kept(self, weight: Amount, keep: Amount) -> Amount:
        """Return what a candidate keeps of a paper that arrives with this weight."""

    @abstractmethod
    def quota(self, votes: Amount, seats: int) -> Amount:
        """Return the quota when so many votes are still with candidates."""

    @abstractmethod
    def reaches(self, votes: Amount, quota: Amount) -> bool:
        """Return whether a candidate with these votes is elected."""

    @abstractmethod
    def as_good_as_none(self, surplus: Amount) -> bool:
        """Return whether sharing out again would no longer change anything that matters."""

    @abstractmethod
    def smaller(self, keep: Amount, quota: Amount, votes: Amount) -> Amount:
        """Return the next keep factor of an elected candidate."""

    @abstractmethod
    def units(self, amount: Amount) -> Amount:
        """Return an amount in the units in which results are written."""


class Exact(Arithmetic):
    """No vote is rounded: a quota is an exact share, and only more than it elects."""

    rule = "Meek Parametric (omega = 1/10^10)"
    words = "rational arithmetic"
    places = 12
    vote = Fraction(1)
    excludes_together = True
    _OMEGA = Fraction(1, 10**10)
    _UNITS = 10**12

    def kept(self, weight: Amount, keep: Amount) -> Amount:
        return weight * keep

    def quota(self, votes: Amount, seats: int) -> Amount:
        return Fraction(votes) / (seats + 1)

    def reaches(self, votes: Amount, quota: Amount) -> bool:
        return votes > quota

    def as_good_as_none(self, surplus: Amount) -> bool:
        return surplus <= self._OMEGA

    def smaller(self, keep: Amount, quota: Amount, votes: Amount) -> Amount:
        """Return the next keep factor: exact, or where that is too long rounded up to KEEP_PLACES.

        A keep factor is an approximation in any case; votes are exact for whatever it is.
        """
        smaller = Fraction(keep) * quota / votes
        if smaller.denominator > _TEN_TO_KEEP_PLACES:
            smaller = Fraction(ceil(smaller * _TEN_TO_KEEP_PLACES), _TEN_TO_KEEP_PLACES)
        return smaller

    def units(self, amount: Amount) -> Amount:
        return amount * self._UNITS


class Nine(Arithmetic):
    """Whole units of a thousand-millionth of a vote; what is kept is rounded up, as the reference rule says."""

    rule = "PR Foundation Meek Reference"
    words = "fixed-point decimal arithmetic (9 places)"
    places = 9
    vote = 10**9
    excludes_together = False
    _OMEGA = 10**3

    def kept(self, weight: Amount, keep: Amount) -> Amount:
        return -(-weight * keep // self.vote)

    def quota(self, votes: Amount, seats: int) -> Amount:
        return votes // (seats + 1) + 1

    def reaches(self, votes: Amount, quota: Amount) -> bool:
        return votes >= quota

    def as_good_as_none(self, surplus: Amount) -> bool:
        return surplus < self._OMEGA

    def smaller(self, keep: Amount, quota: Amount, votes: Amount) -> Amount:
        return -(self.kept(keep, quota) * -self.vote // votes)

    def units(self, amount: Amount) -> Amount:
        return amount
