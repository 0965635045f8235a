"""The pages of the papers of an entry: adding one, reading one, and erasing one that must not be kept."""

from uuid import UUID

from flask import Response, flash, redirect, render_template, url_for
from flask_babel import gettext

from coop.attachments.forms import PaperForm
from coop.attachments.pages import send
from coop.books.forms import ConfirmForm
from coop.books.journal_web import entry_page
from coop.books.pages import READERS, Answer, blueprint, trail
from coop.books.papers import operations
from coop.books.papers.errors import CONFLICTS
from coop.books.papers.queries import paper_of
from coop.database import db, write
from coop.errors import declare
from coop.permissions import Power, requires, takes_papers
from coop.signed_in import actor

declare(409, *CONFLICTS)


@blueprint.post("/books/entries/<uuid:entry_id>/papers")
@requires(Power.TREASURER)
@takes_papers
def add_paper(entry_id: UUID) -> Answer:
    """Add a paper to an entry."""
    form = PaperForm()
    if form.validate_on_submit():
        who = actor()
        with form.showing_refusals():
            received = form.to_paper()
            write(lambda session: operations.add(session, who, entry_id=entry_id, received=received))
            flash(gettext("The file is kept with the entry."), "success")
            return redirect(url_for("books.entry", entry_id=entry_id, _anchor="papers"), 303)
    return entry_page(entry_id, form), form.status


@blueprint.get("/books/entries/<uuid:entry_id>/papers/<uuid:attachment_id>")
@requires(*READERS)
def paper(entry_id: UUID, attachment_id: UUID) -> Response:
    """Return a paper of an entry as it came."""
    paper_of(db.session(), entry_id, attachment_id)
    return send(attachment_id)


@blueprint.get("/books/entries/<uuid:entry_id>/papers/<uuid:attachment_id>/erase")
@requires(Power.TREASURER)
def confirm_erasure(entry_id: UUID, attachment_id: UUID) -> str:
    """Show what erasing a paper does, before it is done."""
    return _erasure_form(entry_id, attachment_id, ConfirmForm())


@blueprint.post("/books/entries/<uuid:entry_id>/papers/<uuid:attachment_id>/erase")
@requires(Power.TREASURER)
def erase_paper(entry_id: UUID, attachment_id: UUID) -> Answer:
    """Erase a paper that must not be kept."""
    form, who = ConfirmForm(), actor()
    if not form.validate():
        return _erasure_form(entry_id, attachment_id, form), 422
    write(lambda session: operations.erase(session, who, entry_id=entry_id, attachment_id=attachment_id))
    flash(gettext("The file is erased. That it was there stays on the list."), "success")
    return redirect(url_for("books.entry", entry_id=entry_id, _anchor="papers"), 303)


def _erasure_form(entry_id: UUID, attachment_id: UUID, form: ConfirmForm) -> str:
    return render_template(
        "books/erase_paper.html",
        form=form,
        entry_id=entry_id,
        paper=paper_of(db.session(), entry_id, attachment_id),
        trail=trail((gettext("Entry"), url_for("books.entry", entry_id=entry_id)), (gettext("Erase a file"), None)),
    )
