"""The act of this room that needs two people: publishing an edition of the annual report."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import url_for
from flask_babel import gettext
from markupsafe import Markup, escape
from sqlalchemy.orm import Session

from coop import outbox
from coop.approvals.kinds import ActKind, Outcome, TwoPeople
from coop.assembly.meetings import agenda
from coop.permissions import Actor
from coop.reports import editions
from coop.reports.queries import content_of
from evidence.messages import N_


def _publish(session: Session, actor: Actor, arguments: Mapping[str, Any], two: TwoPeople) -> Outcome:
    year_id = UUID(arguments["year"])
    editions.publish(
        session,
        actor,
        year_id=year_id,
        content_digest=arguments["content"],
        pdf_sha256=arguments["pdf"],
        two=two,
    )
    agenda.name_report(session, year_id)
    return Outcome(year_id, outbox.Page("reports.year_page", {"year_id": year_id}))


def _describe(session: Session, arguments: Mapping[str, Any]) -> list[tuple[str, str]]:
    content = content_of(session, arguments["content"])
    address = url_for("reports.prepared", year_id=UUID(arguments["year"]), digest=arguments["content"])
    link = Markup('<a href="{}">{}</a>').format(address, gettext("Read it as it would be published"))
    return [
        (gettext("Annual report of"), content.year.name),
        (gettext("Edition"), str(content.edition.number)),
        (gettext("What it says"), escape(link)),
        (gettext("Fingerprint of everything it says"), arguments["content"]),
        (gettext("SHA-256 of the PDF"), arguments["pdf"]),
        (
            gettext("What happens"),
            gettext("Everybody can read it from then on. It is never changed; a correction is a new edition."),
        ),
    ]


ACTS: tuple[ActKind, ...] = (
    ActKind(
        code=editions.KIND,
        label=N_("Publish the annual report"),
        prepared_by=editions.PREPARERS,
        approved_by=editions.APPROVERS,
        run=_publish,
        describe=_describe,
        next_step=N_("Next: read it as everybody does. The edition stands on the page of the year, under Published."),
    ),
)
