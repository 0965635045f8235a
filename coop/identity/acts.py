"""The acts of this room that need two people: granting a power, and resetting a second factor that somebody lost."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from flask_babel import get_locale, gettext
from sqlalchemy.orm import Session

from coop import outbox
from coop.approvals.kinds import ActKind, Outcome, TwoPeople
from coop.approvals.queries import words
from coop.formats import format_day
from coop.identity import factor_operations, operations, queries
from coop.identity.forms import POWER_LABELS, GrantAsked
from coop.permissions import Actor, Power
from evidence.messages import N_

POWERS_PAGE = outbox.Page("identity.list_powers", {})


def _grant(session: Session, actor: Actor, arguments: Mapping[str, Any], two: TwoPeople) -> Outcome:
    asked = GrantAsked(
        person_id=UUID(arguments["person"]),
        power=Power(arguments["power"]),
        starts_on=date.fromisoformat(arguments["starts_on"]),
        ends_on=date.fromisoformat(arguments["ends_on"]) if arguments["ends_on"] else None,
        decided_on=date.fromisoformat(arguments["decided_on"]),
        minute=words(session, two.act_id),
    )
    return Outcome(operations.grant_power(session, actor, asked, two=two), POWERS_PAGE)


def _describe_grant(session: Session, arguments: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [
        (gettext("Person"), _name(session, arguments)),
        (gettext("Power"), gettext(POWER_LABELS[Power(arguments["power"])])),
        (gettext("From"), _day(arguments["starts_on"])),
        (gettext("Until"), _day(arguments["ends_on"]) if arguments["ends_on"] else gettext("no end")),
        (gettext("Decided by the board on"), _day(arguments["decided_on"])),
        (
            gettext("Recorded with it"),
            gettext("a resolution of the board in the register, in the words below"),
        ),
    ]


def _reset(session: Session, actor: Actor, arguments: Mapping[str, Any], two: TwoPeople) -> Outcome:
    person_id = UUID(arguments["person"])
    factor_operations.reset(session, actor, person_id=person_id, two=two)
    return Outcome(person_id, None)


def _describe_reset(session: Session, arguments: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [
        (gettext("Person"), _name(session, arguments)),
        (gettext("What happens"), gettext("Their second factor and recovery codes are void, and their sessions end.")),
        (gettext("Until they set up another"), gettext("They sign in with their password; their powers rest.")),
    ]


def _name(session: Session, arguments: Mapping[str, Any]) -> str:
    return queries.name_of(session, UUID(arguments["person"])) or gettext("somebody whose name was erased")


def _day(text: str) -> str:
    return format_day(date.fromisoformat(text), str(get_locale()))


ACTS: tuple[ActKind, ...] = (
    ActKind(
        code="power.grant",
        label=N_("Grant a power"),
        prepared_by=(Power.ADMINISTRATOR, Power.SECRETARY),
        approved_by=(Power.BOARD, Power.ADMINISTRATOR, Power.SECRETARY),
        run=_grant,
        describe=_describe_grant,
    ),
    ActKind(
        code="factor.reset",
        label=N_("Reset a lost second factor"),
        prepared_by=(Power.ADMINISTRATOR, Power.SECRETARY),
        approved_by=(Power.ADMINISTRATOR, Power.SECRETARY, Power.BOARD),
        run=_reset,
        describe=_describe_reset,
    ),
)
