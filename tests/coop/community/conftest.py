"""The community's tests begin with a co-operative that is founded; it is copied once for all that roll back."""

from collections.abc import Callable, Iterator

import pytest

from tests.databases import Templates, TestDatabase


@pytest.fixture(scope="session")
def _shared(templates: Templates) -> Iterator[Callable[[str], TestDatabase]]:
    """What `session` works on: instead of an empty schema, one with founders."""
    made: dict[str, TestDatabase] = {}

    def get(kind: str) -> TestDatabase:
        if kind not in made:
            made[kind] = templates.servers[kind].copy(templates.founded(kind))
        return made[kind]

    yield get
    for copy in made.values():
        templates.servers[copy.kind].drop(copy)
