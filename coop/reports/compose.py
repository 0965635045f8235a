"""Composing a report: everything that it says about a closed year, gathered from the rooms as they stand now.

The same books, registers and votes give the same content, so composing again tells whether anything has changed. What is not
final (an open year, accounts that are not approved) is refused.
"""

from collections.abc import Iterable
from itertools import pairwise
from uuid import UUID

from sqlalchemy.orm import Session

from coop import cooperative
from coop.assembly.meetings.yearly import decisions_about, decisions_of, meetings_of_year
from coop.assembly.resolutions import Resolution
from coop.community import queries as community
from coop.marketplace import queries as marketplace
from coop.membership.movements import movements
from coop.membership.patrons import patrons
from coop.reports import accounts, errors, figures
from coop.reports.content import (
    Approval,
    ClassMovement,
    Content,
    DecisionTaken,
    EditionNote,
    House,
    Impact,
    Letters,
    MeetingHeld,
    ReopeningNote,
    ReviewNote,
    ShareMovement,
    Trace,
    Year,
)
from coop.reports.content_money import Accounts, Amount, Business, CashFlows, FundMovement, Signature, Statements
from coop.reports.days import day_of
from coop.reports.distribution import distribution
from coop.reports.queries import last_number
from coop.reports.reviews import review_that_stands
from coop.reports.statements import YearAccounts, accounts_of, year_before
from coop.reports.words import words_of
from coop.shares.movements import movement
from ledger.models import AccountKind, FiscalYear
from ledger.statements import CashFlows as Flows
from ledger.statements import Section, balance_sheet, cash_flow_statement, income_statement
from ledger.statements.sections import place_of
from ledger.surplus.business import business_of
from ledger.totals import account_totals
from ledger.years.closed_years import closings_of


def compose(session: Session, year_id: UUID) -> Content:
    """Return what the next edition of a year's report would say.

    Raises:
        NotFound, YearNotClosed, NotApproved, NotSigned
        AccountsChanged: the books are not those that the board approved.
    """
    house, found = cooperative.current(session), accounts_of(session, year_id)
    year = found.year
    approval = accounts.need_complete(session, year_id)
    if approval.statements_digest != found.digest:
        raise errors.AccountsChanged
    decisions = tuple(_decisions(session, year))
    words = words_of(session, year_id)
    number = last_number(session, year_id) + 1
    return Content(
        house=House(house.name, house.currency, house.zone, house.founded_on, house.is_tax_registered),
        year=Year(str(year.ends_on.year), year.starts_on, year.ends_on),
        edition=EditionNote(number, words.reason if number > 1 else ""),
        letters=Letters(words.chair, words.letter, words.story),
        officers=figures.officers(session, year.starts_on, year.ends_on),
        members=tuple(
            ClassMovement(one.name, one.opening, one.admitted, one.left, one.closing)
            for one in movements(session, year.starts_on, year.ends_on)
        ),
        shares=_shares(session, year),
        meetings=tuple(_meetings(session, year, house.zone)),
        decisions=decisions,
        statements=statements_of(session, found),
        funds=tuple(_funds(session, year)),
        business=_business(session, year),
        approval=Approval(
            approval.resolution_number,
            approval.decided_on,
            tuple(Signature(one.person_name, day_of(one.signed_at, house.zone)) for one in approval.signed),
        ),
        review=_review(session, found, house.zone),
        distribution=distribution(session, year_id),
        impact=_impact(session, year),
        trace=_trace(session, found, decisions),
        reopenings=tuple(_reopenings(session, year_id)),
    )


def _reopenings(session: Session, year_id: UUID) -> Iterable[ReopeningNote]:
    """Return how a year that is closed was reopened before."""
    for before, after in pairwise(closings_of(session, year_id)):
        if before.reopening is not None:
            resolution = session.get_one(Resolution, before.reopening.decision_ref)
            yield ReopeningNote(
                closed_on=before.closing.closed_on,
                result_minor=before.closing.result_minor,
                reopened_on=before.reopening.reopened_on,
                opens_on=before.reopening.opens_on,
                resolution=resolution.number,
                decided_on=resolution.decided_on,
                words=resolution.words.text if resolution.words else "",
                closed_again_on=after.closing.closed_on,
                result_again_minor=after.closing.result_minor,
            )


def _decisions(session: Session, year: FiscalYear) -> Iterable[DecisionTaken]:
    """Return the votes of the year, and then those about the year that closed after it."""
    taken = decisions_of(session, year.starts_on, year.ends_on)
    later = decisions_about(session, year.id, year.ends_on)
    for one in (*taken, *later):
        yield DecisionTaken(
            number=one.number,
            title=one.title,
            kind=one.kind.value,
            decided_on=one.decided_on,
            turnout=one.turnout,
            roll=one.roll,
            result=one.result,
            digest=one.digest,
            is_later=one in later,
        )


def _meetings(session: Session, year: FiscalYear, zone: str) -> Iterable[MeetingHeld]:
    for one in meetings_of_year(session, year.starts_on, year.ends_on):
        held_on = day_of(one.held_at, zone)
        yield MeetingHeld(held_on, one.kind.value, one.attendance, one.members_on_roll, one.decisions)


