"""A co-operative in the middle of its life: one of everything that a page can show, and every page with its address.

Made by the operations, not through pages, so that it is quick. More than a week has passed since the founding: votes have been
opened, closed and counted. Whoever looks at it sets the clock to `World.now`, an hour far from midnight.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from types import ModuleType
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from coop import clock, cooperative
from coop.assembly import operations, voting
from coop.assembly.elections import operations as elections
from coop.assembly.models import Candidacy, Majority, Motion, MotionComment, MotionWords
from coop.assembly.operations import Words
from coop.assembly.results.keeping import keep_bundle
from coop.books.operations import NewEntry, record_entry, seal
from coop.community.operations import ProfileText, edit_profile
from coop.cooperative import Cooperative
from coop.database import db, write
from coop.identity.models import PowerGrant
from coop.membership import operations as membership
from coop.membership.models import Application, ApplicationDecision, Member, ParticipantKind
from coop.payments.models import PaymentRequest
from coop.permissions import WORKER
from ledger.models import Entry
from ledger.posting import Line
from tests import joining
from tests.databases import TestDatabase
from tests.founded import app_to_build_with, participants_of, people_of, plan
from tests.rooms_of_the_world import ROOMS
from tests.world_contents import Address, World

MEMBERS = ("board", "board2", "treasurer", "secretary", "administrator", "scrutineer")
NAME = "Ngā Kaitiaki o te Ōhau"


def mark_as_demonstration(database: TestDatabase) -> None:
    """Set the mark that opens the pages of the demonstration; before the application is made."""
    with database.engine.execution_options(coop_write=True).begin() as connection:
        connection.execute(update(Cooperative).values(is_demo=True))


def is_demonstration(database: TestDatabase) -> bool:
    """Say whether a database carries that mark."""
    with database.engine.connect() as connection:
        return bool(connection.scalar(select(Cooperative.is_demo)))


def build_in(database: TestDatabase, instance_path: Path) -> World:
    """Make everything in the database of a founded co-operative."""
    with app_to_build_with(database, instance_path) as app:
        with app.app_context():
            people, participants = people_of(db.session()), participants_of(db.session())
            db.session.remove()
        return build(app, people, participants)


def noon_after(moment: datetime) -> datetime:
    """Return the next noon in the tests' co-operative: what is done within hours of it is done on one day."""
    here = moment.astimezone(ZoneInfo(plan().zone))
    noon = here.replace(hour=12, minute=0, second=0, microsecond=0)
    return noon if noon >= here else noon + timedelta(days=1)


def build(
    app: Flask,
    people: dict[str, UUID],
    participants: dict[str, UUID],
    rooms: Sequence[ModuleType] = ROOMS,
    *,
    votes: bool = True,
) -> World:
    """Make everything and return it. Without `votes` nothing is put to the vote; some rooms need those."""
    start = noon_after(clock.now() + timedelta(days=1))
    world = World(start + timedelta(days=7), dict(participants), people)
    with app.test_request_context():
        with clock.at(start):
            write(lambda session: _members(session, world))
            write(lambda session: _book(session, world))
        if votes:
            _vote(world, start)
        with clock.at(world.now - timedelta(hours=1)):
            write(lambda session: seal(session, WORKER))
            write(lambda session: _newcomers(session, world))
            for room in rooms:
                room.build(app, world)
        db.session.remove()
    return world


def _vote(world: World, start: datetime) -> None:
    """Let votes be opened, cast and counted: some are over, some run, some are only discussed."""
    with clock.at(start + timedelta(hours=1)):
        write(lambda session: _votes_of_the_past(session, world))
    with clock.at(start + timedelta(hours=2)):
        write(lambda session: _cast(session, world, "decided", "pending"))
        write(lambda session: _rank(session, world, "elected"))
    with clock.at(start + timedelta(days=5)):
        write(lambda session: voting.close_motion(session, WORKER, world.motions["decided"]))
        write(lambda session: voting.close_motion(session, WORKER, world.motions["elected"]))
        for name in ("decided", "elected"):
            _keep_bundle(world.motions[name])
    with clock.at(world.now - timedelta(hours=3)):
        write(lambda session: _votes_of_today(session, world))
    with clock.at(world.now - timedelta(hours=1)):
        write(lambda session: _cast(session, world, "open"))


