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
        {"COOP_PAYMENTS": "real"},
        {"COOP_STRIPE_SECRET_KEY": "pk_live_public", "COOP_STRIPE_WEBHOOK_SECRET": "whsec_x"},
        {"COOP_STRIPE_SECRET_KEY": "sk_live_x"},
        {"COOP_STRIPE_WEBHOOK_SECRET": "whsec_x"},
        {"COOP_STRIPE_WEBHOOK_SECRET": "secret", "COOP_STRIPE_SECRET_KEY": "sk_live_x"},
        {"COOP_STRIPE_SECRET_KEY": "sk_live_x", "COOP_STRIPE_WEBHOOK_SECRET": "whsec_x", "COOP_PAYMENTS": "fake"},
        {"COOP_STRIPE_CHECKOUT_ORIGIN": "http://pay.example.org"},
        {"COOP_STRIPE_CHECKOUT_ORIGIN": "https://pay.example.org/page"},
        {"COOP_STRIPE_CHECKOUT_ORIGIN": "https://pay.example.org; script-src *"},
        {"COOP_STRIPE_API_BASE": "//["},
    ],
)
def test_a_setting_that_cannot_be_is_refused_by_its_name(setting: dict[str, str]) -> None:
    with pytest.raises(ConfigurationError, match=next(iter(setting))):
        read_config({"COOP_SECRET_KEY": KEY, **setting})


def test_stripe_is_set_up_by_a_key_and_the_secret_of_its_messages_each_also_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("rk_live_hidden\n")
    (tmp_path / "webhook").write_text("whsec_hidden\n")
    config = read_config(
        {
            "COOP_SECRET_KEY": KEY,
            "COOP_STRIPE_SECRET_KEY_FILE": str(tmp_path / "key"),
            "COOP_STRIPE_WEBHOOK_SECRET_FILE": str(tmp_path / "webhook"),
            "COOP_STRIPE_API_BASE": "http://127.0.0.1:8000",
        }
    )
    assert (config.stripe_secret_key, config.stripe_webhook_secret) == ("rk_live_hidden", "whsec_hidden")
    assert (config.stripe_checkout_origin, config.payments) == ("https://checkout.stripe.com", "")
    assert "hidden" not in repr(config)


def test_the_configuration_is_frozen_and_its_text_holds_no_secret() -> None:
    config = read_config({"COOP_SECRET_KEY": KEY, "COOP_DATABASE_URL": "postgresql://u:hidden@h/d"})
    assert KEY not in repr(config)
    assert "hidden" not in repr(config)
    with pytest.raises(FrozenInstanceError):
        config.secret_key = "x"  # type: ignore[misc]
