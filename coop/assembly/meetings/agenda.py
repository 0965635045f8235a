"""The agenda of a meeting: its items in their order, each with the motion that is voted on under it.

It is made before the notice and fixed by it; after that an item can only be dropped. Motions on the accounts and on the surplus are
written here, in words that follow from figures; they belong to the agenda and are withdrawn with it.
"""

from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from coop import audit, clock
from coop.assembly import bindings, operations
from coop.assembly.meetings import agenda_words, errors, progress, readiness
from coop.assembly.meetings.models import (
    AgendaItem,
    AgendaItemDropped,
    ItemKind,
    Meeting,
    MeetingCancellation,
    MeetingNotice,
)
from coop.assembly.models import MotionWords, Stage
from coop.assembly.operations import Words
from coop.permissions import Actor, Power
from coop.reports.queries import latest
from coop.texts import LONGEST_NAME, line
from evidence.identifiers import new_id
from governance.models import Kind
from ledger.models import FiscalYear


def add_accounts(session: Session, actor: Actor, *, meeting_id: UUID) -> UUID:
    """Put the accounts of the meeting's year on its agenda, with a motion to receive them. Returns the item's id.

    Raises:
        PowerMissing, NotFound, MeetingCancelled, MeetingOpened, NoticeGiven
        NotAnnual, AccountsOnAgenda
    """
    power = actor.need(Power.SECRETARY, Power.BOARD)
    meeting = progress.planned(session, meeting_id)
    if meeting.fiscal_year_id is None:
        raise errors.NotAnnual
    if any(item.kind is ItemKind.ACCOUNTS for item in progress.items_of(session, meeting_id)):
        raise errors.AccountsOnAgenda
    year = session.get_one(FiscalYear, meeting.fiscal_year_id)
    motion_id = operations.table_motion(session, agenda_words.accounts(year, latest(session, year.id)))
    return _add(session, actor, power, meeting, ItemKind.ACCOUNTS, motion_id)


def add_election(session: Session, actor: Actor, *, meeting_id: UUID, words: Words, seats: int | None = None) -> UUID:
    """Call an election to be held at a meeting; nominations are open until it begins. Returns the item's id.

    Raises:
        PowerMissing, NotFound, MeetingCancelled, MeetingOpened, NoticeGiven
        SeatsOutOfRange, TextMissing, TextTooShort, TextTooLong
    """
    power = actor.need(Power.SECRETARY, Power.BOARD)
    meeting = progress.planned(session, meeting_id)
    motion_id = operations.call_election(session, actor, words=words, seats=seats)
    return _add(session, actor, power, meeting, ItemKind.ELECTION, motion_id)


def add_surplus(session: Session, actor: Actor, *, meeting_id: UUID, plan_id: UUID) -> UUID:
    """Put a plan for the surplus of a year on the agenda, with a motion that is bound to it. Returns the item's id.

    Raises:
        PowerMissing, NotFound, MeetingCancelled, MeetingOpened, NoticeGiven
        PlanStale, SurplusPending, SurplusDecided
    """
    power = actor.need(Power.SECRETARY, Power.BOARD)
    meeting = progress.planned(session, meeting_id)
    plan = readiness.plan_to_vote(session, plan_id)
    year = session.get_one(FiscalYear, plan.year_id, with_for_update=True)
    if bindings.pending_motion(session, year.id) is not None:
        raise errors.SurplusPending
    if readiness.is_decided(session, year.id):
        raise errors.SurplusDecided
    motion_id = operations.table_motion(session, agenda_words.surplus(year, plan))
    bindings.bind(session, motion_id, plan)
    return _add(session, actor, power, meeting, ItemKind.SURPLUS, motion_id)


def add_motion(session: Session, actor: Actor, *, meeting_id: UUID, motion_id: UUID) -> UUID:
    """Put a proposal or an election that is discussed on the agenda. Returns the item's id.

    Raises:
        PowerMissing, NotFound, MeetingCancelled, MeetingOpened, NoticeGiven
        NotInDiscussion, AlreadyOnAgenda, ChoiceDecidesNothing
    """
    power = actor.need(Power.SECRETARY, Power.BOARD)
    meeting = progress.planned(session, meeting_id)
    motion = operations.discussed(session, motion_id)
    if motion.kind is Kind.CHOICE:
        raise errors.ChoiceDecidesNothing
    placed = progress.on_agenda(session, motion_id)
    if placed is not None:
        raise errors.AlreadyOnAgenda(placed.meeting.held_at)
    kind = ItemKind.ELECTION if motion.kind is Kind.ELECTION else ItemKind.OTHER
    return _add(session, actor, power, meeting, kind, motion_id)


def add_topic(session: Session, actor: Actor, *, meeting_id: UUID, title: str) -> UUID:
    """Put something on the agenda that is not voted on. Returns the item's id.

    Raises:
        PowerMissing, NotFound, MeetingCancelled, MeetingOpened, NoticeGiven, TextMissing, TextTooShort, TextTooLong
    """
    power = actor.need(Power.SECRETARY, Power.BOARD)
    meeting = progress.planned(session, meeting_id)
    topic = line(title, about="title", longest=LONGEST_NAME, least=3)
    return _add(session, actor, power, meeting, ItemKind.OTHER, None, topic)