def _keep_bundle(motion_id: UUID) -> None:
    proposal_id = db.session.scalar(select(Motion.proposal_id).where(Motion.id == motion_id))
    assert proposal_id is not None
    keep_bundle(proposal_id)


def _members(session: Session, world: World) -> None:
    for name in MEMBERS:
        joining.pay(session, world.participants[name])
        joining.issue(session, world.participants[name])
    treasurer = joining.founder(session, "treasurer")
    group_id = membership.create_organisation(session, treasurer, name=NAME, kind=ParticipantKind.GROUP)
    world.participants["group"] = group_id
    text = ProfileText(NAME, "Whangārei", "Trapping", "Hands", "We meet on Sundays.", is_listed=True)
    treasurer = joining.founder(session, "treasurer")
    edit_profile(session, treasurer, participant_id=group_id, text=text)
    world.listed = group_id
    world.grant = session.scalars(select(PowerGrant.id).where(PowerGrant.person_id == world.people["board2"])).one()
    world.own_grant = session.scalars(
        select(PowerGrant.id).where(PowerGrant.person_id == world.people["administrator"])
    ).one()


def _book(session: Session, world: World) -> None:
    lines = [Line("1000", 123_450), Line("4200", -123_450)]
    entry = NewEntry(cooperative.today(session), "Grant of the Rākau Trust", lines, uuid4())
    world.entry = record_entry(session, joining.founder(session, "treasurer"), entry)
    assert session.get(Entry, world.entry) is not None


def _votes_of_the_past(session: Session, world: World) -> None:
    for name, days in (("decided", 3), ("pending", 6)):
        world.motions[name] = _propose(session, world, f"Something that is {name}")
        _open(session, world.motions[name], days=days)
    world.motions["elected"] = _call(session, world, "An election of the past", ("board", "treasurer", "secretary"))
    _open(session, world.motions["elected"], days=3)


def _votes_of_today(session: Session, world: World) -> None:
    world.motions["open"] = _propose(session, world, "A tool library for small groups")
    _open(session, world.motions["open"], days=5)
    world.motions["electing"] = _call(session, world, "Two seats on the board", ("board", "treasurer", "secretary"))
    _open(session, world.motions["electing"], days=5)
    world.motions["discussed"] = _propose(session, world, "Meet in person once a year")
    world.motions["nominating"] = _call(session, world, "A by-election", ("treasurer",))
    elections.nominate(
        session,
        joining.founder(session, "board"),
        motion_id=world.motions["nominating"],
        nominator_id=world.participants["board"],
        participant_id=world.participants["secretary"],
    )
    withdrawn = _propose(session, world, "Something that was withdrawn")
    operations.withdraw_motion(session, joining.founder(session, "treasurer"), motion_id=withdrawn)
    world.motions["withdrawn"] = withdrawn


def _newcomers(session: Session, world: World) -> None:
    """One waits for the board, one has been admitted and pays; a founder has paid and waits for the share."""
    waiting, owing = joining.joined(session, "Māia Pīpī"), joining.joined(session, "Rewi Kea")
    world.application = joining.applied(session, waiting)
    world.participants["waiting"], world.participants["owing"] = waiting.participant_id, owing.participant_id
    world.people["waiting"], world.people["owing"] = waiting.person_id, owing.person_id
    world.decided_application = joining.admitted(session, owing)
    world.request = joining.request_of(session, owing.participant_id).id
    world.paid_request = joining.request_of(session, world.participants["board"]).id
    joining.pay(session, world.participants["auditor"])
    world.member = session.scalars(select(Member.id).where(Member.number == 1)).one()
    newcomer = joining.joined(session, "Sefa Tawhai")
    world.people["newcomer"], world.participants["newcomer"] = newcomer.person_id, newcomer.participant_id
    world.people["nobody"] = joining.person(session, "Pita Nobody")
    assert session.get(Application, world.application) is not None
    assert session.get(ApplicationDecision, world.decided_application) is not None
    assert session.get(PaymentRequest, world.request) is not None


