"""What is done with funds. Each needs the treasurer's power and leaves a row in the audit trail."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from flask_babel import gettext
from sqlalchemy import select
from sqlalchemy.orm import Session

from coop import audit, clock, cooperative
from coop.books import kept
from coop.books.funds.models import FundWords
from coop.books.operations import need_small
from coop.permissions import Actor, Power
from coop.texts import line, prose
from evidence.canonical import Canonical
from ledger import funds
from ledger.funds import errors as fund_errors
from ledger.funds import reports as fund_reports
from ledger.models import Account, Fund
from ledger.posting import Posted

LONGEST_PURPOSE = 4_000


@dataclass(frozen=True)
class FundText:
    """What is written about a fund."""

    name: str
    funder: str
    purpose: str = ""
    conditions: str = ""


@dataclass(frozen=True)
class NewFund:
    """A fund as the treasurer describes it."""

    code: str
    text: FundText
    account: str
    starts_on: date
    ends_on: date | None = None


def add(session: Session, actor: Actor, new: NewFund) -> UUID:
    """Add a fund and return its id.

    Raises:
        PowerMissing, TextMissing, TextTooLong, FundCodeMalformed, FundCodeTaken, FundDaysReversed, NoSuchAccount, FundAccountUnfit
    """
    power = actor.need(Power.TREASURER)
    _need_free(session, new.account)
    fund_id = funds.add(
        session,
        code=new.code,
        name=line(new.text.name, about="name"),
        account=new.account,
        starts_on=new.starts_on,
        ends_on=new.ends_on,
    )
    session.add(FundWords(fund_id=fund_id, **_words(new.text)))
    session.flush()
    audit.record(session, actor, "fund.added", subject=fund_id, power=power, facts={"code": new.code})
    return fund_id


def change(session: Session, actor: Actor, *, fund_id: UUID, text: FundText, ends_on: date | None) -> None:
    """Change what is written about a fund, and its last day.

    Raises:
        PowerMissing, UnknownFund, FundClosed, FundDaysReversed, TextMissing, TextTooLong
    """
    power = actor.need(Power.TREASURER)
    funds.change(session, fund_id, name=line(text.name, about="name"), ends_on=ends_on)
    found = session.get_one(FundWords, fund_id)
    for name, value in _words(text).items():
        setattr(found, name, value)
    session.flush()
    facts: dict[str, Canonical] = {"ends_on": ends_on}
    audit.record(session, actor, "fund.changed", subject=fund_id, power=power, facts=facts)


def receive(
    session: Session, actor: Actor, *, fund_id: UUID, amount_minor: int, booked_on: date, text: str, form_token: UUID
) -> UUID:
    """Post money that arrived for a fund and return the entry's id. A form sent twice is one entry.

    Raises:
        PowerMissing, UnknownFund, FundClosed, FundNotBegun, GrantAmountMissing, LedgerRefusal
        EntryNeedsTwo: it is more than one person records alone; an entry by hand that names the fund goes to a second one.
    """
    power = actor.need(Power.TREASURER)
    _need_free(session, account_of(session, fund_id))
    # Posted first and taken back, as for any entry by hand.
    with session.begin_nested():
        posted = funds.receive(
            session,
            fund_id,
            amount_minor=amount_minor,
            booked_on=booked_on,
            text=text,
            key=f"fund-receipt:{form_token}",
            now=clock.now(),
            recorded_by=actor.person_id,
        )
        need_small(session, [amount_minor])
    return _recorded(session, actor, "fund.received", power, fund_id, posted)


def release(session: Session, actor: Actor, *, fund_id: UUID, booked_on: date, form_token: UUID) -> UUID:
    """Make income of what was spent for a fund by a day, and return the entry's id. A form sent twice is one entry.

    Raises:
        PowerMissing, UnknownFund, FundClosed, FundNotBegun, NothingToRelease, LedgerRefusal
    """
    power = actor.need(Power.TREASURER)
    _need_free(session, account_of(session, fund_id))
    code = session.scalar(select(Fund.code).where(Fund.id == fund_id)) or ""
    posted = funds.release(
        session,
        fund_id,
        booked_on=booked_on,
        text=gettext("Spent for %(code)s", code=code),
        key=f"fund-release:{form_token}",
        now=clock.now(),
        recorded_by=actor.person_id,
    )
    return _recorded(session, actor, "fund.released", power, fund_id, posted)


def close(session: Session, actor: Actor, *, fund_id: UUID, closed_on: date) -> None:
    """Close a fund of which nothing is left.

    Raises:
        PowerMissing, UnknownFund, FundClosed, FundHoldsMoney, FundUsedLater
    """
    power = actor.need(Power.TREASURER)
    funds.close(session, fund_id, closed_on=closed_on)
    facts: dict[str, Canonical] = {"closed_on": closed_on}
    audit.record(session, actor, "fund.closed", subject=fund_id, power=power, facts=facts)


def not_released(session: Session, ends_on: date) -> list[str]:
    """Return the codes of the funds for which something was spent by a day that is not income yet."""
    founded_on = cooperative.current(session).founded_on
    return [one.code for one in fund_reports.reports(session, founded_on, ends_on) if one.releasable_minor]


def words_of(session: Session, fund_id: UUID) -> FundWords:
    """Return what is written about a fund.

    Raises:
        UnknownFund
    """
    found = session.get(FundWords, fund_id)
    if found is None:
        raise fund_errors.UnknownFund
    return found


def account_of(session: Session, fund_id: UUID) -> str:
    """Return the code of the account on which a fund stands.

    Raises:
        UnknownFund
    """
    code = session.scalar(select(Account.code).join(Fund, Fund.account_id == Account.id).where(Fund.id == fund_id))
    if code is None:
        raise fund_errors.UnknownFund
    return code


def _need_free(session: Session, account: str) -> None:
    """Refuse accounts that other rooms keep, whatever line of the statements they are said to be part of."""
    if account in kept.kept_by_shares(session) | kept.KEPT_FOR_MEMBERS | kept.RESERVES:
        raise fund_errors.FundAccountUnfit(account)


def _recorded(session: Session, actor: Actor, action: str, power: Power | None, fund_id: UUID, posted: Posted) -> UUID:
    if posted.is_new:
        audit.record(session, actor, action, subject=fund_id, power=power, facts={"entry": posted.entry_id})
    return posted.entry_id


def _words(text: FundText) -> dict[str, str]:
    return {
        "funder": line(text.funder, about="funder"),
        "purpose": prose(text.purpose, about="purpose", longest=LONGEST_PURPOSE) if text.purpose else "",
        "conditions": prose(text.conditions, about="conditions", longest=LONGEST_PURPOSE) if text.conditions else "",
    }
