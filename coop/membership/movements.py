"""How the register of members moved over a stretch of time, by class, for reports."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from coop.membership.models import Member, MemberClass


@dataclass(frozen=True)
class ClassMovement:
    """The members of a class: before the first day, admitted within, left within, and at the end of the last day."""

    name: str
    opening: int
    admitted: int
    left: int

    @property
    def closing(self) -> int:
        """Return the members at the end of the last day."""
        return self.opening + self.admitted - self.left


def movements(session: Session, starts_on: date, ends_on: date) -> list[ClassMovement]:
    """Return how each class moved between two days, both included.

    The register knows of no exit yet: whoever was entered stays, so nobody has left.
    """
    opening = func.count(Member.id).filter(Member.joined_on < starts_on)
    admitted = func.count(Member.id).filter(Member.joined_on.between(starts_on, ends_on))
    rows = session.execute(
        select(MemberClass.name, opening, admitted)
        .outerjoin(Member, Member.class_id == MemberClass.id)
        .group_by(MemberClass.id, MemberClass.code, MemberClass.name)
        .order_by(MemberClass.code)
    )
    return [ClassMovement(name, before, within, 0) for name, before, within in rows]
