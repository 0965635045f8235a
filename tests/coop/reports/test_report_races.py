"""Two at the same moment: one approval of the accounts, one edition."""

from collections.abc import Callable
from typing import Any

from flask import Flask
from sqlalchemy.orm import Session

from coop import clock
from coop.approvals import operations as approvals
from coop.approvals.errors import AlreadyApproved as ActDone
from coop.approvals.models import TwoPersonAct
from coop.database import db
from coop.reports import accounts, editions, errors, queries
from tests import joining
from tests.coop.reports.year import Office, act, office_of


def at_once(app: Flask, *works: Callable[[Session], Any]) -> list[Any]:
    """Do pieces of work at once, each in a thread with a context of its own, at the time of the caller."""
    now = clock.now()

    def in_context(work: Callable[[Session], Any]) -> Callable[[Session], Any]:
        def done(session: Session) -> Any:
            with clock.at(now), app.test_request_context():
                return work(session)

        return done

    with app.app_context():
        engine = db.engine
    return joining.at_once(engine, *map(in_context, works))


def test_of_two_who_record_the_approval_one_does(app: Flask) -> None:
    with office_of(app) as desk:
        done, refused = joining.outcomes(at_once(app, desk.approve, desk.approve))
        assert (done, refused) == (1, {errors.AlreadyApproved})


def test_a_director_who_signs_twice_at_once_signs_once(app: Flask) -> None:
    with office_of(app) as desk:
        act(app, desk.approve)
        sign = [lambda session: desk.sign(session, "board")] * 2
        done, refused = joining.outcomes(at_once(app, *sign))
        assert (done, refused) == (1, {errors.AlreadySigned})
        found = act(app, lambda session: accounts.approval_of(session, desk.year_id))
        assert found is not None
        assert len(found.signed) == 1


def test_of_two_directors_who_approve_an_edition_at_once_one_publishes_it(app: Flask) -> None:
    with office_of(app) as desk:
        act(app, desk.make_ready)
        prepared = act(app, lambda session: _prepare(session, desk))

        def approve(name: str) -> Callable[[Session], Any]:
            return lambda session: approvals.approve(
                session, joining.founder(session, name), act_id=prepared.id, seen=prepared.digest
            )

        done, refused = joining.outcomes(at_once(app, approve("board"), approve("board2")))
        assert (done, refused) == (1, {ActDone})
        assert len(act(app, lambda session: queries.editions(session, desk.year_id))) == 1


def test_of_two_editions_that_are_published_at_once_one_is_the_next(app: Flask) -> None:
    with office_of(app) as desk:
        act(app, desk.make_ready)
        done, refused = joining.outcomes(at_once(app, desk.publish, desk.publish))
        assert done == 1
        assert refused <= {errors.ReportStale, errors.NothingNew}
        assert [one.number for one in act(app, lambda session: queries.editions(session, desk.year_id))] == [1]


def _prepare(session: Session, desk: Office) -> TwoPersonAct:
    made = editions.draft(session, desk.year_id)
    act_id = editions.prepare_edition(session, joining.founder(session, "secretary"), made)
    return session.get_one(TwoPersonAct, act_id)
