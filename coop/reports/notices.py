"""Mail about the annual report: every member is told where a new edition can be read, in the transaction that publishes it.

The report itself is on a public page, so the mail says that it can be had and does not carry it.
"""

from flask_babel import gettext
from sqlalchemy.orm import Session

from coop import cooperative, outbox
from coop.membership.queries import who_acts_for_members
from coop.reports.content import Content


def published(session: Session, content: Content) -> None:
    """Tell every member, through whoever acts for them, that an edition can be read."""
    house, year = cooperative.current(session), content.year.name
    number = content.edition.number
    if number == 1:
        said = gettext(
            "The annual report of %(year)s, with the accounts, is published. Everybody can read it and download it as a PDF.",
            year=year,
        )
    else:
        said = gettext(
            "Edition %(number)s of the annual report of %(year)s takes the place of the one before. It says why.",
            number=number,
            year=year,
        )
    for person_id, email in who_acts_for_members(session, cooperative.today(session)):
        outbox.send_mail(
            session,
            key=f"report-{year}-{number}:{person_id}",
            to=email,
            subject=gettext("%(name)s: the annual report of %(year)s", name=house.name, year=year),
            text=said,
            page=outbox.Page("reports.reports", {}),
        )
