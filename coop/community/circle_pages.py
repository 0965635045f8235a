"""Pages of practice circles: the list, one circle with its posts, and writing in it."""

from uuid import UUID

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext

from coop import clock
from coop.community import circle_queries, circles, event_queries
from coop.community.blueprint import Answer, blueprint, mine
from coop.community.gathering_forms import CircleForm, PostForm, RemovalForm
from coop.database import db, write
from coop.paging import pager, requested_page
from coop.permissions import Power, requires
from coop.signed_in import act_for, actor

_OFFICE = frozenset({Power.SECRETARY, Power.BOARD})


@blueprint.get("/circles")
@requires()
def list_circles() -> Answer:
    """List the circles."""
    part = circle_queries.circles(db.session(), page=requested_page())
    return render_template(
        "community/circles.html", part=part, pager=pager(part), may_found=bool(actor().powers & _OFFICE)
    )


@blueprint.route("/circles/new", methods=["GET", "POST"])
@requires(Power.SECRETARY, Power.BOARD)
def found_circle() -> Answer:
    """Found a circle."""
    who, form = actor(), CircleForm()
    if form.validate_on_submit():
        text = form.to_circle()
        with form.showing_refusals():
            circle_id = write(lambda session: circles.found_circle(session, who, name=text.name, purpose=text.purpose))
            flash(gettext("The circle is open. Everybody may join."), "success")
            return redirect(url_for("community.circle", circle_id=circle_id), 303)
    return render_template("community/circle_form.html", form=form, circle=None), form.status


@blueprint.route("/circles/<uuid:circle_id>/edit", methods=["GET", "POST"])
@requires(Power.SECRETARY, Power.BOARD)
def describe_circle(circle_id: UUID) -> Answer:
    """Change the name of a circle and what it is for."""
    who, circle = actor(), circle_queries.circle(db.session(), circle_id)
    form = CircleForm(data={"name": circle.name, "purpose": circle.purpose})
    if form.validate_on_submit():
        text = form.to_circle()
        with form.showing_refusals():
            write(
                lambda session: circles.describe_circle(
                    session, who, circle_id=circle_id, name=text.name, purpose=text.purpose
                )
            )
            flash(gettext("The circle is changed."), "success")
            return redirect(url_for("community.circle", circle_id=circle_id), 303)
    if form.is_submitted():
        circle = circle_queries.circle(db.session(), circle_id)
    return render_template("community/circle_form.html", form=form, circle=circle), form.status


@blueprint.get("/circles/<uuid:circle_id>")
@requires()
def circle(circle_id: UUID) -> Answer:
    """Show a circle: what it is for, what comes next, and what is written in it."""
    return _circle_page(circle_id, PostForm(formdata=None))


@blueprint.post("/as/<uuid:participant_id>/circles/<uuid:circle_id>/join")
@requires()
def join_circle(participant_id: UUID, circle_id: UUID) -> Answer:
    """Join a circle."""
    who = act_for(participant_id)
    write(lambda session: circles.join_circle(session, who, circle_id=circle_id, participant_id=participant_id))
    flash(gettext("You have joined. Say hello, if you like."), "success")
    return redirect(url_for("community.circle", circle_id=circle_id), 303)


@blueprint.post("/as/<uuid:participant_id>/circles/<uuid:circle_id>/leave")
@requires()
def leave_circle(participant_id: UUID, circle_id: UUID) -> Answer:
    """Leave a circle."""
    who = act_for(participant_id)
    write(lambda session: circles.leave_circle(session, who, circle_id=circle_id, participant_id=participant_id))
    flash(gettext("You have left the circle. What you wrote stays until you remove it."), "success")
    return redirect(url_for("community.circle", circle_id=circle_id), 303)


@blueprint.post("/as/<uuid:participant_id>/circles/<uuid:circle_id>/posts")
@requires()
def write_post(participant_id: UUID, circle_id: UUID) -> Answer:
    """Write in a circle."""
    who, form = act_for(participant_id), PostForm()
    if form.validate_on_submit():
        text = form.to_text()
        with form.showing_refusals():
            post_id = write(
                lambda session: circles.write_post(
                    session, who, circle_id=circle_id, author_id=participant_id, text=text
                )
            )
            return redirect(url_for("community.circle", circle_id=circle_id, _anchor=f"post-{post_id}"), 303)
    return _circle_page(circle_id, form, participant_id), form.status


@blueprint.route("/posts/<uuid:post_id>", methods=["GET", "POST"])
@requires()
def edit_post(post_id: UUID) -> Answer:
    """Change a post of one's own."""
    who = actor()
    circle_id, written = circle_queries.own_post(db.session(), post_id, who.represents)
    form = PostForm(data={"text": written})
    if form.validate_on_submit():
        text = form.to_text()
        with form.showing_refusals():
            write(lambda session: circles.edit_post(session, who, post_id=post_id, text=text))
            return redirect(url_for("community.circle", circle_id=circle_id, _anchor=f"post-{post_id}"), 303)
    circle = circle_queries.circle(db.session(), circle_id)
    return render_template("community/edit_post.html", form=form, circle=circle), form.status


@blueprint.post("/posts/<uuid:post_id>/remove")
@requires()
def remove_post(post_id: UUID) -> Answer:
    """Remove a post of one's own."""
    who = actor()
    circle_id, _ = circle_queries.own_post(db.session(), post_id, who.represents)
    write(lambda session: circles.remove_post(session, who, post_id=post_id))
    flash(gettext("Your post is removed."), "success")
    return redirect(url_for("community.circle", circle_id=circle_id), 303)


@blueprint.route("/posts/<uuid:post_id>/remove-for-others", methods=["GET", "POST"])
@requires(Power.SECRETARY)
def remove_by_office(post_id: UUID) -> Answer:
    """Remove somebody's post, with a reason."""
    who, form = actor(), RemovalForm()
    circle_id, post = circle_queries.standing_post(db.session(), post_id)
    if form.validate_on_submit():
        reason = form.to_reason()
        with form.showing_refusals():
            write(lambda session: circles.remove_by_office(session, who, post_id=post_id, reason=reason))
            flash(gettext("The post is removed. Its author has been told."), "success")
            return redirect(url_for("community.circle", circle_id=circle_id), 303)
    circle = circle_queries.circle(db.session(), circle_id)
    return render_template("community/remove_post.html", form=form, circle=circle, post=post), form.status


def _circle_page(circle_id: UUID, form: PostForm, writing: UUID | None = None) -> str:
    session, who, participants = db.session(), actor(), mine()
    members = circle_queries.members_of(session, circle_id)
    belonging = {participant_id for participant_id, _ in members}
    writers = [one for one in participants if one.id in belonging]
    # Whoever has tried to write comes first, so that their words stay in a form that goes out in their name.
    writers.sort(key=lambda one: one.id != writing)
    part = circle_queries.posts(session, circle_id, page=requested_page())
    events = event_queries.upcoming(session, clock.now(), circle_id=circle_id).rows
    coming = event_queries.signed_up_among(session, [event.id for event in events], who.represents)
    return render_template(
        "community/circle.html",
        circle=circle_queries.circle(session, circle_id),
        part=part,
        pager=pager(part),
        events=events,
        coming={event_id for event_id, _ in coming},
        members=members,
        writers=writers,
        outside=[one for one in participants if one.id not in belonging],
        represents=who.represents,
        may_describe=bool(who.powers & _OFFICE),
        may_remove=Power.SECRETARY in who.powers,
        form=form,
    )
