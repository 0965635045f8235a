"""What a spreadsheet would take for a formula, and must not: a text that others wrote may be one."""

#: Characters with which a spreadsheet would begin a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def plain_cell(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula: an apostrophe goes before one that would begin as such."""
    return "'" + text if text.startswith(_FORMULA) else text
