"""Configuration comes from the environment, is frozen, and refuses what would not be safe."""

import secrets
from dataclasses import FrozenInstanceError
from pathlib import Path

import pytest

from coop.config import ConfigurationError, read_config

KEY = secrets.token_urlsafe(48)


def test_the_defaults_are_one_sqlite_file_in_the_instance_folder(tmp_path: Path) -> None:
    config = read_config({"COOP_SECRET_KEY": KEY, "COOP_INSTANCE_PATH": str(tmp_path)})
    assert config.database_url == f"sqlite:///{tmp_path / 'coop.sqlite3'}"
    assert config.mail_url == "console:"
    assert not config.is_https


@pytest.mark.parametrize("key", ["", "short", "a" * 64, "abab" * 16, "changeme" * 5])
def test_a_weak_secret_is_refused(key: str) -> None:
    with pytest.raises(ConfigurationError, match="COOP_SECRET_KEY"):
        read_config({"COOP_SECRET_KEY": key})


def test_a_secret_may_come_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "key").write_text(f"{KEY}\n")
    assert read_config({"COOP_SECRET_KEY_FILE": str(tmp_path / "key")}).secret_key == KEY
    with pytest.raises(ConfigurationError, match="not both"):
        read_config({"COOP_SECRET_KEY_FILE": str(tmp_path / "key"), "COOP_SECRET_KEY": KEY})
    with pytest.raises(ConfigurationError, match="cannot be read"):
        read_config({"COOP_SECRET_KEY_FILE": str(tmp_path / "missing")})


def test_the_driver_of_postgresql_is_ours_whatever_the_scheme() -> None:
    for scheme in ("postgres", "postgresql", "postgresql+psycopg"):
        config = read_config({"COOP_SECRET_KEY": KEY, "COOP_DATABASE_URL": f"{scheme}://u:p@h/d"})
        assert config.database_url == "postgresql+psycopg://u:p@h/d"


@pytest.mark.parametrize(
    "setting",
    [
        {"COOP_DATABASE_URL": "mysql://u@h/d"},
        {"COOP_DATABASE_URL": "nonsense"},
        {"COOP_BASE_URL": "ftp://x"},
        {"COOP_MAIL_URL": "pigeon:"},
        {"COOP_TRUSTED_PROXIES": "many"},
        {"COOP_TRUSTED_PROXIES": "-1"},
        {"COOP_TRUSTED_PROXIES": "99"},
    ],
)
def test_a_setting_that_cannot_be_is_refused_by_its_name(setting: dict[str, str]) -> None:
    with pytest.raises(ConfigurationError, match=next(iter(setting))):
        read_config({"COOP_SECRET_KEY": KEY, **setting})


def test_the_configuration_is_frozen_and_its_text_holds_no_secret() -> None:
    config = read_config({"COOP_SECRET_KEY": KEY, "COOP_DATABASE_URL": "postgresql://u:hidden@h/d"})
    assert KEY not in repr(config)
    assert "hidden" not in repr(config)
    with pytest.raises(FrozenInstanceError):
        config.secret_key = "x"  # type: ignore[misc]
