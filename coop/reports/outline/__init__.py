"""The outline of a report: a content as parts and blocks, in the words and the language of the page.

It computes nothing that is not in the content and asks no database, so a draft, an edition's page and its PDF say the same.
"""

from flask_babel import get_locale, gettext

from coop.formats import format_day
from coop.reports.blocks import Part, Report
from coop.reports.content import Content
from coop.reports.outline import accounts, evidence, governance, opening, people, surplus

__all__ = ["edition_name", "outline"]


def outline(content: Content) -> Report:
    """Return the report that a content makes."""
    parts: list[Part] = [
        *opening.parts(content),
        people.board(content),
        people.members(content),
        governance.part(content),
        *accounts.parts(content),
        surplus.part(content),
        evidence.part(content),
    ]
    return Report(
        house=content.house.name,
        title=gettext("Annual report"),
        span=gettext(
            "For the year from %(first)s to %(last)s",
            first=format_day(content.year.starts_on),
            last=format_day(content.year.ends_on),
        ),
        year=content.year.name,
        edition=edition_name(content.edition.number),
        digest=content.digest,
        parts=tuple(parts),
        language=str(get_locale()).replace("_", "-"),
    )


def edition_name(number: int) -> str:
    """Return how an edition is called."""
    name: str = gettext("Edition %(number)s", number=number)
    return name
