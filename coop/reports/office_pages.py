"""The office in which a report is made: how far a year has come, the words around the figures, the draft, and preparing an edition."""

from typing import Any
from uuid import UUID

from flask import Response as FlaskResponse
from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from coop.approvals.queries import ActRow, waiting
from coop.books.pages import READERS as BOOK_READERS
from coop.database import db, write
from coop.errors import message_of, status_of
from coop.permissions import NotFound, Power, requires
from coop.reports import editions, queries, words
from coop.reports.accounts import SIGNERS, AccountsApproval, approval_of
from coop.reports.blueprint import READERS, blueprint
from coop.reports.compose import compose
from coop.reports.content import Content
from coop.reports.errors import ReasonMissing
from coop.reports.forms import WordsForm
from coop.reports.outline import outline
from coop.reports.pages import report_values
from coop.reports.pdf import render
from coop.reports.pdf.style import missing_letters
from coop.reports.public_pages import pdf_file
from coop.reports.queries import Edition
from coop.reports.reviews import is_reviewed, review_of
from coop.signed_in import actor
from evidence.messages import Refusal
from ledger.models import FiscalYear, YearClosing
from ledger.years.closed_years import closing_of, closings_of

Answer = str | Response | tuple[str, int]
_WRITERS = (Power.BOARD, Power.SECRETARY)


@blueprint.get("/years/<uuid:year_id>")
@requires(*READERS)
def year_page(year_id: UUID) -> Answer:
    """Show how far a year has come on its way to a report, and what is next."""
    return _year_page(year_id)


@blueprint.post("/years/<uuid:year_id>/prepare")
@requires(*editions.PREPARERS)
def prepare(year_id: UUID) -> Answer:
    """Prepare the next edition for a director's approval."""
    who = actor()
    try:
        made = editions.draft(db.session(), year_id)
        act_id = write(lambda session: editions.prepare_edition(session, who, made))
    except NotFound:
        raise
    except Refusal as refusal:
        return _year_page(year_id, refused=message_of(refusal)), status_of(refusal)
    flash(gettext("The edition is prepared. It is published when a director approves it."), "success")
    return redirect(url_for("approvals.act", act_id=act_id), 303)


@blueprint.route("/years/<uuid:year_id>/words", methods=["GET", "POST"])
@requires(*_WRITERS)
def edit_words(year_id: UUID) -> Answer:
    """Edit the words around the figures, or look at them as they would be printed."""
    session = db.session()
    year = _year(year_id)
    draft = words.words_of(session, year_id)
    form, preview = WordsForm(data=vars(draft)), None
    if form.validate_on_submit():
        written, who = form.to_words(), actor()
        if "preview" in request.form:
            preview = written
        else:
            with form.showing_refusals():
                write(lambda s: words.edit_words(s, who, year_id=year_id, words=written))
                flash(gettext("The words are saved. They are printed in the next edition."), "success")
                return redirect(url_for("reports.year_page", year_id=year_id), 303)
    page = render_template(
        "reports/words.html",
        form=form,
        year=_year(year_id),
        year_name=str(year.ends_on.year),
        preview=preview,
        next_number=queries.last_number(db.session(), year_id) + 1,
        **report_values(None),
    )
    return page, form.status


@blueprint.get("/years/<uuid:year_id>/draft")
@requires(*READERS)
def draft(year_id: UUID) -> Answer:
    """Show the report as it would be published now."""
    content = compose(db.session(), year_id)
    return _content_page(
        year_id,
        content,
        gettext("Draft"),
        gettext("Nobody but officers sees this. It is made from the books and registers as they stand now."),
        url_for("reports.draft_pdf", year_id=year_id),
    )


@blueprint.get("/years/<uuid:year_id>/draft.pdf")
@requires(*READERS)
def draft_pdf(year_id: UUID) -> FlaskResponse:
    """Return the PDF as it would be published now."""
    content = compose(db.session(), year_id)
    return pdf_file(render(content), f"draft-annual-report-{content.year.name}.pdf")


@blueprint.get("/years/<uuid:year_id>/prepared/<digest>")
@requires(*READERS)
def prepared(year_id: UUID, digest: str) -> Answer:
    """Show what was prepared for publication: exactly what the approval is about."""
    content = _prepared(year_id, digest)
    return _content_page(
        year_id,
        content,
        gettext("Prepared"),
        gettext("This is what a director approves: the same words and figures, the same PDF."),
        url_for("reports.prepared_pdf", year_id=year_id, digest=digest),
    )


