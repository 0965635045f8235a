"""The community's tests begin with a co-operative that is founded."""

import pytest

from tests.databases import Templates, TestDatabase


@pytest.fixture
def beginning(kind: str, templates: Templates) -> TestDatabase:
    """Where `session` begins: instead of an empty schema, one with founders."""
    return templates.founded(kind)
