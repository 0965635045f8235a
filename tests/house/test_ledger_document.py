"""What docs/ledger.md says the database refuses is what it refuses: every rule of the ledger stands there, and no other."""

import re
from fnmatch import fnmatchcase
from pathlib import Path

from ledger.rules import RULES

TEXT = (Path(__file__).resolve().parents[2] / "docs" / "ledger.md").read_text(encoding="utf-8")


def test_every_rule_stands_in_the_document() -> None:
    named = set(re.findall(r"`(ledger_[a-z_*]+)`", TEXT))
    assert [rule.name for rule in RULES if not any(fnmatchcase(rule.name, one) for one in named)] == []


def test_the_document_names_no_rule_that_is_not_there() -> None:
    named = set(re.findall(r"`(ledger_[a-z_*]+)`", TEXT))
    assert [one for one in sorted(named) if not any(fnmatchcase(rule.name, one) for rule in RULES)] == []
