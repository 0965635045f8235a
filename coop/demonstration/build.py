"""The demonstration from beginning to end."""

from collections.abc import Callable

from flask import Flask
from flask_security import hash_password

from coop import clock
from coop.demonstration import annual, bills, growth, money, story, together, trade
from coop.demonstration.stage import Stage

#: The password of every role, as `coop demo` prints it. A demonstration holds nothing worth guarding.
PASSWORD = "kanopi-demo-2026"  # noqa: S105


def build(app: Flask, progress: Callable[[str], None]) -> None:
    """Build the demonstration in an empty schema by the operations of every room, each at its moment in the past.

    Dates count back from now, so that there is always an open vote and something to do. The story is the same each time;
    references and keys are random, as they are in real life. Takes about seven seconds.
    """
    with app.test_request_context():
        stage = Stage(now=clock.now(), progress=progress, password_hash=hash_password(PASSWORD))
        growth.found(stage)
        growth.grow(stage)
        money.book(stage)
        bills.bill(stage)
        trade.trade(stage)
        together.gather(stage)
        money.reconcile(stage)
        story.decide(stage)
        annual.go_round(stage)
        annual.appoint(stage)
        story.leave_open(stage)
        annual.grant_waiting(stage)
        stage.play()
