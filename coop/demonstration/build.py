"""The demonstration from beginning to end, in the order in which it happened."""

from flask import Flask
from flask_security import hash_password

from coop import clock
from coop.demonstration import builder, story
from coop.demonstration.builder import PASSWORD, Progress, Stage


def build(app: Flask, progress: Progress) -> None:
    """Build the demonstration in an empty schema. Takes about ten seconds."""
    with app.test_request_context():
        stage = Stage(now=clock.now(), progress=progress, password_hash=hash_password(PASSWORD))
        builder.found(stage)
        builder.grow(stage)
        story.book_money(stage)
        story.decide(stage)
        story.elect(stage)
        story.leave_open(stage)
