"""Markdown as a summary: the words, without marks, addresses and lines."""

import pytest

from coop import markdown


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("For **wet** feet", "For wet feet"),
        ("# Aims\n\n- one\n- two\n\nand [more](https://example.org)", "Aims one two and more"),
        ("one\ntwo  \nthree", "one two three"),
        ("`code` and\n\n    more = 1", "code and more = 1"),
        ("<b>not</b> & yet", "<b>not</b> & yet"),
        ("", ""),
    ],
)
def test_a_summary_has_the_words_only(text: str, expected: str) -> None:
    assert markdown.plain(text) == expected
