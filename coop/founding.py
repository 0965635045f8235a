"""The founding of a co-operative: everything that must exist before the first page makes sense, in one transaction.

It records a founding resolution, by which the founders are admitted, the interim board and the officers get their powers for a
term, and the by-laws, the chart of accounts and the first fiscal year begin. So nobody is locked out on the first day.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo, available_timezones

from flask_babel import gettext
from sqlalchemy import select
from sqlalchemy.orm import Session

from coop import audit, clock, cooperative
from coop.assembly import bylaws as bylaw_versions
from coop.assembly.bylaws import Bylaws
from coop.assembly.resolutions import Body, record_resolution
from coop.cooperative import Cooperative
from coop.identity import powers
from coop.identity.people import add_person
from coop.membership import admission
from coop.membership import operations as membership
from coop.membership.admission import Asked
from coop.membership.classes import FIRST_ACCOUNTS
from coop.membership.models import MemberClass, ParticipantKind
from coop.membership.terms import publish_terms
from coop.permissions import Actor, Power
from coop.taxes import set_up_codes
from evidence.currencies import is_currency
from evidence.identifiers import new_id
from evidence.messages import N_, Refusal
from ledger import chart, sealing
from ledger.chart import statutory
from ledger.years import periods

#: How long interim officers may stay: a first annual meeting is due well within eighteen months.
INTERIM_TERM = timedelta(days=548)
#: Powers without which the co-op could not go on after its founding.
NEEDED = (Power.BOARD, Power.TREASURER, Power.SECRETARY, Power.ADMINISTRATOR)
LONGEST_NAME = 200


@dataclass(eq=False)
class AlreadyFounded(Refusal):
    """The database holds a co-operative already."""

    name: str
    message = N_("This database already holds %(name)s.")


@dataclass(eq=False)
class BadPlan(Refusal):
    """Something about the founding cannot be; `reason` says what."""

    reason: str
    message = N_("%(reason)s")


@dataclass(frozen=True)
class Founder:
    """A founding member and the powers they take up until the first annual meeting."""

    name: str
    email: str
    powers: frozenset[Power]


@dataclass(frozen=True)
class MembershipClass:
    """A class of members to begin with."""

    code: str
    name: str
    kind: ParticipantKind
    description: str


@dataclass(frozen=True)
class Plan:
    """What is founded."""

    name: str
    currency: str
    zone: str
    year_end_month: int
    year_end_day: int
    bylaws: Bylaws
    founders: Sequence[Founder]
    classes: Sequence[MembershipClass]
    bank_account: str = ""
    is_demo: bool = False
    #: Registered for goods and services tax from the beginning.
    is_tax_registered: bool = False


def default_classes() -> list[MembershipClass]:
    """Return a class for each kind of participant, in the language of the page."""
    return [
        MembershipClass(
            "practitioner",
            gettext("Practitioners"),
            ParticipantKind.INDIVIDUAL,
            gettext("People who work in the field, paid or not."),
        ),
        MembershipClass(
            "group",
            gettext("Community groups and iwi"),
            ParticipantKind.GROUP,
            gettext("Community groups, iwi and hapū entities, and trusts."),
        ),
        MembershipClass(
            "enterprise", gettext("Enterprises"), ParticipantKind.ENTERPRISE, gettext("Firms and public bodies.")
        ),
    ]


def found(session: Session, actor: Actor, plan: Plan) -> UUID:
    """Found the co-operative and return the id of the founding resolution.

    Raises:
        AlreadyFounded, BadPlan, PowerMissing
    """
    power = actor.need(Power.ADMINISTRATOR)
    existing = cooperative.find(session)
    if existing is not None:
        raise AlreadyFounded(existing.name)
    check_plan(plan)
    today = clock.now().astimezone(ZoneInfo(plan.zone)).date()
    session.add(
        Cooperative(
            name=plan.name,
            currency=plan.currency,
            zone=plan.zone,
            year_end_month=plan.year_end_month,
            year_end_day=plan.year_end_day,
            founded_on=today,
            bank_account=plan.bank_account,
            is_tax_registered=plan.is_tax_registered,
            is_demo=plan.is_demo,
        )
    )
    session.flush()
    bylaw_versions.adopt(session, plan.bylaws, in_force_on=today)
    _open_books(session, plan, today)
    if plan.is_tax_registered:
        set_up_codes(session, cooperative.current(session))
    for member_class in plan.classes:
        session.add(
            MemberClass(
                id=new_id(),
                code=member_class.code,
                name=member_class.name,
                kind=member_class.kind,
                description=member_class.description,
                capital_account=FIRST_ACCOUNTS[member_class.kind],
            )
        )
    session.flush()
    publish_terms(session, actor, in_force_on=today)
    resolution_id = record_resolution(
        session,
        body=Body.FOUNDERS,
        decided_on=today,
        title=gettext("Founding resolution"),
        text=_founding_text(plan, today + INTERIM_TERM),
    )
    for founder in plan.founders:
        _seat(session, actor, founder, today, resolution_id)
    audit.record(session, actor, "cooperative.founded", subject=resolution_id, power=power)
    return resolution_id


def check_plan(plan: Plan) -> None:
    """List what cannot be in a plan before anything is written.

    Raises:
        BadPlan: with the first thing that is wrong.
    """
    for is_wrong, reason in (
        (
            not 1 <= len(plan.name.strip()) <= LONGEST_NAME,
            N_("The co-operative needs a name of at most 200 characters."),
        ),
        (not is_currency(plan.currency), N_("The currency must be a code of ISO 4217, such as NZD.")),
        (plan.zone not in available_timezones(), N_("The time zone must be a name such as Pacific/Auckland.")),
        (not _is_day(plan.year_end_month, plan.year_end_day), N_("The year end must be a day, such as 03-31.")),
        (
            plan.bylaws.share_price_minor is not None and not 0 < plan.bylaws.share_price_minor <= 10**12,
            N_("The price of a share must be more than nothing; leave it out where there is no share."),
        ),
        (not plan.founders, N_("A co-operative needs at least one founding member.")),
        (len({founder.email for founder in plan.founders}) < len(plan.founders), N_("Two founders share an address.")),
    ):
        if is_wrong:
            raise BadPlan(reason)
    taken = frozenset[Power]().union(*(founder.powers for founder in plan.founders))
    missing = [power.value for power in NEEDED if power not in taken]
    if missing:
        raise BadPlan(gettext("Nobody would hold the power of %(powers)s.", powers=", ".join(missing)))


def _open_books(session: Session, plan: Plan, today: date) -> None:
    first, last = periods.year_dates(today, plan.year_end_month, plan.year_end_day)
    # The year is opened whole, so that what happened before the founding in that year can be booked.
    periods.open_fiscal_year(session, first, last)
    tags = statutory.default_tags(plan.currency)
    chart.install_chart(session, currency=plan.currency, opened_on=first, translate=gettext, tags=tags)
    sealing.start_chain(session)


def _seat(session: Session, actor: Actor, founder: Founder, today: date, resolution_id: UUID) -> None:
    """Enter a founder: a person, a participant, an admitted applicant, and the powers of the interim."""
    person_id = add_person(session, actor, name=founder.name, email=founder.email)
    themselves = Actor(person_id=person_id, channel=actor.channel)
    participant_id = membership.create_individual(session, themselves, name=founder.name)
    themselves = Actor(
        person_id=person_id,
        channel=actor.channel,
        represents=frozenset({participant_id}),
        acting_for=participant_id,
    )
    for power in sorted(founder.powers):
        powers.grant(
            session,
            actor,
            person_id=person_id,
            power=power,
            starts_on=today,
            # Somebody must always be able to grant powers, so that one has no end.
            ends_on=None if power is Power.ADMINISTRATOR else today + INTERIM_TERM,
            resolution_id=resolution_id,
        )
    application_id = admission.apply(session, themselves, participant_id=participant_id, asked=_asked(session, today))
    admission.admit_founder(session, actor, application_id=application_id, resolution_id=resolution_id)


def _asked(session: Session, today: date) -> Asked:
    class_id = session.scalars(
        select(MemberClass.id).where(MemberClass.kind == ParticipantKind.INDIVIDUAL).order_by(MemberClass.code)
    ).first()
    if class_id is None:
        raise BadPlan(N_("The founders are individuals, so there must be a class of members for individuals."))
    price_minor = bylaw_versions.in_force(session, today).bylaws.share_price_minor
    return Asked(
        class_id=class_id,
        bond=gettext("A founding member, who took part in founding the co-operative."),
        shares=0 if price_minor is None else 1,
        terms_version=1,
        accepts=True,
    )


def _founding_text(plan: Plan, until: date) -> str:
    """Write the words of the founding resolution."""
    lines = [
        gettext("We found %(name)s and adopt its by-laws, version 1.", name=plan.name),
        gettext(
            "Those named below are founding members. They hold the powers beside their names until %(until)s or the first"
            " annual meeting, whichever comes first; the administrator until another takes over.",
            until=until.isoformat(),
        ),
        "",
    ]
    for founder in plan.founders:
        held = ", ".join(sorted(power.value for power in founder.powers))
        lines.append(f"- {founder.name}: {held}" if held else f"- {founder.name}")
    return "\n".join(lines)


def _is_day(month: int, day: int) -> bool:
    try:
        date(2000, month, day)
    except ValueError:
        return False
    return True
