"""The stage of the journeys with the strict client, on both databases."""

from uuid import UUID

import pytest
from flask import Flask

from tests.html_client import Browser
from tests.visitors import ClientVisitor, Stage


@pytest.fixture
def stage(app: Flask, people: dict[str, UUID], participants: dict[str, UUID]) -> Stage:
    """Where visitors without script come."""

    def come(person_id: UUID | None) -> ClientVisitor:
        browser = Browser(app)
        return ClientVisitor(browser if person_id is None else browser.sign_in_as(person_id))

    return Stage(app, people, participants, come)