@blueprint.get("/years/<uuid:year_id>/prepared/<digest>.pdf")
@requires(*READERS)
def prepared_pdf(year_id: UUID, digest: str) -> FlaskResponse:
    """Return the PDF of what was prepared."""
    content = _prepared(year_id, digest)
    return pdf_file(render(content), f"prepared-annual-report-{content.year.name}.pdf")


def _year(year_id: UUID) -> FiscalYear:
    year = db.session().get(FiscalYear, year_id)
    if year is None:
        raise NotFound
    return year


def _prepared(year_id: UUID, digest: str) -> Content:
    content = queries.content_of(db.session(), digest)
    year = _year(year_id)
    if (content.year.starts_on, content.year.ends_on) != (year.starts_on, year.ends_on):
        raise NotFound
    return content


def _content_page(year_id: UUID, content: Content, eyebrow: str, about: str, pdf_href: str) -> str:
    return render_template(
        "reports/draft.html",
        report=outline(content),
        year_id=year_id,
        eyebrow=eyebrow,
        about=about,
        pdf_href=pdf_href,
        missing=missing_letters(content.canonical),
        **report_values(None),
    )


def _year_page(year_id: UUID, *, refused: str = "") -> str:
    session, who = db.session(), actor()
    year = _year(year_id)
    refusal = _refusal(year_id)
    closing, approval = closing_of(session, year_id), approval_of(session, year_id)
    last = queries.latest(session, year_id)
    # An edition of before the year was reopened tells of other accounts.
    edition = last if last is not None and closing is not None and last.published_at >= closing.closed_at else None
    act = next((row for row in waiting(session, kind=editions.KIND) if row.arguments["year"] == str(year_id)), None)
    return render_template(
        "reports/year.html",
        year=year,
        steps=_steps(closing, approval, edition, act),
        closing=closing,
        approval=approval,
        review=review_of(session, year_id) if is_reviewed(session, year_id) else None,
        was_reopened=any(one.reopening is not None for one in closings_of(session, year_id)),
        editions=queries.editions(session, year_id),
        next_number=queries.last_number(session, year_id) + 1,
        words=words.words_of(session, year_id),
        act=act,
        problem=message_of(refusal) if refusal else "",
        lacks_reason=isinstance(refusal, ReasonMissing),
        is_director=Power.BOARD in who.powers,
        refused=refused,
        may_write=not who.powers.isdisjoint(_WRITERS),
        may_see_books=not who.powers.isdisjoint(BOOK_READERS),
    )


def _refusal(year_id: UUID) -> Refusal | None:
    """Return why no edition can be prepared now; nothing where one can."""
    try:
        editions.next_edition(db.session(), year_id)
    except Refusal as refusal:
        return refusal
    return None


def _steps(
    closing: YearClosing | None, approval: AccountsApproval | None, edition: Edition | None, act: ActRow | None
) -> list[dict[str, Any]]:
    """Return the way to an edition, as a timeline shows it."""
    signed = len(approval.signed) if approval else 0
    done = [
        (gettext("The year is closed"), closing is not None, closing and closing.closed_on, ""),
        (gettext("The board approves the accounts"), approval is not None, approval and approval.decided_on, ""),
        (
            gettext("Two directors sign them"),
            signed >= SIGNERS,
            None,
            gettext("%(signed)s of %(needed)s have signed", signed=min(signed, SIGNERS), needed=SIGNERS),
        ),
        (
            gettext("An edition is prepared by one person"),
            act is not None or edition is not None,
            act.prepared_at if act else None,
            act.prepared_by_name if act else "",
        ),
        (
            gettext("A director approves it, and it is published"),
            edition is not None and act is None,
            edition.published_at if edition and not act else None,
            gettext("edition %(number)s", number=edition.number) if edition and not act else "",
        ),
    ]
    current = next((place for place, step in enumerate(done) if not step[1]), len(done))
    return [
        {
            "label": label,
            "state": "done" if is_done else "current" if place == current else "waiting",
            "at": at,
            "note": note or None,
        }
        for place, (label, is_done, at, note) in enumerate(done)
    ]
