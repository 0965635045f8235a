"""`coop surplus`: plans by rates, and posts what the members carried in the names of two people."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from sqlalchemy import func, select

from coop.commands.surplus import surplus
from coop.database import db, write
from ledger.models import Entry
from ledger.surplus.models import Distribution, SurplusPlan
from ledger.surplus.plan import plan_of
from tests import sharing_out
from tests.databases import TestDatabase
from tests.sharing_out import CLOSED, POSTED, Story

RATES = ("--reserve", "20", "--fund", "10", "--cash", "50")
TWO = ("--prepared-by", "treasurer@kanopi.example", "--approved-by", "board@kanopi.example")


@pytest.fixture
def story(app: Flask, founded: TestDatabase, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Story]:
    """A closed year, and the environment that leads to it."""
    for name, value in (
        ("COOP_DATABASE_URL", founded.url),
        ("COOP_SECRET_KEY", "a-Secret-of-Many-Different-Characters-0123456789"),
        ("COOP_INSTANCE_PATH", str(tmp_path)),
    ):
        monkeypatch.setenv(name, value)
    with app.test_request_context():
        made = write(sharing_out.live)
        with made.at(CLOSED):
            write(lambda session: sharing_out.close(session, made))
    with made.at(POSTED):
        yield made


def _run(story: Story, *arguments: str) -> Result:
    return CliRunner().invoke(surplus, (arguments[0], str(story.ends_on.year), *arguments[1:]))


def _count(app: Flask, table: type[SurplusPlan | Entry | Distribution]) -> int:
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(table)) or 0


def _decide(app: Flask, story: Story) -> None:
    with app.test_request_context():
        plan_id = db.session.scalars(select(SurplusPlan.id)).one()
        write(lambda session: sharing_out.decide(session, story, plan_id))


def test_a_plan_is_prepared_by_rates(app: Flask, story: Story) -> None:
    shown = _run(story, "plan", *RATES, "--dry-run")
    assert shown.exit_code == 0, shown.output
    assert "Nothing was kept" in shown.output
    assert _count(app, SurplusPlan) == 0
    done = _run(story, "plan", *RATES)
    assert done.exit_code == 0, done.output
    with app.app_context():
        plan = plan_of(db.session(), db.session.scalars(select(SurplusPlan.id)).one())
    assert plan.fingerprint in done.output
    assert "The pool that members share" in done.output
    assert "525.00 NZD" in done.output


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--reserve", "60", "--fund", "50", "--cash", "50"), "at most 100 per cent"),
        (("--reserve", "many", "--fund", "5", "--cash", "50"), "no rate"),
        (("--reserve", "-1", "--fund", "5", "--cash", "50"), "no rate"),
    ],
)
def test_bad_rates_are_refused(app: Flask, story: Story, arguments: tuple[str, ...], message: str) -> None:
    for extra in ((), ("--dry-run",)):
        done = _run(story, "plan", *arguments, *extra)
        assert done.exit_code != 0
        assert message in done.output
    assert _count(app, SurplusPlan) == 0


def test_what_the_members_carried_is_posted_by_two_people(app: Flask, story: Story) -> None:
    assert "have not carried a plan" in _run(story, "post", *TWO).output
    _run(story, "plan", *RATES)
    assert "have not carried a plan" in _run(story, "post", *TWO).output
    _decide(app, story)
    before = _count(app, Entry)
    assert "it needs two people" in _run(story, "post").output
    shown = _run(story, "post", "--dry-run")
    assert shown.exit_code == 0, shown.output
    assert "Out of the surplus awaiting a decision" in shown.output
    assert _count(app, Entry) == before
    done = _run(story, "post", *TWO)
    assert done.exit_code == 0, done.output
    assert "is distributed by the plan" in done.output
    assert (_count(app, Entry), _count(app, Distribution)) == (before + 1, 1)
    assert "already distributed" in _run(story, "post", *TWO).output


def test_a_year_that_is_not_there_is_named(story: Story) -> None:
    done = CliRunner().invoke(surplus, ("plan", "1999", *RATES))
    assert done.exit_code == 1
    assert "There is no fiscal year 1999 in the books." in done.output