def _shares(session: Session, year: FiscalYear) -> ShareMovement:
    moved = movement(session, year.starts_on, year.ends_on)
    return ShareMovement(
        opening=moved.opening.number,
        issued=moved.issued.number,
        redeemed=moved.redeemed.number,
        closing=moved.closing.number,
        opening_minor=moved.opening.amount_minor,
        issued_minor=moved.issued.amount_minor,
        redeemed_minor=moved.redeemed.amount_minor,
        closing_minor=moved.closing.amount_minor,
    )


def statements_of(session: Session, found: YearAccounts) -> Statements:
    """Return the statements of a closed year, beside those of the year before where there is one."""
    before = year_before(session, found.year)
    income = income_statement(session, before.starts_on, before.ends_on) if before else None
    sheet = balance_sheet(session, before.ends_on) if before else None
    return Statements(
        digest=found.digest,
        has_before=before is not None,
        income=_side_by_side(found.income.income, income.income if income else None),
        expenses=_side_by_side(found.income.expenses, income.expenses if income else None),
        assets=_side_by_side(found.sheet.assets, sheet.assets if sheet else None),
        liabilities=_side_by_side(found.sheet.liabilities, sheet.liabilities if sheet else None),
        equity=_side_by_side(found.sheet.equity, sheet.equity if sheet else None),
        cash=_cash_flows(session, found.year, before),
    )


def _cash_flows(session: Session, year: FiscalYear, before: FiscalYear | None) -> CashFlows | None:
    """Return the statement of cash flows beside that of the year before; nothing where no account is part of cash."""
    now = cash_flow_statement(session, year.starts_on, year.ends_on)
    earlier = cash_flow_statement(session, before.starts_on, before.ends_on) if before else None
    if not now.cash:
        return None
    return CashFlows(
        operating=_flows(now.operating, earlier.operating if earlier else None),
        investing=_flows(now.investing, earlier.investing if earlier else None),
        financing=_flows(now.financing, earlier.financing if earlier else None),
        opening_minor=now.opening_minor,
        opening_before_minor=earlier.opening_minor if earlier else 0,
        closing_minor=now.closing_minor,
        closing_before_minor=earlier.closing_minor if earlier else 0,
    )


def _flows(now: Flows, before: Flows | None) -> Accounts:
    """Put this year and the year before beside each other, line by line of the statements."""
    amounts, amounts_before = (
        {group.caption: group.total_minor for group in part.groups} if part else {} for part in (now, before)
    )
    captions = sorted({*amounts, *amounts_before}, key=place_of)
    return Accounts(
        lines=tuple(Amount(one.code, one.label, amounts.get(one, 0), amounts_before.get(one, 0)) for one in captions),
        total_minor=now.total_minor,
        before_minor=before.total_minor if before else 0,
    )


def _side_by_side(now: Section, before: Section | None) -> Accounts:
    """Put this year and the year before beside each other, account by account."""
    earlier = before.lines if before else ()
    names = {line.code: line.name for line in (*earlier, *now.lines)}
    amounts = {line.code: line.amount_minor for line in now.lines}
    amounts_before = {line.code: line.amount_minor for line in earlier}
    return Accounts(
        lines=tuple(
            Amount(code, names[code], amounts.get(code, 0), amounts_before.get(code, 0)) for code in sorted(names)
        ),
        total_minor=now.total_minor,
        before_minor=before.total_minor if before else 0,
    )


def _funds(session: Session, year: FiscalYear) -> Iterable[FundMovement]:
    """Return what went into and out of each account of the members' funds."""
    ending = {total.code: total for total in account_totals(session, None, year.ends_on)}
    for moved in account_totals(session, year.starts_on, year.ends_on):
        closing_minor = ending[moved.code].natural_minor
        if moved.kind is AccountKind.EQUITY and (closing_minor or moved.debit_minor or moved.credit_minor):
            opening_minor = closing_minor - moved.natural_minor
            yield FundMovement(
                moved.code, moved.name, opening_minor, moved.credit_minor, moved.debit_minor, closing_minor
            )


def _business(session: Session, year: FiscalYear) -> Business:
    found = business_of(session, year, dict(patrons(session)))
    return Business(found.members_minor, found.non_members_minor, found.grants_and_other_minor)


def _review(session: Session, found: YearAccounts, zone: str) -> ReviewNote | None:
    review = review_that_stands(session, found)
    if review is None:
        return None
    written_on = day_of(review.written_at, zone)
    return ReviewNote(review.version, review.conclusion.value, review.signed_as, written_on, review.text)


def _impact(session: Session, year: FiscalYear) -> Impact:
    sold = marketplace.impact(session, year.starts_on, year.ends_on)
    done = community.impact(session, year.starts_on, year.ends_on)
    return Impact(
        fellows=sold.places,
        coaching_minutes=sold.coaching_minutes,
        sales=sold.sales,
        orders=sold.orders,
        events=done.events,
        sign_ups=done.sign_ups,
        introductions=done.introductions,
        sites=done.sites,
        circle_posts=done.circle_posts,
    )


def _trace(session: Session, found: YearAccounts, decisions: Iterable[DecisionTaken]) -> Trace:
    entries, postings = figures.journal_size(session, found.year)
    moved = movement(session, found.year.starts_on, found.year.ends_on)
    return Trace(
        entries=entries,
        postings=postings,
        chain_seq=found.link.seq,
        chain_hash=found.link.hash,
        members_register=figures.register_size(session, found.year.ends_on),
        share_events=moved.events,
        ballots=sum(one.turnout for one in decisions),
    )
