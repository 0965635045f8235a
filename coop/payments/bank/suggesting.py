"""What lines of the statement may be, told for many at a time: a request that they name, an entry of their amount, or a rule.

Only suggestions. Each request and each entry is suggested to one line; a reference decides before a date, and the nearest date before
a later one. What is confirmed is exactly what was shown, all of it or nothing.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from sqlalchemy.orm import Session

from coop import cooperative
from coop.payments.bank import errors
from coop.payments.bank.booking_rules import RuleRow, rule, rule_for, rules
from coop.payments.bank.matching import Reason, classify, match, need_two, receive
from coop.payments.bank.queries import EntryRow, LineFilter, LineRow, all_lines, entry_row, line, waiting_entries
from coop.payments.queries import RequestRow, named_in
from coop.permissions import Actor, NotFound, Power
from ledger.models import Entry
from ledger.years import periods

#: How many lines are looked at, and so shown and confirmed, at a time.
MOST_SUGGESTED = 100
#: How many entries are compared with them.
MOST_COMPARED = 2000
#: Without a reference, an entry of the amount is suggested within so many days.
DAYS_APART = 14
LEAST_REFERENCE = 4


class Way(StrEnum):
    """What a line is suggested to be."""

    REQUEST = "request"
    ENTRY = "entry"
    RULE = "rule"


@dataclass(frozen=True)
class Choice:
    """A suggestion as it is confirmed."""

    line_id: UUID
    way: Way
    chosen_id: UUID


@dataclass(frozen=True)
class Suggestion:
    """What a line may be, and why: a reference that both have, or else the amount and the days between, or a rule."""

    line: LineRow
    choice: Choice
    request: RequestRow | None = None
    entry: EntryRow | None = None
    rule: RuleRow | None = None
    by_reference: bool = False


def suggestions(session: Session, account: str) -> list[Suggestion]:
    """Return what the oldest lines of a bank account without an entry may be, in their order."""
    return suggested(session, account, all_lines(session, LineFilter(account), most=MOST_SUGGESTED))


def suggested(session: Session, account: str, lines: Sequence[LineRow]) -> list[Suggestion]:
    """Return what some lines of a bank account without an entry may be, in their order."""
    found = _by_request(session, lines)
    rest = [one for one in lines if one.id not in found]
    found |= _by_entry(session, account, rest)
    known = rules(session, account)
    by_two = need_two(session, rest)
    for one in (one for one in _bookable(session, rest) if one.id not in by_two):
        rule = None if one.id in found else rule_for(known, one)
        # Whose line it is, a rule cannot say: it only fills the form in.
        if rule is not None and not rule.by_party:
            found[one.id] = Suggestion(one, Choice(one.id, Way.RULE, rule.id), rule=rule)
    return [found[one.id] for one in lines if one.id in found]


def confirm(session: Session, actor: Actor, choices: Sequence[Choice]) -> int:
    """Do what was suggested, all of it or nothing, and return how many lines that were.

    Raises:
        PowerMissing, SuggestionGone, LedgerRefusal, and what `match`, `receive` and `classify` refuse
    """
    actor.need(Power.TREASURER)
    if len(choices) > MOST_SUGGESTED:
        raise errors.TooManyTicked(MOST_SUGGESTED)
    # In the order of the lines, so that two who confirm the same wait for each other. What stands comes first: by a rule no transfer is
    # booked a second time.
    for choice in sorted(set(choices), key=lambda one: (one.way is Way.RULE, one.line_id)):
        try:
            _do(session, actor, choice)
        except NotFound:
            raise errors.SuggestionGone from None
    return len(set(choices))


def _do(session: Session, actor: Actor, choice: Choice) -> None:
    if choice.way is Way.REQUEST:
        receive(session, actor, line_id=choice.line_id, request_id=choice.chosen_id)
    elif choice.way is Way.ENTRY:
        match(session, actor, line_id=choice.line_id, entry_id=choice.chosen_id)
    else:
        chosen, row = rule(session, choice.chosen_id), line(session, choice.line_id)
        if not chosen.fits(row):
            raise errors.SuggestionGone
        tax = chosen.tax if cooperative.current(session).is_tax_registered else None
        reason = Reason(row.booked_on, chosen.account_code, chosen.text, tax=tax)
        classify(session, actor, line_id=choice.line_id, reason=reason)


def _by_request(session: Session, lines: Sequence[LineRow]) -> dict[UUID, Suggestion]:
    """Return the lines that name a request and do not pay more than is left of it."""
    named = named_in(session, {one.id: one.words for one in _bookable(session, lines) if one.amount_minor > 0})
    left: dict[UUID, int] = {}
    found = {}
    for one in lines:
        asked = named.get(one.id, [])
        # A text that names two is for the treasurer to read.
        if len(asked) == 1:
            request = asked[0]
            outstanding_minor = left.get(request.id, request.outstanding_minor)
            if one.amount_minor <= outstanding_minor:
                left[request.id] = outstanding_minor - one.amount_minor
                choice = Choice(one.id, Way.REQUEST, request.id)
                found[one.id] = Suggestion(one, choice, request=request, by_reference=True)
    return found


def _by_entry(session: Session, account: str, lines: Sequence[LineRow]) -> dict[UUID, Suggestion]:
    """Return the lines that are of the amount of an entry: the closest pairs first, each entry once."""
    by_amount: dict[int, list[EntryRow]] = defaultdict(list)
    query = waiting_entries(account)
    query = query.where(query.selected_columns.amount_minor.in_({one.amount_minor for one in lines}))
    for row in session.execute(query.order_by(Entry.booked_on.desc(), Entry.id).limit(MOST_COMPARED)):
        entry = entry_row(row)
        by_amount[entry.amount_minor].append(entry)
    pairs = []
    for one in lines:
        bare = _bare(one.words)
        for entry in by_amount[one.amount_minor]:
            reference, days = _bare(entry.reference or ""), abs((entry.booked_on - one.booked_on).days)
            names = len(reference) >= LEAST_REFERENCE and reference in bare
            if names or days <= DAYS_APART:
                pairs.append((not names, days, one.booked_on, one.id, entry.id, one, entry))
    found: dict[UUID, Suggestion] = {}
    taken: set[UUID] = set()
    for *order, one, entry in sorted(pairs, key=lambda pair: pair[:5]):
        if one.id not in found and entry.id not in taken:
            taken.add(entry.id)
            choice = Choice(one.id, Way.ENTRY, entry.id)
            found[one.id] = Suggestion(one, choice, entry=entry, by_reference=not order[0])
    return found


def _bookable(session: Session, lines: Sequence[LineRow]) -> list[LineRow]:
    """Return the lines on whose own day something can still be booked."""
    locked_to: date | None = periods.locked_to(session)
    return [one for one in lines if locked_to is None or one.booked_on > locked_to]


def _bare(text: str) -> str:
    return "".join(c for c in text.upper() if c.isalnum())
