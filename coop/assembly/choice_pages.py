"""Choices between options: asking members what they prefer. Discussing, opening and counting one is like any other vote."""

from uuid import UUID

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from coop.assembly import operations
from coop.assembly.blueprint import blueprint
from coop.assembly.forms import ChoiceForm
from coop.database import db, write
from coop.permissions import requires
from coop.signed_in import act_for

Page = str | Response | tuple[str, int]


@blueprint.route("/as/<uuid:participant_id>/choices/new", methods=["GET", "POST"])
@requires()
def write_choice(participant_id: UUID) -> Page:
    """Write a question with its options."""
    who = act_for(participant_id)
    operations.need_member(db.session(), participant_id)
    form = ChoiceForm(data={"seats": 1})
    if form.validate_on_submit():
        words, seats = form.to_words(), form.to_seats()
        with form.showing_refusals():
            motion_id = write(
                lambda s: operations.write_choice(s, who, author_id=participant_id, words=words, seats=seats)
            )
            flash(gettext("Your question is up for discussion."), "success")
            return redirect(url_for("assembly.proposal", motion_id=motion_id), 303)
    return render_template("assembly/write_choice.html", form=form), form.status
