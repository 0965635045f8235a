"""An election from the nominations to a board with powers."""

from datetime import timedelta
from pathlib import Path

from tests.journeys import scenes, voting_scenes
from tests.visitors import Stage

MEMBERS = ("Ana Tūī", "Wiremu Kererū", "Hana Mōrepōrepo", "Sione Tākapu", "Aroha Hihi")
CANDIDATES = ("treasurer", "board", "founder")


def test_a_board_is_elected_by_secret_ballots_that_anybody_can_count(stage: Stage, tmp_path: Path) -> None:
    scenes.pay_founders(stage, *MEMBERS)
    path = voting_scenes.call_election(stage, CANDIDATES, seats=2)
    closes_at = voting_scenes.soon()
    voting_scenes.put_to_the_vote(stage, path, closes_at)
    receipts = voting_scenes.cast_ballots(stage, path)
    with stage.at(closes_at + timedelta(seconds=1)):
        elected = voting_scenes.count_again(stage, path, tmp_path, receipts, seats=2)
        assert "Aroha Hihi" in elected
        voting_scenes.record_board(stage, path)
        aroha = scenes.go(stage.founder("founder"), "/")
        assert "Applications" not in aroha.links(), "powers rest until there is a second factor"
        scenes.set_up_factor(aroha)
        assert "Applications" in scenes.go(aroha, "/").links()
