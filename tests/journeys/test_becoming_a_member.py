"""From a participant to a member with a share, for oneself and for a group."""

from tests.journeys import scenes
from tests.visitors import Stage


def test_a_participant_becomes_a_member_with_one_share(stage: Stage) -> None:
    newcomer = scenes.join(stage)
    scenes.become_a_member(stage, newcomer, newcomer.acting, newcomer.name)
    home = scenes.go(newcomer.visitor, "/")
    assert "NZD 50.00" in home.text
    statement = scenes.go(newcomer.visitor, f"{newcomer.acting}/statement")
    assert "50.00" in statement.text
    treasurer = scenes.go(stage.founder("treasurer"), "/books/trial-balance")
    assert "50.00" in treasurer.text


def test_a_group_becomes_a_member_through_its_representative(stage: Stage) -> None:
    newcomer = scenes.join(stage)
    name = "Friends of the Ōhau Estuary"
    group = scenes.add_organisation(newcomer, name)
    scenes.become_a_member(stage, newcomer, group, name)
    assert scenes.go(newcomer.visitor, f"{newcomer.acting}/membership").title == "You take part, and are not a member"
    assert f"You are acting for {name}" in scenes.go(newcomer.visitor, f"{group}/shares").text


def test_what_belongs_to_somebody_else_is_not_there(stage: Stage) -> None:
    newcomer = scenes.join(stage)
    for page in ("profile", "membership", "apply", "shares", "shares/certificate", "statement", "representatives"):
        visitor = stage.founder("treasurer")
        visitor.open(f"{newcomer.acting}/{page}")
        assert visitor.status == 404, page
