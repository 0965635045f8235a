"""What everybody reads: the list of reports, an edition as page, as tables and as PDF."""

from flask import Response, render_template, url_for

from coop.database import db
from coop.permissions import public
from coop.reports import editions, queries, tables
from coop.reports.blueprint import READERS, blueprint
from coop.reports.outline import edition_name, outline
from coop.reports.pages import report_values
from coop.reports.queries import Edition
from coop.signed_in import actor
from coop.texts import fold


@blueprint.get("")
@public
def reports() -> str:
    """List the years with their editions."""
    found = queries.years(db.session())
    return render_template(
        "reports/reports.html",
        years=found,
        has_editions=any(year.editions for year in found),
        may_see_office=not actor().powers.isdisjoint(READERS),
    )


@blueprint.get("/<int:year>/<int:number>")
@public
def edition(year: int, number: int) -> str:
    """Show an edition, with a notice where a later one has taken its place."""
    session = db.session()
    found = queries.edition(session, year, number)
    report = outline(queries.content_of(session, found.content_digest))
    latest = queries.latest(session, found.year_id)
    return render_template(
        "reports/edition.html",
        report=report,
        edition=found,
        latest=latest if latest is not None and latest.number != found.number else None,
        editions=queries.editions(session, found.year_id),
        pdf_href=url_for("reports.edition_pdf", year=year, number=number),
        edition_name=edition_name,
        is_overtaken=queries.was_reopened_since(session, found) and (latest is None or latest.number == found.number),
        **report_values(lambda name: url_for("reports.edition_table", year=year, number=number, name=name)),
    )


@blueprint.get("/<int:year>/<int:number>/<name>.csv")
@public
def edition_table(year: int, number: int, name: str) -> Response:
    """Return a table of an edition as CSV."""
    session = db.session()
    found = queries.edition(session, year, number)
    content = queries.content_of(session, found.content_digest)
    return tables.csv_of(outline(content), name, f"annual-report-{year}-edition-{number}-{name}.csv")


@blueprint.get("/<int:year>/<int:number>.pdf")
@public
def edition_pdf(year: int, number: int) -> Response:
    """Return the PDF of an edition: the very bytes that were published."""
    session = db.session()
    found = queries.edition(session, year, number)
    house = queries.content_of(session, found.content_digest).house.name
    return pdf_file(editions.pdf_of(found.pdf_sha256), file_name(house, found))


def file_name(house: str, edition: Edition) -> str:
    """Return how the PDF of an edition is called on the reader's machine: in letters that every machine takes."""
    slug = "-".join("".join(c if c.isascii() and c.isalnum() else " " for c in fold(house)).split())
    return f"{slug or 'co-op'}-annual-report-{edition.year}-edition-{edition.number}.pdf"


def pdf_file(content: bytes, name: str) -> Response:
    """Return a PDF to be read in the browser, under its own name when it is kept."""
    response = Response(content, mimetype="application/pdf")
    response.headers.set("Content-Disposition", "inline", filename=name)
    return response