def _propose(session: Session, world: World, title: str) -> UUID:
    author, other = world.participants["treasurer"], world.participants["board"]
    words = Words(title, "We **resolve** to try it.\n\n- one\n- two\n\n> with care")
    motion_id = operations.write_motion(
        session, joining.founder(session, "treasurer"), author_id=author, words=words, majority=Majority.ORDINARY
    )
    for name, participant_id in (("treasurer", author), ("board", other)):
        world.comment = operations.comment(
            session,
            joining.founder(session, name),
            motion_id=motion_id,
            author_id=participant_id,
            text="What would it *cost* us?",
        )
    assert session.get(MotionComment, world.comment) is not None
    return motion_id


def _call(session: Session, world: World, title: str, candidates: tuple[str, ...]) -> UUID:
    words = Words(title, "The board meets monthly.")
    motion_id = operations.call_election(session, joining.founder(session, "secretary"), words=words, seats=2)
    for name in candidates:
        elections.stand(
            session,
            joining.founder(session, name),
            motion_id=motion_id,
            participant_id=world.participants[name],
            statement=f"I would serve, says {name}.",
        )
    return motion_id


def _open(session: Session, motion_id: UUID, *, days: int) -> None:
    seen = voting.words_digest(session.get_one(MotionWords, motion_id))
    closes_at = clock.now() + timedelta(days=days)
    voting.open_motion(
        session, joining.founder(session, "secretary"), motion_id=motion_id, closes_at=closes_at, seen=seen
    )


def _cast(session: Session, world: World, *names: str) -> None:
    for name in names:
        for voter, choice in (("board", "for"), ("board2", "for"), ("administrator", "against")):
            voting.cast_vote(
                session,
                joining.founder(session, voter),
                motion_id=world.motions[name],
                participant_id=world.participants[voter],
                choice=choice,
            )


def _rank(session: Session, world: World, name: str) -> None:
    codes = session.scalars(
        select(Candidacy.option_code).where(Candidacy.motion_id == world.motions[name]).order_by(Candidacy.option_code)
    ).all()
    for voter, order in (("board", (0, 1)), ("board2", (1, 0, 2)), ("secretary", (2, 0)), ("administrator", (0,))):
        voting.cast_ballot(
            session,
            joining.founder(session, voter),
            motion_id=world.motions[name],
            participant_id=world.participants[voter],
            choice=[str(codes[place]) for place in order],
        )


def addresses(world: World) -> dict[str, list[Address]]:
    """Return every page by its endpoint: who opens it, where, and in which states of what it shows."""
    found = _own_addresses(world)
    for room in ROOMS:
        for endpoint, several in room.addresses(world).items():
            found.setdefault(endpoint, []).extend(several)
    return found


