"""Tax codes and their rates: a new rate is a new version of a code from a day on, and the earlier one ends the day before.

What was booked keeps the rate of its day, because a posting names the version. A code has no gap between its versions.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from evidence.identifiers import new_id
from ledger.errors import NoSuchTaxCode
from ledger.models import Entry, Posting, TaxCode, TaxUse
from ledger.tax import errors
from ledger.tax.arithmetic import WHOLE_BP
from ledger.tax.boxes import NEW_ZEALAND

#: From when the installed codes count: New Zealand's rate of 15 % began on this day.
NEW_ZEALAND_FROM = date(2010, 10, 1)
CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]{0,19}")
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class NewCode:
    """A tax code as it is asked for, with its first rate."""

    code: str
    name: str
    use: TaxUse
    rate_bp: int
    valid_from: date
    box_gross: str | None = None
    box_tax: str | None = None


@dataclass(frozen=True)
class Version:
    """A rate of a code with its days; no last day where it is in force until further notice."""

    rate_bp: int
    valid_from: date
    valid_to: date | None


@dataclass(frozen=True)
class CodeInForce:
    """A tax code with all its rates, the latest first."""

    code: str
    name: str
    use: TaxUse
    box_gross: str | None
    box_tax: str | None
    versions: tuple[Version, ...]

    @property
    def is_tax_alone(self) -> bool:
        """Say whether it adjusts the tax and stands for no supply."""
        return self.box_gross is None and self.box_tax is not None

    def rate_on(self, day: date) -> int | None:
        """Return the rate of a day, if there is one."""
        return next(
            (
                one.rate_bp
                for one in self.versions
                if one.valid_from <= day and (one.valid_to is None or day <= one.valid_to)
            ),
            None,
        )


def add_code(session: Session, new: NewCode) -> UUID:
    """Add a tax code with its first rate and return the id of this version.

    Raises:
        TaxCodeMalformed, TaxCodeTaken, RateOutOfRange, BoxesEqual
    """
    if not CODE.fullmatch(new.code):
        raise errors.TaxCodeMalformed
    _check_rate(new.rate_bp)
    if new.box_gross is not None and new.box_gross == new.box_tax:
        raise errors.BoxesEqual
    if session.scalar(select(TaxCode.id).where(TaxCode.code == new.code).limit(1)) is not None:
        raise errors.TaxCodeTaken(new.code)
    row = TaxCode(
        id=new_id(),
        code=new.code,
        name=new.name,
        use=new.use,
        rate_bp=new.rate_bp,
        valid_from=new.valid_from,
        box_gross=new.box_gross,
        box_tax=new.box_tax,
    )
    session.add(row)
    session.flush()
    return row.id


def add_rate(session: Session, code: str, *, rate_bp: int, valid_from: date) -> UUID:
    """Let a code have another rate from a day on, end the earlier one the day before, and return the new version's id.

    Raises:
        UnknownTaxCode, RateOutOfRange, RateBeforeLast, RateUsedLater
    """
    _check_rate(rate_bp)
    # Posting reads the version FOR SHARE, so nothing is booked under it between what is looked at here and its end.
    last = session.scalar(
        select(TaxCode)
        .where(TaxCode.code == code)
        .order_by(TaxCode.valid_from.desc())
        .limit(1)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if last is None:
        raise errors.UnknownTaxCode(code)
    if valid_from <= last.valid_from:
        raise errors.RateBeforeLast(last.valid_from)
    used_on = session.scalar(
        select(func.max(Entry.booked_on))
        .join(Posting, Posting.entry_id == Entry.id)
        .where(Posting.tax_code_id == last.id)
    )
    if used_on is not None and used_on >= valid_from:
        raise errors.RateUsedLater(code, used_on)
    last.valid_to = valid_from - _DAY
    row = TaxCode(
        id=new_id(),
        code=code,
        name=last.name,
        use=last.use,
        rate_bp=rate_bp,
        valid_from=valid_from,
        box_gross=last.box_gross,
        box_tax=last.box_tax,
    )
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError as error:
        # Somebody else gave it a rate from the same day after we looked.
        raise errors.RateBeforeLast(valid_from) from error
    return row.id


def install_new_zealand(session: Session, translate: Callable[[str], str] = str) -> list[str]:
    """Add those codes of New Zealand's set that are missing, and return which.

    `translate` puts the names into the language of the co-operative: the engine knows no gettext.
    """
    there = set(session.scalars(select(TaxCode.code)))
    missing = [code for code in NEW_ZEALAND if code.code not in there]
    for one in missing:
        new = NewCode(
            code=one.code,
            name=translate(one.name),
            use=one.use,
            rate_bp=one.rate_bp,
            valid_from=NEW_ZEALAND_FROM,
            box_gross=one.box_gross,
            box_tax=one.box_tax,
        )
        add_code(session, new)
    return [one.code for one in missing]


def tax_codes(session: Session, *, on: date | None = None) -> list[CodeInForce]:
    """Return the tax codes in the order of their names; with `on`, those that have a rate on that day."""
    rows = session.scalars(select(TaxCode).order_by(TaxCode.code, TaxCode.valid_from.desc()))
    found = []
    for code, versions in groupby(rows, key=lambda row: row.code):
        newest, *older = versions
        all_rates = tuple(Version(row.rate_bp, row.valid_from, row.valid_to) for row in (newest, *older))
        found.append(CodeInForce(code, newest.name, newest.use, newest.box_gross, newest.box_tax, all_rates))
    return [one for one in found if on is None or one.rate_on(on) is not None]


def codes_of_sales(session: Session, on: date) -> list[CodeInForce]:
    """Return the codes that something can be sold under on a day; one that adjusts the tax alone stands for no supply."""
    return [one for one in tax_codes(session, on=on) if one.use is TaxUse.SALE and not one.is_tax_alone]


def version_on(session: Session, code: str, day: date) -> TaxCode:
    """Return the version of a code that counts on a day.

    Raises:
        NoSuchTaxCode: there is none with this name that has a rate on the day.
    """
    version = session.scalar(
        select(TaxCode).where(
            TaxCode.code == code,
            TaxCode.valid_from <= day,
            TaxCode.valid_to.is_(None) | (TaxCode.valid_to >= day),
        )
    )
    if version is None:
        raise NoSuchTaxCode(code, day)
    return version


def rate_on(session: Session, code: str, day: date) -> int:
    """Return the rate of a code on a day.

    Raises:
        NoSuchTaxCode: there is none with this name that has a rate on the day.
    """
    return version_on(session, code, day).rate_bp


def _check_rate(rate_bp: int) -> None:
    if not 0 <= rate_bp <= WHOLE_BP:
        raise errors.RateOutOfRange
