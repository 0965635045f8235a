"""What waits for the officers between a closed year and its report, as tasks of the home page."""

from flask import url_for
from flask_babel import gettext
from sqlalchemy.orm import Session

from coop.home.tasks import Task
from coop.permissions import Actor
from coop.reports import waiting as reports


def report_tasks(session: Session, who: Actor) -> list[Task]:
    """Return what the person can do for accounts and reports by their powers."""
    return [_report(one) for one in reports.waiting_for(session, who)]


def _report(one: reports.Waiting) -> Task:
    """Return the next step from a closed year to its report."""
    year = one.year.ends_on.year
    if one.step is reports.Step.REVIEW:
        return Task(
            gettext("Review the accounts of %(year)s", year=year),
            url_for("reports.review", year_id=one.year.id),
            gettext("Without your report the annual report says that they are unaudited and not reviewed."),
        )
    if one.step is reports.Step.RENEW:
        return Task(
            gettext("Publish edition %(number)s of the report of %(year)s", number=one.number, year=year),
            url_for("reports.year_page", year_id=one.year.id),
            gettext("The members have decided on the surplus since the last edition."),
        )
    if one.step is reports.Step.PREPARE:
        return Task(
            gettext("Prepare the annual report of %(year)s", year=year)
            if one.number == 1
            else gettext("Prepare edition %(number)s of the report of %(year)s", number=one.number, year=year),
            url_for("reports.year_page", year_id=one.year.id),
            gettext("The accounts are approved and signed. A director approves the edition."),
        )
    return Task(
        gettext("Approve the accounts of %(year)s", year=year)
        if one.step is reports.Step.APPROVE
        else gettext("Sign the accounts of %(year)s", year=year),
        url_for("reports.year_accounts", year_id=one.year.id),
        gettext("Record what the board decided about them.")
        if one.step is reports.Step.APPROVE
        else gettext("The board has approved them; two directors sign."),
    )
