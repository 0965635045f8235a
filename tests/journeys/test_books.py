"""Books that add up, and that other people's programs accept."""

from pathlib import Path

from tests.journeys import scenes
from tests.visitors import Stage


def test_the_books_are_kept_and_exported(stage: Stage, tmp_path: Path) -> None:
    scenes.pay_founders(stage, "Ana Tūī", "Hana Mōrepōrepo")
    scenes.keep_books(stage)
    stage.work()
    scenes.export_books(stage, tmp_path)