def move_item(session: Session, actor: Actor, *, meeting_id: UUID, item_id: UUID, up: bool) -> None:
    """Move an item one place up or down; the first stays first and the last stays last.

    Raises:
        PowerMissing, NotFound, MeetingCancelled, MeetingOpened, NoticeGiven, NotOnAgenda
    """
    power = actor.need(Power.SECRETARY, Power.BOARD)
    progress.planned(session, meeting_id)
    items = progress.items_of(session, meeting_id)
    place = items.index(_item(items, item_id))
    other = place - 1 if up else place + 1
    if 0 <= other < len(items):
        items[place], items[other] = items[other], items[place]
    for position, item in enumerate(items, start=1):
        item.position = position
    session.flush()
    audit.record(
        session, actor, "meeting.item-moved", subject=meeting_id, power=power, facts={"item": item_id, "up": up}
    )


def remove_item(session: Session, actor: Actor, *, meeting_id: UUID, item_id: UUID) -> None:
    """Take an item off the agenda before the notice. A motion that was made for it is withdrawn, any other is free again.

    Raises:
        PowerMissing, NotFound, MeetingCancelled, MeetingOpened, NoticeGiven, NotOnAgenda
    """
    power = actor.need(Power.SECRETARY, Power.BOARD)
    progress.planned(session, meeting_id)
    item = _item(progress.items_of(session, meeting_id), item_id)
    release(session, item)
    facts = {"item": item_id, "kind": item.kind.value, "motion": item.motion_id}
    session.delete(item)
    session.flush()
    audit.record(session, actor, "meeting.item-removed", subject=meeting_id, power=power, facts=facts)


def drop_item(session: Session, actor: Actor, *, meeting_id: UUID, item_id: UUID) -> None:
    """Say that an item of which notice was given is not put to the meeting: nobody stands, or the plan has gone stale.

    Raises:
        PowerMissing, NotFound, MeetingCancelled, MeetingOpened, NoNotice, NotOnAgenda
    """
    power = actor.need(Power.SECRETARY, Power.BOARD)
    progress.announced(session, meeting_id)
    item = _item(progress.items_of(session, meeting_id), item_id)
    release(session, item)
    session.add(AgendaItemDropped(item_id=item_id, dropped_at=clock.now()))
    session.flush()
    facts = {"item": item_id, "kind": item.kind.value, "motion": item.motion_id}
    audit.record(session, actor, "meeting.item-dropped", subject=meeting_id, power=power, facts=facts)


def release(session: Session, item: AgendaItem) -> None:
    """Withdraw the motion that was made for an item. Part of removing the item or cancelling its meeting."""
    if item.motion_id is not None and item.kind.makes_its_words:
        operations.discussed(session, item.motion_id).stage = Stage.WITHDRAWN
        session.flush()


def name_report(session: Session, year_id: UUID) -> None:
    """Let the meetings that receive a year's accounts name the edition that was just published, where no notice was given yet.

    Part of the publishing, so that whoever reads the notice before sending it reads the words that go out.
    """
    planned = (
        select(Meeting)
        .where(
            Meeting.fiscal_year_id == year_id,
            ~exists().where(MeetingNotice.meeting_id == Meeting.id),
            ~exists().where(MeetingCancellation.meeting_id == Meeting.id),
        )
        .order_by(Meeting.id)
        .with_for_update()
    )
    for meeting in session.scalars(planned).all():
        refresh_words(session, meeting)


def refresh_words(session: Session, meeting: Meeting) -> None:
    """Write the motion on the accounts anew, so that it names the report if that was published since. Part of the notice."""
    for item in progress.items_of(session, meeting.id):
        if item.kind is ItemKind.ACCOUNTS:
            year = session.get_one(FiscalYear, meeting.fiscal_year_id)
            words = agenda_words.accounts(year, latest(session, year.id))
            row = session.get_one(MotionWords, item.motion_id)
            row.title, row.text = words.title, words.text
    session.flush()


def _add(
    session: Session,
    actor: Actor,
    power: Power | None,
    meeting: Meeting,
    kind: ItemKind,
    motion_id: UUID | None,
    title: str = "",
) -> UUID:
    items = progress.items_of(session, meeting.id)
    item = AgendaItem(
        id=new_id(),
        meeting_id=meeting.id,
        position=items[-1].position + 1 if items else 1,
        kind=kind,
        motion_id=motion_id,
        title=title,
    )
    session.add(item)
    session.flush()
    facts = {"item": item.id, "kind": kind.value, "motion": motion_id}
    audit.record(session, actor, "meeting.item-added", subject=meeting.id, power=power, facts=facts)
    return item.id


def _item(items: list[AgendaItem], item_id: UUID) -> AgendaItem:
    for item in items:
        if item.id == item_id:
            return item
    raise errors.NotOnAgenda