def _own_addresses(world: World) -> dict[str, list[Address]]:
    mine = {name: f"/as/{participant_id}" for name, participant_id in world.participants.items()}
    motions = {name: f"/proposals/{motion_id}" for name, motion_id in world.motions.items()}

    def votes(name: str, motion: str) -> str:
        return f"{mine[name]}/votes/{world.motions[motion]}"

    return {
        "start": [
            Address(None, "/"),
            *(Address(name, "/") for name in ("treasurer", "secretary", "board", "founder", "newcomer", "waiting")),
        ],
        "home.account": [Address("treasurer", "/account"), Address("newcomer", "/account")],
        "security.login": [Address(None, "/login")],
        "security.register": [Address(None, "/register")],
        "security.forgot_password": [Address(None, "/reset")],
        "security.send_confirmation": [Address(None, "/confirm")],
        "security.change_password": [Address("treasurer", "/change")],
        "security.verify": [Address("treasurer", "/verify")],
        "community.welcome": [Address("nobody", "/welcome"), Address("treasurer", "/welcome")],
        "community.new_organisation": [Address("treasurer", "/organisations/new")],
        "community.profile": [
            Address("treasurer", f"{mine['group']}/profile"),
            Address("newcomer", f"{mine['newcomer']}/profile"),
        ],
        "community.representatives": [Address("treasurer", f"{mine['group']}/representatives")],
        "community.directory": [
            Address(None, "/directory"),
            Address("founder", "/directory"),
            Address("founder", "/directory?q=nobody+at+all"),
        ],
        "community.directory_entry": [Address("founder", f"/directory/{world.listed}")],
        "membership.current_terms": [Address(None, "/membership/terms"), Address("secretary", "/membership/terms")],
        "membership.terms_version": [Address(None, "/membership/terms/1")],
        "membership.application": [Address("newcomer", f"{mine['newcomer']}/apply")],
        "membership.status": [
            Address(name, f"{mine[name]}/membership") for name in ("treasurer", "waiting", "owing", "newcomer")
        ],
        "membership.officers.applications": [
            Address("board", "/applications"),
            Address("board", "/applications?stage=decided"),
        ],
        "membership.officers.application": [
            Address("board", f"/applications/{world.application}"),
            Address("auditor", f"/applications/{world.decided_application}"),
        ],
        "membership.officers.register": [Address("secretary", "/members"), Address("secretary", "/members?q=zzzz")],
        "membership.officers.member": [Address("secretary", f"/members/{world.member}")],
        "shares.shares": [
            Address("treasurer", f"{mine['treasurer']}/shares"),
            Address("owing", f"{mine['owing']}/shares"),
        ],
        "shares.certificate": [Address("treasurer", f"{mine['treasurer']}/shares/certificate")],
        "shares.register": [
            Address("secretary", "/shares/register"),
            Address("auditor", "/shares/register?at=2001-01-01"),
        ],
        "shares.to_issue": [Address("secretary", "/shares/to-issue"), Address("treasurer", "/shares/to-issue")],
        "payments.requests": [Address("treasurer", "/payments"), Address("treasurer", "/payments?stage=received")],
        "payments.payment": [
            Address("treasurer", f"/payments/{world.request}"),
            Address("auditor", f"/payments/{world.paid_request}"),
        ],
        "books.overview": [Address("treasurer", "/books"), Address("auditor", "/books")],
        "books.journal_list": [Address("treasurer", "/books/journal"), Address("auditor", "/books/journal?text=zzzz")],
        "books.new_entry": [Address("treasurer", "/books/entries/new")],
        "books.entry": [Address("treasurer", f"/books/entries/{world.entry}")],
        "books.confirm_reversal": [Address("treasurer", f"/books/entries/{world.entry}/reverse")],
        "books.accounts": [Address("treasurer", "/books/accounts")],
        "books.account": [Address("treasurer", "/books/accounts/1000"), Address("auditor", "/books/accounts/2100")],
        "books.new_account": [Address("treasurer", "/books/accounts/new")],
        "books.confirm_closing": [Address("treasurer", "/books/accounts/5100/close")],
        "books.fiscal_years": [Address("treasurer", "/books/periods"), Address("auditor", "/books/periods")],
        "books.confirm_lock": [Address("treasurer", f"/books/periods/{_first_month_end(world)}/lock")],
        "books.trial_balance": [Address("treasurer", "/books/trial-balance")],
        "books.balance_sheet": [Address("treasurer", "/books/balance-sheet")],
        "books.income_statement": [Address("treasurer", "/books/income-statement")],
        "books.exports": [Address("auditor", "/books/exports")],
        "books.my_statement": [
            Address("treasurer", f"{mine['treasurer']}/statement"),
            Address("newcomer", f"{mine['newcomer']}/statement"),
        ],
        "assembly.proposals": [
            Address("treasurer", "/proposals"),
            Address("newcomer", "/proposals?state=decided"),
            Address("secretary", "/proposals?state=withdrawn"),
        ],
        "assembly.proposal": [
            *(Address("treasurer", path) for path in motions.values()),
            Address("secretary", motions["pending"]),
            Address("secretary", motions["elected"]),
            Address("newcomer", motions["open"]),
        ],
        "assembly.write_proposal": [Address("treasurer", f"{mine['treasurer']}/proposals/new")],
        "assembly.write_choice": [Address("treasurer", f"{mine['treasurer']}/choices/new")],
        "assembly.edit_proposal": [Address("treasurer", f"{motions['discussed']}/edit")],
        "assembly.edit_comment": [Address("board", f"/comments/{world.comment}")],
        "assembly.open_vote": [
            Address("secretary", f"{motions['discussed']}/open"),
            Address("secretary", f"{motions['nominating']}/open"),
        ],
        "assembly.call_election": [Address("secretary", "/elections/new")],
        "assembly.stand": [Address("secretary", f"{mine['secretary']}/elections/{world.motions['nominating']}/stand")],
        "assembly.nominate": [Address("board2", f"{mine['board2']}/elections/{world.motions['nominating']}/nominate")],
        "assembly.ballot": [
            Address("treasurer", votes("treasurer", "open")),
            Address("board", votes("board", "open")),
            Address("treasurer", votes("treasurer", "electing")),
            Address("treasurer", votes("group", "open"), 403),
            Address("board", votes("board", "pending"), 409),
        ],
        "assembly.receipt": [Address("board", f"{votes('board', 'open')}/receipt")],
        "assembly.ballots": [Address("newcomer", f"{motions['elected']}/ballots")],
        "assembly.check_result": [
            Address("newcomer", f"{motions['elected']}/check"),
            Address("newcomer", f"{motions['decided']}/check", 403),
        ],
        "assembly.resolutions": [Address("newcomer", "/resolutions")],
        "assembly.resolution": [Address("newcomer", "/resolutions/1")],
        "assembly.current_bylaws": [Address(None, "/bylaws")],
        "assembly.bylaws_version": [Address(None, "/bylaws/1")],
        "identity.list_powers": [Address("administrator", "/powers"), Address("auditor", "/powers")],
        "identity.grant_power": [Address("administrator", "/powers/new")],
        "identity.end_power": [Address("administrator", f"/powers/{world.grant}/end")],
        "identity.audit_trail": [Address("auditor", "/audit")],
        "demo.mail": [Address(None, "/demo/mail")],
    }


