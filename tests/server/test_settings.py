"""Settings: each with its reason, from the environment, checked as a whole."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from server.settings import ServerSettings


def test_every_setting_says_why() -> None:
    silent = [name for name, field in ServerSettings.model_fields.items() if not field.description]
    assert silent == []


def test_names_in_one_variable_are_separated_by_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GENSTUDIO_ALLOWED_ORIGINS", "https://a.example, https://b.example,")
    assert ServerSettings().allowed_origins == ("https://a.example", "https://b.example")


@pytest.mark.parametrize("rooms", [(), ("",), ("a", "a"), ("x" * 65,)])
def test_rooms_are_told_apart_and_have_names(rooms: tuple[str, ...]) -> None:
    with pytest.raises(ValidationError, match="one or more different names"):
        ServerSettings(rooms=rooms)


def test_what_was_announced_stays_true() -> None:
    settings = ServerSettings()
    with pytest.raises(ValidationError):
        settings.port = 1  # type: ignore[misc]


def test_a_dead_phone_frees_its_seat_within_fifteen_seconds() -> None:
    settings = ServerSettings()
    assert settings.ping_interval_s + settings.ping_timeout_s <= 15


def test_three_renewals_may_be_lost() -> None:
    settings = ServerSettings()
    assert 4 * settings.renew_ms <= settings.lease_ttl_ms
