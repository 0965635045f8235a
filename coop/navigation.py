"""The main menu and the bar of the demonstration.

Which links a person sees follows from the guards of the pages themselves, so the menu never offers a closed door. It does not
know what the pages show.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from flask import current_app, request, url_for
from flask_babel import gettext

from coop import cooperative
from coop.database import db
from coop.demonstration import clockwork
from coop.demonstration.roles import ROLES
from coop.membership.queries import Acting, participants_of
from coop.payments.bank.accounts import are_several
from coop.permissions import Actor, guard_of
from coop.signed_in import actor
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
        N_("Books"),
        (
            ("books.overview", N_("Overview")),
            ("payments.requests", N_("Payments")),
            ("cards.payments", N_("Payments by card")),
            ("bank.lines", N_("Bank statement")),
            ("bank_accounts.overview", N_("Bank accounts")),
            ("bills.bills", N_("Bills")),
            ("bills.claims", N_("Expense claims")),
            ("payouts.overview", N_("Payments out")),
            ("payee_accounts.waiting", N_("Accounts to confirm")),
            ("books.journal_list", N_("Journal")),
            ("books.accounts", N_("Accounts")),
            ("books.all_statements", N_("Statements")),
            ("books.budget", N_("Budget")),
            ("books.cost_centre_list", N_("Cost centres")),
            ("books.fund_list", N_("Funds")),
            ("books.tax", N_("Tax")),
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


def menu() -> list[Group]:
    """Return the menu of this request: only links that the person's powers open."""
    who = actor()
    if who.person_id is None:
        return [_group("", _VISITOR, who)]
    groups = [_group("", _COMMUNITY, who), _group(gettext("Community"), _TOGETHER, who)]
    participants = _participants(who)
    for one in participants:
        label = one.name if len(participants) > 1 else gettext("Yours")
        groups.append(_group(label, _PARTICIPANT, who, participant_id=one.id))
    groups += [_group(gettext(label), entries, who) for label, entries in _OFFICERS]
    return [group for group in groups if group.links]


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


def _participants(who: Actor) -> list[Acting]:
    if not who.represents or who.person_id is None:
        return []
    session = db.session()
    return participants_of(session, who.person_id, cooperative.today(session))


def _group(label: str, entries: Entries, who: Actor, **values: UUID) -> Group:
    return Group(label, list(_links(entries, who, values)))


def _links(entries: Entries, who: Actor, values: dict[str, UUID]) -> Iterable[Link]:
    for endpoint, label in entries:
        guard = guard_of(current_app.view_functions[endpoint])
        if guard is not None and guard.admits(who) and endpoint != _other_way_to_the_bank(endpoint):
            href = url_for(endpoint, **values)  # type: ignore[arg-type]
            yield Link(gettext(label), href, href == request.path)


def _other_way_to_the_bank(endpoint: str) -> str:
    """Return which of the two ways to the bank the menu leaves out: a list of accounts is for who has several."""
    if endpoint not in _TO_THE_BANK:
        return ""
    return _TO_THE_BANK[0 if are_several(db.session()) else 1]
