"""What is done to the chart of accounts by hand: opening, editing and closing accounts, and taking a chart from a file.

Each checks the treasurer's power and leaves a row in the audit trail for each account that it touched.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from uuid import UUID

from sqlalchemy.orm import Session

from coop import audit, cooperative
from coop.membership.classes import capital_accounts
from coop.payments.bank.accounts import need_fit
from coop.permissions import Actor, Power
from ledger.chart import changes as chart_changes
from ledger.chart import file as chart_file
from ledger.chart.changes import Particulars
from ledger.chart.file import Change
from ledger.models import AccountKind

_ACTIONS = {"added": "account.opened", "changed": "account.changed", "closed": "account.closed"}


class _OnlyTried(Exception):
    """Takes back what was done for a look at it."""


@dataclass(frozen=True)
class NewAccount:
    """An account or a heading as the treasurer adds it."""

    code: str
    kind: AccountKind
    opened_on: date
    particulars: Particulars
    is_heading: bool = False
    is_contra: bool = False


def open_account(session: Session, actor: Actor, account: NewAccount) -> UUID:
    """Add an account or a heading to the chart and return its id.

    Raises:
        PowerMissing, AccountCodeMalformed, HeadingCodeMalformed, AccountCodeTaken
        LedgerRefusal: what it cannot be, as for `ledger.chart.changes.edit_account`.
    """
    power = actor.need(Power.TREASURER)
    account_id = chart_changes.open_account(
        session,
        code=account.code,
        kind=account.kind,
        opened_on=account.opened_on,
        is_heading=account.is_heading,
        is_contra=account.is_contra,
        **asdict(account.particulars),
    )
    audit.record(session, actor, "account.opened", subject=account_id, power=power, facts={"code": account.code})
    return account_id


def edit_account(session: Session, actor: Actor, *, code: str, particulars: Particulars) -> UUID:
    """Change what can change about an account or a heading, and return its id.

    Raises:
        PowerMissing, BankAccountInUse
        LedgerRefusal: what it cannot be, as for `ledger.chart.changes.edit_account`.
    """
    power = actor.need(Power.TREASURER)
    edited = chart_changes.edit_account(session, code, particulars, needed=_needed(session))
    need_fit(session)
    if edited.changed:
        facts = {"code": code, "changed": " ".join(edited.changed)}
        audit.record(session, actor, "account.changed", subject=edited.id, power=power, facts=facts)
    return edited.id


def close_account(session: Session, actor: Actor, *, code: str, closed_on: date) -> UUID:
    """Close an account or a heading from a day on and return its id.

    Raises:
        PowerMissing, NoSuchAccount, AccountNotOpen, AccountNeeded, AccountHoldsMoney, AccountUsedLater, HeadingInUse
        BankAccountInUse
    """
    power = actor.need(Power.TREASURER)
    account_id = chart_changes.close_account(session, code, closed_on=closed_on, needed=_needed(session))
    need_fit(session)
    audit.record(
        session, actor, "account.closed", subject=account_id, power=power, facts={"code": code, "closed_on": closed_on}
    )
    return account_id


def take_chart(session: Session, actor: Actor, text: str) -> Sequence[Change]:
    """Add and change the accounts that a file names, all or none, and return what was done.

    Raises:
        PowerMissing, FileRefused, FileEmpty, ColumnMissing, ColumnTwice, ColumnUnknown, ChartTooLong
        BankAccountInUse
    """
    power = actor.need(Power.TREASURER)
    changes = _take(session, text)
    for change in changes:
        facts = {"code": change.code} | ({"changed": " ".join(change.columns)} if change.columns else {})
        audit.record(session, actor, _ACTIONS[change.did], subject=change.account_id, power=power, facts=facts)
    return changes


def try_chart(session: Session, actor: Actor, text: str) -> Sequence[Change]:
    """Return what a file would do to the chart, without doing it: it is done, and taken back.

    Raises:
        PowerMissing, FileRefused, FileEmpty, ColumnMissing, ColumnTwice, ColumnUnknown, ChartTooLong
        BankAccountInUse
    """
    actor.need(Power.TREASURER)
    try:
        with session.begin_nested():
            changes = _take(session, text)
            raise _OnlyTried
    except _OnlyTried:
        return changes


def _take(session: Session, text: str) -> Sequence[Change]:
    changes = chart_file.take_chart(session, text, opened_on=cooperative.today(session), needed=_needed(session))
    need_fit(session)
    return changes


def _needed(session: Session) -> frozenset[str]:
    """Return the accounts that shares are issued to, which none of the rooms' constants names.

    Whoever makes a bank account of one of the chart at the same time waits, or is waited for.
    """
    cooperative.current(session, lock=True)
    return capital_accounts(session, hold=True)
