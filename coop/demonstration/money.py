"""The demonstration's money: grants, donations and costs as the treasurer enters them, and the bank statement they go through."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from coop import clock, cooperative
from coop.approvals import operations as approvals
from coop.books.entry_acts import ENTRY_RECORD, recording_of
from coop.books.funds import operations as funds
from coop.books.funds.operations import FundText, NewFund
from coop.books.operations import NewEntry, largest_alone, record_entry
from coop.demonstration import receipts, roles
from coop.demonstration.stage import Stage
from coop.demonstration.two import approve_act
from coop.payments.bank import lines as bank_lines
from coop.payments.bank import matching as bank_matching
from coop.payments.bank.queries import entries_without_line, entry_row
from coop.payments.bank.statements import NewLine
from ledger import chart
from ledger.models import Entry
from ledger.posting import Line

#: A grant for the coordinator's wages. What is not spent of it in the first year is there for the second.
_GRANT = NewFund(
    code="rakau",
    text=FundText(
        name="Coordinator of the community",
        funder="Rākau Trust",
        purpose="Wages of the coordinator in the first two years.",
        conditions="A report each June. What is not spent after two years goes back.",
    ),
    account=chart.GRANTS_UNSPENT,
    starts_on=date.min,
)
_GRANTED_MINOR = 2_400_000
#: On the bank account: days after the founding, text, debit, credit, amount in minor units.
_ON_THE_BANK = (
    (28, "Web hosting, first year", chart.HOSTING, chart.BANK, 48_000),
    (50, "Insurance of the board", chart.INSURANCE, chart.BANK, 61_250),
    (112, "Venue and travel of the first cohort", chart.VENUE_AND_TRAVEL, chart.BANK, 214_380),
    (138, "Wages of the coordinator, first half", chart.WAGES, chart.BANK, 1_080_000),
    (219, "Accountant: set-up of the books", chart.ACCOUNTING_AND_LEGAL, chart.BANK, 92_000),
    (312, "Wages of the coordinator, second half", chart.WAGES, chart.BANK, 1_080_000),
    (330, "Venue of the second cohort, first half", chart.VENUE_AND_TRAVEL, chart.BANK, 118_600),
    (348, "Donation at the autumn gathering", chart.BANK, chart.DONATIONS, 18_540),
    (385, "Web hosting, second year", chart.HOSTING, chart.BANK, 52_800),
    (398, "Venue of the second cohort, second half", chart.VENUE_AND_TRAVEL, chart.BANK, 123_305),
    (410, "Insurance of the board, second year", chart.INSURANCE, chart.BANK, 63_900),
    (440, "Wages of the coordinator, first quarter", chart.WAGES, chart.BANK, 560_000),
    (470, "Accountant: the first year's accounts", chart.ACCOUNTING_AND_LEGAL, chart.BANK, 74_500),
)


def book(stage: Stage) -> None:
    """Enter what happened on the bank account, each entry on its day."""
    for days, text, debit, credit, amount_minor in _ON_THE_BANK:
        fund = _GRANT.code if debit == chart.WAGES else None
        lines = [Line(debit, amount_minor, fund=fund), Line(credit, -amount_minor)]
        stage.at(stage.calendar.since_founding(days, hour=15), partial(enter, stage, text, lines))
    stage.at(stage.calendar.since_founding(18), partial(_begin_fund, stage), partial(_use_fund, stage))


def _begin_fund(stage: Stage, session: Session) -> UUID:
    new = replace(_GRANT, starts_on=cooperative.today(session))
    return funds.add(session, stage.role(session, roles.TREASURER), new)


def _use_fund(stage: Stage, fund_id: UUID) -> None:
    """Receive the grant, and make income of what was spent: at the end of the year, and in the second year."""

    def release(session: Session) -> UUID:
        treasurer, today = stage.role(session, roles.TREASURER), cooperative.today(session)
        return funds.release(session, treasurer, fund_id=fund_id, booked_on=today, form_token=uuid4())

    grant = [Line(chart.BANK, _GRANTED_MINOR), Line(_GRANT.account, -_GRANTED_MINOR, fund=_GRANT.code)]
    stage.at(stage.calendar.since_founding(20, hour=15), partial(enter, stage, "Grant of the Rākau Trust", grant))
    stage.at(stage.calendar.since_year_end(0, 17), release)
    stage.at(stage.calendar.since_founding(441), release)


def reconcile(stage: Stage) -> None:
    """Let the treasurer go through the bank statement: before the year is closed, and again of late. One line is left."""
    stage.at(stage.calendar.since_year_end(12, 9), partial(_match_all, stage))
    stage.at(stage.ago(days=4), partial(_match_all, stage))
    stage.at(stage.ago(days=1, hours=2), partial(_leave_one, stage))


def _match_all(stage: Stage, session: Session) -> None:
    treasurer = stage.role(session, roles.TREASURER)
    rows = [
        entry_row(row) for row in session.execute(entries_without_line(chart.BANK).order_by(Entry.booked_on, Entry.id))
    ]
    for row in rows:
        line = NewLine(row.booked_on, row.amount_minor, row.text or row.kind)
        line_id = bank_lines.enter_line(session, treasurer, line)
        bank_matching.match(session, treasurer, line_id=line_id, entry_id=row.id)


def _leave_one(stage: Stage, session: Session) -> UUID:
    line = NewLine(cooperative.today(session), 12_000, "A/P DEPOSIT T MARINO REF WETLAND")
    return bank_lines.enter_line(session, stage.role(session, roles.TREASURER), line)


def enter(stage: Stage, text: str, lines: Sequence[Line], session: Session) -> None:
    """Let the treasurer enter something in the journal; what moves much at once is approved by the chair the next day."""
    treasurer = stage.role(session, roles.TREASURER)
    entry = NewEntry(cooperative.today(session), text, lines, uuid4())
    if sum(line.amount_minor for line in lines if line.amount_minor > 0) <= largest_alone(session):
        entry_id = record_entry(session, treasurer, entry)
        if lines[-1].account == chart.BANK and lines[0].account != chart.WAGES:
            receipts.add(session, treasurer, entry_id, entry)
        return
    act_id = approvals.prepare(session, treasurer, kind=ENTRY_RECORD, arguments=recording_of(entry), words=text)
    stage.at(clock.now() + timedelta(days=1), partial(approve_act, stage, act_id))
