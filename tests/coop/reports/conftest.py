"""What tests of editions begin with."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask_babel import Babel
from sqlalchemy.orm import Session

from coop.config import Config
from coop.reports import checks as reports_checks
from tests.coop.reports.year import Office, office


@pytest.fixture
def closed(session: Session, tmp_path: Path) -> Iterator[Office]:
    """A closed year, and no more of the application than the folder of stored files and the words of the page."""
    plain = Flask("reports")
    Babel(plain, default_locale="en_NZ")
    plain.extensions["coop_config"] = Config("sqlite://", "no secret is needed here", tmp_path)
    with plain.test_request_context(), office(session) as made:
        yield made
        assert reports_checks.findings(session) == []
