"""Acts of two people about entries by hand: what moves much at once is recorded, or reversed, when somebody of the board approves it.

The limit is a figure of the by-laws. What other rooms book follows from what happened there, and has no limit.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from flask_babel import gettext
from sqlalchemy.orm import Session

from coop import cooperative
from coop.approvals import queries as approvals
from coop.approvals.kinds import ActKind, Outcome, TwoPeople
from coop.books import operations
from coop.books.operations import NewEntry
from coop.books.queries import party_names
from coop.formats import format_day, format_money
from coop.outbox import Page
from coop.permissions import Actor, Power
from evidence.canonical import Canonical
from evidence.messages import N_
from ledger import chart, journal
from ledger.drafts import Line

ENTRY_RECORD = "entry.record"
ENTRY_REVERSE = "entry.reverse"
_FIELDS = ("account", "amount_minor", "party_ref", "cost_centre", "fund", "tax")


def recording_of(entry: NewEntry) -> dict[str, Canonical]:
    """Return the arguments of the act that records an entry; its text goes with the act's words."""
    return {
        "booked_on": entry.booked_on,
        "lines": [{name: getattr(line, name) for name in _FIELDS} for line in entry.lines],
        "token": str(entry.form_token),
        "reference": entry.reference,
    }


def reversal_of(entry_id: UUID, booked_on: date) -> dict[str, Canonical]:
    """Return the arguments of the act that reverses an entry; the reason goes with the act's words."""
    return {"entry": str(entry_id), "booked_on": booked_on}


def _entry(arguments: Mapping[str, Any], text: str) -> NewEntry:
    return NewEntry(
        booked_on=date.fromisoformat(arguments["booked_on"]),
        text=text,
        lines=_lines(arguments),
        form_token=UUID(arguments["token"]),
        reference=arguments["reference"],
    )


def _lines(arguments: Mapping[str, Any]) -> list[Line]:
    return [
        Line(**{**line, "party_ref": UUID(line["party_ref"]) if line["party_ref"] else None})
        for line in arguments["lines"]
    ]


def _record(session: Session, actor: Actor, arguments: Mapping[str, Any], two: TwoPeople) -> Outcome:
    entry = _entry(arguments, approvals.words(session, two.act_id))
    entry_id = operations.record_large_entry(session, actor, entry, two=two)
    return Outcome(entry_id, Page("books.entry", {"entry_id": entry_id}))


def _reverse(session: Session, actor: Actor, arguments: Mapping[str, Any], two: TwoPeople) -> Outcome:
    reversal_id = operations.reverse_large_entry(
        session,
        actor,
        entry_id=UUID(arguments["entry"]),
        booked_on=date.fromisoformat(arguments["booked_on"]),
        reason=approvals.words(session, two.act_id),
        two=two,
    )
    return Outcome(reversal_id, Page("books.entry", {"entry_id": reversal_id}))


def _describe_recording(session: Session, arguments: Mapping[str, Any]) -> list[tuple[str, str]]:
    pairs = [(gettext("Date"), format_day(date.fromisoformat(arguments["booked_on"])))]
    if arguments["reference"]:
        pairs.append((gettext("Reference"), arguments["reference"]))
    return pairs + _described(session, _lines(arguments))


def _describe_reversal(session: Session, arguments: Mapping[str, Any]) -> list[tuple[str, str]]:
    found = journal.posted_entry(session, UUID(arguments["entry"]))
    lines = [Line(line.code, -line.amount_minor, line.party_ref) for line in found.lines]
    return [
        (gettext("Entry of"), format_day(found.booked_on)),
        (gettext("Text"), found.text or gettext("(text erased)")),
        (gettext("Reversed on"), format_day(date.fromisoformat(arguments["booked_on"]))),
        *_described(session, lines),
    ]


def _described(session: Session, lines: Sequence[Line]) -> list[tuple[str, str]]:
    """Say for each line its account, whom it is about, its side, and what it counts for."""
    currency = cooperative.current(session).currency
    names = {account.code: account.name for account in chart.accounts(session)}
    parties = party_names(session, (line.party_ref for line in lines))
    pairs = []
    for line in lines:
        amount = format_money(abs(line.amount_minor), currency)
        debit, credit = gettext("debit %(amount)s", amount=amount), gettext("credit %(amount)s", amount=amount)
        party = parties.get(line.party_ref, "") if line.party_ref else ""
        tags = [tag for tag in (line.cost_centre, line.fund, line.tax) if tag]
        said = [part for part in (debit if line.amount_minor > 0 else credit, party, *tags) if part]
        pairs.append((f"{line.account} {names.get(line.account, '')}".strip(), ", ".join(said)))
    return pairs


ACTS = (
    ActKind(
        code=ENTRY_RECORD,
        label=N_("Record a large entry"),
        prepared_by=(Power.TREASURER,),
        approved_by=(Power.BOARD,),
        run=_record,
        describe=_describe_recording,
    ),
    ActKind(
        code=ENTRY_REVERSE,
        label=N_("Reverse a large entry"),
        prepared_by=(Power.TREASURER,),
        approved_by=(Power.BOARD,),
        run=_reverse,
        describe=_describe_reversal,
    ),
)
