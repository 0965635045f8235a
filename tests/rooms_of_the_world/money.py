"""The bank statement and payments out in the world of the tests: lines in every state, people who are owed and one who was paid."""

from uuid import uuid4

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from coop import clock, cooperative
from coop.database import write
from coop.membership.models import Participant
from coop.payments.bank.lines import paste_statement, remove_line
from coop.payments.bank.matching import Reason, classify, match
from coop.payments.bank.queries import LineFilter, all_lines
from coop.payments.payouts.accounts import change_account
from coop.payments.payouts.disbursements import ToPay, record_payment
from ledger import chart
from ledger.models import Entry
from ledger.posting import Draft, Line, post
from ledger.years import periods
from tests import joining
from tests.world_contents import Address, World


def build(app: Flask, world: World) -> None:
    """Paste a statement and settle some of it; owe three people money, and pay one of them."""
    write(lambda session: _statement(session, world))
    write(lambda session: _payouts(session, world))


def _statement(session: Session, world: World) -> None:
    treasurer, today = joining.founder(session, "treasurer"), cooperative.today(session)
    reference = joining.request_of(session, world.participants["owing"]).reference.replace("-", "")
    text = f'{today},50.00,"KEA R, {reference}"\n{today},1234.50,RAKAU TRUST\n{today},-12.00,FEE\n{today},-13.00,FEE\n'
    paste_statement(session, treasurer, text + f"{today},-99.00,\n")
    lines = {line.amount_minor: line.id for line in all_lines(session, LineFilter(chart.BANK))}
    match(session, treasurer, line_id=lines[123_450], entry_id=world.entry)
    classify(session, treasurer, line_id=lines[-1200], reason=Reason(today, chart.OTHER_COSTS, "Bank fee"))
    remove_line(session, treasurer, line_id=lines[-1300])
    world.things["line_id"] = [lines[amount] for amount in (5000, 123_450, -1300, -9900)]
    world.things["year_id"] = [year.id for year in periods.fiscal_years(session)]


def _payouts(session: Session, world: World) -> None:
    treasurer, today = joining.founder(session, "treasurer"), cooperative.today(session)
    for name, amount_minor in (("board", 9_000), ("board2", 4_000), ("auditor", 700)):
        party_ref = session.get_one(Participant, world.participants[name]).party_ref
        lines = [Line(chart.COACHES, amount_minor), Line(chart.OWED_TO_COACHES, -amount_minor, party_ref)]
        post(session, Draft(today, "A session", "manual", "NZD", lines, f"coach-{name}"), now=clock.now())
    board = world.participants["board"]
    change_account(session, joining.founder(session, "board"), participant_id=board, bank_account="12-3456-0123456-00")
    record_payment(
        session,
        treasurer,
        account_code=chart.OWED_TO_COACHES,
        lines=[ToPay(world.participants["auditor"], 700)],
        paid_on=today,
        form_token=uuid4(),
    )
    world.things["payee_list"] = ["coaches", "members", "nonsense"]
    paid = session.scalars(select(Entry).where(Entry.source_kind == "disbursement")).one()
    assert paid.source_id is not None
    world.things["entry_id"], world.things["disbursement_id"] = [paid.id], [paid.source_id]


def addresses(world: World) -> dict[str, list[Address]]:
    """Return the pages of the bank statement, of payments out, and of the closing of a year."""
    mine = {name: f"/as/{participant_id}" for name, participant_id in world.participants.items()}
    paid = world.things["disbursement_id"][0]
    asked, matched, removed, nameless = (f"/payments/bank/1000/{line_id}" for line_id in world.things["line_id"])
    return {
        "bank.lines": [
            Address("treasurer", "/payments/bank/1000"),
            Address("auditor", "/payments/bank/1000?state=matched"),
            Address("board", "/payments/bank/1000?state=removed"),
            Address("auditor", "/payments/bank/1000?text=zzzz"),
        ],
        "bank.entries": [Address("treasurer", "/payments/bank/1000/entries")],
        "bank.new_line": [Address("treasurer", "/payments/bank/1000/new")],
        "bank.paste": [Address("treasurer", "/payments/bank/1000/paste")],
        "bank.line": [
            *(Address("treasurer", path) for path in (asked, matched, removed, nameless)),
            Address("auditor", asked),
        ],
        "books.entry": [Address("treasurer", f"/books/entries/{world.things['entry_id'][0]}")],
        "books.year_closing": [
            Address(name, f"/books/years/{world.things['year_id'][0]}/close") for name in ("treasurer", "board")
        ],
        "books.year_reopening": [
            *(Address(name, f"/books/years/{world.things['year_id'][-1]}/reopen") for name in ("treasurer", "auditor")),
            Address("board", f"/books/years/{world.things['year_id'][0]}/reopen", 409),
        ],
        "payee_accounts.waiting": [
            *(Address(name, "/payments/accounts") for name in ("treasurer", "board", "auditor")),
        ],
        "payouts.overview": [Address("treasurer", "/payouts"), Address("auditor", "/payouts")],
        "payouts.pay_list": [
            Address("treasurer", "/payouts/coaches"),
            Address("auditor", "/payouts/coaches"),
            Address("treasurer", "/payouts/members"),
        ],
        "payouts.payment": [Address(name, f"/payouts/payments/{paid}") for name in ("treasurer", "auditor")],
        "payouts.confirm_return": [Address("treasurer", f"/payouts/payments/{paid}/sent-back")],
        "payouts.account": [
            Address("board", f"{mine['board']}/payout-account"),
            Address("newcomer", f"{mine['newcomer']}/payout-account"),
        ],
    }


def files(world: World) -> list[Address]:
    """Return the files to download."""
    return [
        Address("auditor", "/payments/bank/1000/lines.csv?state=matched"),
        Address("treasurer", "/payouts/coaches/bank-list.csv"),
    ]


NO_PAGES = {"bank.lines_csv", "payouts.bank_list"}
