"""The main menu and the bar of the demonstration.

Which links a person sees follows from the guards of the pages themselves, so the menu never offers a closed door. It does not
know what the pages show.
"""

from collections.abc import Hashable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from flask import current_app, request, url_for
from flask_babel import gettext

from coop import cooperative
from coop.database import db
from coop.demonstration import clockwork
from coop.demonstration.roles import ROLES
from coop.formats import page_locale
from coop.payments.bank.accounts import are_several
from coop.permissions import Actor, guard_of
from coop.signed_in import actor, participants
from evidence.messages import N_


@dataclass(frozen=True)
class Link:
    """A link of the menu; `current` marks the page that is shown."""

    label: str
    href: str
    current: bool


@dataclass(frozen=True)
class Group:
    """Links under a heading; the first group has none."""

    label: str
    links: list[Link]


@dataclass(frozen=True)
class DemoRole:
    """A button that signs in as somebody of the demonstration."""

    label: str
    action: str


@dataclass(frozen=True)
class DemoStop:
    """A button that moves the demonstration's date on."""

    label: str
    moment: datetime
    action: str


@dataclass(frozen=True)
class DemoBar:
    """What the bar of the demonstration shows."""

    roles: list[DemoRole]
    stops: list[DemoStop]
    mail_href: str
    today: date


#: Pairs of endpoint and label.
Entries = tuple[tuple[str, str], ...]

_VISITOR: Entries = (
    ("start", N_("About")),
    ("marketplace.services", N_("Services")),
    ("community.directory", N_("Directory")),
    ("membership.current_terms", N_("Terms of membership")),
    ("assembly.current_bylaws", N_("By-laws")),
    ("reports.reports", N_("Annual reports")),
    ("security.register", N_("Join")),
)

_COMMUNITY: Entries = (
    ("start", N_("Home")),
    ("marketplace.services", N_("Services")),
    ("assembly.proposals", N_("Proposals and votes")),
    ("assembly.meetings", N_("Meetings")),
    ("assembly.resolutions", N_("Resolutions")),
    ("assembly.current_bylaws", N_("By-laws")),
    ("reports.reports", N_("Annual reports")),
)

_TOGETHER: Entries = (
    ("community.directory", N_("Directory")),
    ("community.list_circles", N_("Practice circles")),
    ("community.list_events", N_("Events")),
    ("community.list_polls", N_("Polls")),
)

_PARTICIPANT: Entries = (
    ("community.profile", N_("Profile")),
    ("community.own_skills", N_("Skills and matches")),
    ("membership.status", N_("Membership")),
    ("shares.shares", N_("Shares")),
    ("marketplace.my_orders", N_("Orders")),
    ("books.my_statement", N_("Statement")),
    ("books.my_surplus", N_("Share of the surplus")),
    ("bills.my_claims", N_("Expense claims")),
    ("payouts.account", N_("Where you are paid")),
)

_OFFICERS: tuple[tuple[str, Entries], ...] = (
    (N_("Votes"), (("assembly.desk", N_("Scrutineers’ desk")),)),
    (
        N_("Members"),
        (
            ("membership.officers.applications", N_("Applications")),
            ("membership.officers.register", N_("Register of members")),
            ("shares.register", N_("Share register")),
            ("shares.to_issue", N_("Shares to issue")),
            ("shares.classes", N_("Share capital by class")),
        ),
    ),
    (
        N_("Services"),
        (
            ("marketplace.order_list", N_("Orders")),
            ("marketplace.to_deliver", N_("To deliver")),
        ),
    ),
    (
        N_("Money in and out"),
        (
            ("payments.requests", N_("Payments")),
            ("cards.payments", N_("Payments by card")),
            ("bank.lines", N_("Bank statement")),
            ("bank_accounts.overview", N_("Bank accounts")),
            ("bills.bills", N_("Bills")),
            ("bills.claims", N_("Expense claims")),
            ("payouts.overview", N_("Payments out")),
            ("payee_accounts.waiting", N_("Accounts to confirm")),
        ),
    ),
    (
        N_("Books"),
        (
            ("books.overview", N_("Overview")),
            ("books.journal_list", N_("Journal")),
            ("books.accounts", N_("Accounts")),
            ("books.all_statements", N_("Statements")),
            ("books.budget", N_("Budget")),
            ("books.cost_centre_list", N_("Cost centres")),
            ("books.fund_list", N_("Funds")),
            ("books.tax", N_("Tax")),
        ),
    ),
    (
        N_("Years and files"),
        (
            ("books.fiscal_years", N_("Years and months")),
            ("books.surplus", N_("Surplus")),
            ("books.import_file", N_("Import")),
            ("books.exports", N_("Downloads")),
        ),
    ),
    (
        N_("Running the house"),
        (
            ("identity.list_powers", N_("Powers")),
            ("approvals.acts", N_("Approvals")),
            ("identity.audit_trail", N_("Audit trail")),
        ),
    ),
)