#: What is fetched and is no page: files, and addresses that a mail gives once.
NO_PAGES = {
    "static",
    "security.static",
    "security.confirm_email",
    "security.reset_password",
    "membership.officers.register_file",
    "shares.register_file",
    "books.export_journal",
    "assembly.ballots_blt",
    "assembly.ballots_csv",
    "assembly.bundle_zip",
    *(endpoint for room in ROOMS for endpoint in room.NO_PAGES),
}


def files(world: World) -> list[Address]:
    """Return every file to download."""
    elected = f"/proposals/{world.motions['elected']}"
    return [
        Address("secretary", "/members.csv"),
        Address("secretary", "/shares/register.csv"),
        *(Address("auditor", f"/books/export.{kind}") for kind in ("csv", "json", "beancount", "hledger")),
        Address("newcomer", f"{elected}/ballots.blt"),
        Address("newcomer", f"{elected}/ballots.csv"),
        Address("newcomer", f"{elected}/bundle.zip"),
        *(address for room in ROOMS for address in room.files(world)),
    ]


def _first_month_end(world: World) -> str:
    """Return the last day of a month that is over."""
    first = world.now.replace(day=1) - timedelta(days=3)
    month_end = first.replace(day=28) + timedelta(days=4)
    return f"{month_end - timedelta(days=month_end.day):%Y-%m-%d}"
