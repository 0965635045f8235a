"""Canonical JSON: the same value gives the same bytes, and what has no canonical form is refused."""

from datetime import UTC, date, datetime, timedelta, timezone
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence.canonical import canonical_bytes, digest

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(alphabet=st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(alphabet="abcdeāēīōū"), inner),
    max_leaves=10,
)


def test_keys_are_sorted_and_nothing_is_spaced() -> None:
    assert canonical_bytes({"b": 1, "a": [True, None, "ā"]}) == '{"a":[true,null,"ā"],"b":1}'.encode()


def test_a_moment_is_written_in_utc_whatever_its_zone() -> None:
    utc = datetime(2026, 3, 31, 4, 5, 6, tzinfo=UTC)
    auckland = utc.astimezone(timezone(timedelta(hours=13)))
    assert canonical_bytes(utc) == canonical_bytes(auckland) == b'"2026-03-31T04:05:06.000000Z"'


def test_dates_and_references_are_text() -> None:
    reference = UUID("12345678-1234-4678-9234-567812345678")
    assert canonical_bytes([date(2026, 2, 28), reference]) == (b'["2026-02-28","12345678-1234-4678-9234-567812345678"]')


@pytest.mark.parametrize("value", [1.5, datetime(2026, 1, 1), {1: 2}, {1, 2}, b"bytes", [0.1]])  # noqa: DTZ001
def test_what_has_no_canonical_form_is_refused(value: object) -> None:
    with pytest.raises(TypeError):
        canonical_bytes(value)


@given(st.dictionaries(st.text(alphabet="abcdeāēīōū"), VALUES))
def test_the_order_of_insertion_does_not_matter(value: dict[str, object]) -> None:
    turned = dict(reversed(list(value.items())))
    assert canonical_bytes(turned) == canonical_bytes(value)
    assert digest(turned) == digest(value)