#: To the statement of the one bank account, and to the list of several.
_TO_THE_BANK = ("bank.lines", "bank_accounts.overview")


@dataclass(frozen=True)
class _Door:
    """A link of the menu as everybody has it to whom its page is open."""

    endpoint: str
    label: str
    href: str


#: Stands in an address until it is known for whom the person acts.
_SOMEBODY = UUID(int=0)
#: Under which name the application keeps the doors that it has found.
_KEPT = "coop_doors"


def menu() -> list[Group]:
    """Return the menu of this request: only links that the person's powers open."""
    who = actor()
    if who.person_id is None:
        return [_group("", _VISITOR, who)]
    groups = [_group("", _COMMUNITY, who), _group(gettext("Community"), _TOGETHER, who)]
    mine = participants()
    for one in mine:
        label = one.name if len(mine) > 1 else gettext("Yours")
        groups.append(_group(label, _PARTICIPANT, who, one.id))
    return groups + [_group(gettext(label), entries, who) for label, entries in _OFFICERS if _doors(entries, who)]


def demo_bar() -> DemoBar | None:
    """Return the bar of the demonstration; nothing in a real co-operative."""
    # These pages are there only if the database carries the mark of a demonstration.
    if "demo.sign_in" not in current_app.view_functions:
        return None
    return DemoBar(
        roles=[DemoRole(gettext(role.label), url_for("demo.sign_in", role=role.code)) for role in ROLES],
        stops=[
            DemoStop(gettext(stop.label), stop.moment, url_for("demo.move_on", stop=stop.code))
            for stop in clockwork.stops(db.session())
        ],
        mail_href=url_for("demo.mail"),
        today=cooperative.today(db.session()),
    )


def _group(label: str, entries: Entries, who: Actor, participant_id: UUID = _SOMEBODY) -> Group:
    here, somebody, this = request.path, str(_SOMEBODY), str(participant_id)
    doors = _doors(entries, who)
    left_out = _other_way_to_the_bank() if any(door.endpoint in _TO_THE_BANK for door in doors) else ""
    hrefs = ((door, door.href.replace(somebody, this)) for door in doors if door.endpoint != left_out)
    return Group(label, [Link(door.label, href, href == here) for door, href in hrefs])


def _doors(entries: Entries, who: Actor) -> tuple[_Door, ...]:
    """Return which of these pages are open to whoever holds the same powers, for every participant alike.

    They follow from what is in the key and from nothing else, so they are found once: most of the frame's time went into them.
    """
    kept: dict[Hashable, tuple[_Door, ...]] = current_app.extensions.setdefault(_KEPT, {})
    key = (entries, who.person_id is None, who.powers, page_locale(), request.script_root)
    found = kept.get(key)
    if found is None:
        found = kept[key] = tuple(_open_doors(entries, who))
    return found


def _open_doors(entries: Entries, who: Actor) -> Iterator[_Door]:
    for endpoint, label in entries:
        guard = guard_of(current_app.view_functions[endpoint])
        if guard is not None and guard.admits(who):
            values = {"participant_id": _SOMEBODY} if entries is _PARTICIPANT else {}
            yield _Door(endpoint, gettext(label), url_for(endpoint, **values))  # type: ignore[arg-type]


def _other_way_to_the_bank() -> str:
    """Return which of the two ways to the bank the menu leaves out: a list of accounts is for who has several."""
    return _TO_THE_BANK[0 if are_several(db.session()) else 1]
