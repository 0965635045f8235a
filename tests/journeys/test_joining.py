"""From a stranger to a participant whom others find."""

from tests.journeys import scenes
from tests.visitors import Stage


def test_a_stranger_joins_the_community_and_is_found(stage: Stage) -> None:
    newcomer = scenes.join(stage)
    scenes.be_found(stage, newcomer)
    scenes.add_organisation(newcomer)


def test_an_address_is_registered_once_and_nobody_is_told(stage: Stage) -> None:
    """The answer is the same for a known address; its owner gets a mail, and the first account stays as it is."""
    newcomer = scenes.join(stage)
    stranger = scenes.go(stage.newcomer(), "/register")
    typed = {"name": "Somebody else", "email": newcomer.email, "password": "another password", "password_confirm": ""}
    scenes.press(stranger, "Join the community (free)", {**typed, "password_confirm": "another password"})
    stage.work()
    assert len(stage.mails_to(newcomer.email)) >= 2
    back = scenes.go(stage.newcomer(), "/login")
    scenes.press(back, "Sign in", {"email": newcomer.email, "password": scenes.PASSWORD})
    assert back.title == f"Kia ora, {newcomer.name}"
