"""What the treasurer has taught: lines with certain words are booked to a certain account.

Each is for the lines of one bank account. A rule only suggests; nothing is ever booked by one alone. Of several that fit a line the one with the longest words does.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from coop import audit, clock, cooperative, texts
from coop.books import kept
from coop.books.tax.operations import check_registered
from coop.payments.bank import errors
from coop.payments.bank.accounts import need_marked
from coop.payments.bank.models import BankRule
from coop.payments.bank.queries import LineRow
from coop.permissions import Actor, NotFound, Power
from evidence.identifiers import new_id
from ledger import chart
from ledger.chart import BANK
from ledger.errors import AccountIsHeading, AccountNotOpen, NoSuchAccount
from ledger.models import Account
from ledger.posting import Line
from ledger.tax.codes import rate_on

LEAST_WORDS = 3
LONGEST_WORDS = 100
LONGEST_TEXT = 200
MOST_RULES = 500


@dataclass(frozen=True)
class NewRule:
    """A rule as it is taught. For which bank account it is never changes."""

    words: str
    is_in: bool
    account: str
    text: str
    #: The tax code of the amount, which then contains tax.
    tax: str | None = None


@dataclass(frozen=True)
class RuleRow:
    """A rule, and the name of its account."""

    id: UUID
    #: The bank account for whose lines it is.
    bank_code: str
    words: str
    is_in: bool
    account_code: str
    account_name: str
    #: Whether the account needs to know whose line it is, which no rule can say.
    by_party: bool
    text: str
    #: Counts while the co-op is registered for tax.
    tax: str | None

    def fits(self, line: LineRow) -> bool:
        """Say whether the rule is for a line."""
        if self.bank_code != line.account_code:
            return False
        return self.is_in == (line.amount_minor > 0) and texts.fold(self.words) in texts.fold(line.words)


def add_rule(session: Session, actor: Actor, rule: NewRule, *, bank: str = BANK) -> UUID:
    """Teach a rule for the lines of a bank account and return its id.

    Raises:
        NotFound, BankAccountEnded
        PowerMissing, WordsTooShort, TooManyRules, TextMissing, TextTooLong, BankItself, NoSuchAccount, AccountIsHeading
        AccountNotOpen
        KeptElsewhere, KeptForMembers, ReserveKept: another room books to the account.
        NotTaxRegistered, NoSuchTaxCode
    """
    power = actor.need(Power.TREASURER)
    need_marked(session, bank)
    checked = _checked(session, bank, rule)
    if (session.scalar(select(func.count()).select_from(BankRule)) or 0) >= MOST_RULES:
        raise errors.TooManyRules(MOST_RULES)
    row = BankRule(
        id=new_id(),
        bank_code=bank,
        words=checked.words,
        is_in=checked.is_in,
        account_code=checked.account,
        text=checked.text,
        made_at=clock.now(),
        tax_code=checked.tax,
    )
    session.add(row)
    session.flush()
    audit.record(session, actor, "bank_rule.added", subject=row.id, power=power, facts={"account": checked.account})
    return row.id


def change_rule(session: Session, actor: Actor, *, rule_id: UUID, rule: NewRule) -> None:
    """Teach a rule otherwise.

    Raises:
        NotFound, and as for `add_rule`
    """
    power = actor.need(Power.TREASURER)
    row = _hold(session, rule_id)
    checked = _checked(session, row.bank_code, rule)
    row.words, row.is_in, row.account_code, row.text = checked.words, checked.is_in, checked.account, checked.text
    row.tax_code = checked.tax
    session.flush()
    audit.record(session, actor, "bank_rule.changed", subject=rule_id, power=power, facts={"account": checked.account})


def delete_rule(session: Session, actor: Actor, *, rule_id: UUID) -> None:
    """Forget a rule. What was booked by it stays.

    Raises:
        NotFound, PowerMissing
    """
    power = actor.need(Power.TREASURER)
    session.delete(_hold(session, rule_id))
    session.flush()
    audit.record(session, actor, "bank_rule.deleted", subject=rule_id, power=power)


def rules(session: Session, bank: str) -> list[RuleRow]:
    """Return the rules for the lines of a bank account in the order of their words."""
    query = _rules().where(BankRule.bank_code == bank).order_by(BankRule.words, BankRule.id)
    return [RuleRow(*row) for row in session.execute(query)]


def _rules() -> Select[*tuple[Any, ...]]:
    return select(
        *(
            BankRule.id,
            BankRule.bank_code,
            BankRule.words,
            BankRule.is_in,
            BankRule.account_code,
            Account.name,
            Account.by_party,
        ),
        *(BankRule.text, BankRule.tax_code),
    ).join(Account, Account.code == BankRule.account_code)


def rule(session: Session, rule_id: UUID) -> RuleRow:
    """Return a rule.

    Raises:
        NotFound
    """
    row = session.execute(_rules().where(BankRule.id == rule_id)).first()
    if row is None:
        raise NotFound
    return RuleRow(*row)


def rule_for(known: Sequence[RuleRow], line: LineRow) -> RuleRow | None:
    """Return the rule that says most about a line."""
    fitting = [one for one in known if one.fits(line)]
    return max(fitting, key=lambda one: (len(texts.fold(one.words)), one.id), default=None)


def bookable_accounts(session: Session, bank: str) -> list[Account]:
    """Return the accounts that can say what a movement of a bank account was for: another one, where it was a transfer."""
    left_out = {bank, *kept.accounts_for_bank_lines(session)}
    return [
        one
        for one in chart.accounts(session)
        if one.closed_on is None and not one.is_heading and one.code not in left_out
    ]


def _hold(session: Session, rule_id: UUID) -> BankRule:
    row = session.get(BankRule, rule_id, with_for_update=True)
    if row is None:
        raise NotFound
    return row


def _checked(session: Session, bank: str, rule: NewRule) -> NewRule:
    words = texts.line(rule.words, about="words", longest=LONGEST_WORDS)
    if len(texts.fold(words).replace(" ", "")) < LEAST_WORDS:
        raise errors.WordsTooShort(LEAST_WORDS)
    text = texts.line(rule.text, about="text", longest=LONGEST_TEXT)
    _check_account(session, bank, rule)
    if rule.tax is not None:
        check_registered(session)
        rate_on(session, rule.tax, cooperative.today(session))
    return NewRule(words, rule.is_in, rule.account, text, rule.tax)


def _check_account(session: Session, bank: str, rule: NewRule) -> None:
    """Refuse an account that the books would refuse when the rule is followed."""
    if rule.account == bank:
        raise errors.BankItself(bank)
    kept.check_lines(session, [Line(rule.account, -1 if rule.is_in else 1)])
    account = session.scalar(select(Account).where(Account.code == rule.account))
    if account is None:
        raise NoSuchAccount(rule.account)
    if account.is_heading:
        raise AccountIsHeading(rule.account)
    today = cooperative.today(session)
    if account.closed_on is not None and account.closed_on <= today:
        raise AccountNotOpen(rule.account, today)
