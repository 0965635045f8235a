"""Meetings in the world of the tests: one called, one with its notice given, one held with its minutes, one cancelled."""

from datetime import datetime, timedelta
from uuid import UUID

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from coop import clock
from coop.assembly import operations
from coop.assembly.meetings import agenda, agenda_words, calling, notice, opening, records
from coop.assembly.meetings.calling import When
from coop.assembly.meetings.models import AgendaItem, MeetingKind, Presence
from coop.database import write
from ledger.models import FiscalYear
from ledger.surplus.plan import plan_of
from ledger.years import periods
from tests import joining
from tests.world_contents import Address, World


def build(app: Flask, world: World) -> None:
    """Call the meetings. Nobody was a member long enough ago for one to be over, so one is held ahead of time."""
    held_at = world.now + timedelta(days=20)
    held = write(lambda session: _call(session, held_at, "Town hall"))
    write(lambda session: _talk(session, held))
    write(lambda session: _notify(session, held))
    with clock.at(held_at):
        write(lambda session: _hold(session, world, held))
    called = write(lambda session: _annual(session, world))
    noticed = write(lambda session: _call(session, world.now + timedelta(days=20), "Town hall"))
    write(lambda session: _talk(session, noticed))
    write(lambda session: _share_out(session, world, noticed))
    write(lambda session: _notify(session, noticed))
    cancelled = write(lambda session: _call(session, world.now + timedelta(days=30), ""))
    write(lambda session: _cancel(session, cancelled))
    world.things["meeting_id"] = [called, noticed, held, cancelled]
    world.things["item_id"] = write(
        lambda session: list(session.scalars(select(AgendaItem.id).order_by(AgendaItem.id)))
    )


def addresses(world: World) -> dict[str, list[Address]]:
    """Return the pages of meetings, in each state."""
    paths = [f"/meetings/{meeting_id}" for meeting_id in world.things["meeting_id"]]
    called, noticed, held, _ = paths
    stated, unstated = (f"/solvency/{plan_id}" for plan_id in world.things["plan_id"][:2])
    return {
        "assembly.meetings": [Address("secretary", "/meetings"), Address("newcomer", "/meetings")],
        "assembly.call_meeting": [Address("secretary", "/meetings/new")],
        "assembly.meeting": [Address(who, path) for path in paths for who in ("secretary", "treasurer", "newcomer")],
        "assembly.edit_meeting": [Address("secretary", f"{called}/edit")],
        "assembly.cancel_meeting": [Address("secretary", f"{called}/cancel"), Address("board", f"{noticed}/cancel")],
        "assembly.agenda": [Address("secretary", f"{called}/agenda")],
        "assembly.add_election": [Address("secretary", f"{called}/agenda/election")],
        "assembly.send_notice": [Address("secretary", f"{called}/notice/send")],
        "assembly.notice": [Address("newcomer", f"{noticed}/notice"), Address("treasurer", f"{held}/notice")],
        "assembly.postpone_meeting": [Address("secretary", f"{noticed}/postpone")],
        "assembly.open_meeting": [Address("secretary", f"{noticed}/open")],
        "assembly.attendance": [
            Address("secretary", f"{held}/attendance"),
            Address("secretary", f"{held}/attendance?q=zzzz"),
        ],
        "assembly.write_minutes": [Address("secretary", f"{held}/minutes")],
        "assembly.minutes_version": [Address("newcomer", f"{held}/minutes/1")],
        "assembly.solvency_statement": [
            Address("board", stated),
            Address("newcomer", stated),
            Address("board", unstated),
            Address("newcomer", unstated, 404),
        ],
        "assembly.write_solvency": [Address("board", f"{unstated}/write")],
    }


#: Entries for calendars.
NO_PAGES = {"assembly.meeting_calendar"}


def files(world: World) -> list[Address]:
    """Return the entries for calendars."""
    return [Address("newcomer", f"/meetings/{meeting_id}/meeting.ics") for meeting_id in world.things["meeting_id"]]


def _call(session: Session, held_at: datetime, place: str) -> UUID:
    when = When(held_at, place, "https://meet.example/kanopi")
    who = joining.founder(session, "secretary")
    return calling.call_meeting(session, who, kind=MeetingKind.GENERAL, when=when, opening="**Haere mai.**")


def _annual(session: Session, world: World) -> UUID:
    who, year = joining.founder(session, "secretary"), periods.fiscal_years(session)[-1]
    when = When(world.now + timedelta(days=40), "Town hall", "")
    meeting_id = calling.call_meeting(session, who, kind=MeetingKind.ANNUAL, when=when, fiscal_year_id=year.id)
    agenda.add_accounts(session, who, meeting_id=meeting_id)
    agenda.add_topic(session, who, meeting_id=meeting_id, title="Any other business")
    return meeting_id


def _talk(session: Session, meeting_id: UUID) -> None:
    agenda.add_topic(session, joining.founder(session, "secretary"), meeting_id=meeting_id, title="Report of the board")


def _share_out(session: Session, world: World, meeting_id: UUID) -> None:
    """Put a motion on the agenda in the words of a surplus, with its fingerprint: one word, and the longest of any page."""
    plan = plan_of(session, world.things["plan_id"][1])
    motion_id = operations.table_motion(session, agenda_words.surplus(session.get_one(FiscalYear, plan.year_id), plan))
    agenda.add_motion(session, joining.founder(session, "secretary"), meeting_id=meeting_id, motion_id=motion_id)


def _notify(session: Session, meeting_id: UUID) -> None:
    notice.send_notice(session, joining.founder(session, "secretary"), meeting_id=meeting_id)


def _hold(session: Session, world: World, meeting_id: UUID) -> None:
    who = joining.founder(session, "secretary")
    opening.open_meeting(session, who, meeting_id=meeting_id)
    for name, how in (("board", Presence.IN_PERSON), ("treasurer", Presence.ONLINE)):
        records.record_attendance(
            session,
            who,
            meeting_id=meeting_id,
            participant_id=world.participants[name],
            person_id=world.people[name],
            how=how,
        )
    for text in ("We met.", "We met and **talked**."):
        records.record_minutes(session, who, meeting_id=meeting_id, text=text)


def _cancel(session: Session, meeting_id: UUID) -> None:
    who = joining.founder(session, "secretary")
    calling.cancel_meeting(session, who, meeting_id=meeting_id, reason="The hall is flooded.")
