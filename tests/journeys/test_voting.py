"""A proposal from the first words to its place in the register of resolutions."""

from datetime import timedelta

from tests.journeys import scenes, voting_scenes
from tests.visitors import Stage

TITLE = "A tool library for small groups"
GROUP = "Friends of the Ōhau Estuary"


def test_one_person_votes_for_two_members_and_the_clock_closes_the_vote(stage: Stage) -> None:
    newcomer = scenes.join(stage)
    group = scenes.add_organisation(newcomer, GROUP)
    for acting, name in ((newcomer.acting, newcomer.name), (group, GROUP)):
        scenes.become_a_member(stage, newcomer, acting, name)
    scenes.pay_founders(stage, "Ana Tūī", "Hana Mōrepōrepo")
    path = voting_scenes.propose(stage, "treasurer", TITLE)
    closes_at = voting_scenes.soon()
    voting_scenes.put_to_the_vote(stage, path, closes_at)
    voting_scenes.vote_for_two(newcomer, path, (newcomer.name, GROUP))
    voting_scenes.vote(stage, path, "board", "against")
    with stage.at(closes_at + timedelta(seconds=1)):
        voting_scenes.too_late(stage, newcomer, path)
        stage.work()
        voting_scenes.read_outcome(stage, newcomer, path, TITLE, (newcomer.name, GROUP, "Ana Tūī"))
        assert len([mail for mail in stage.mails_to(newcomer.email) if TITLE in mail]) >= 2
