"""Settings: each with its reason, from the environment, checked as a whole."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from server.installation import with_guide_key
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


def test_modes_that_all_may_choose_are_known_and_different(monkeypatch: pytest.MonkeyPatch) -> None:
    """G36."""
    assert ServerSettings().open_modes == ("together", "blend")
    monkeypatch.setenv("GENSTUDIO_OPEN_MODES", "vote, together")
    assert ServerSettings().open_modes == ("vote", "together")
    for wrong in ("anarchy", "vote,vote"):
        monkeypatch.setenv("GENSTUDIO_OPEN_MODES", wrong)
        with pytest.raises(ValidationError):
            ServerSettings()


@pytest.mark.parametrize("length", [15, 65])
def test_a_guides_key_withstands_guessing_and_fits_into_a_hello(length: int) -> None:
    """G37."""
    with pytest.raises(ValidationError, match="16 to 64 characters"):
        ServerSettings(guide_key="k" * length)  # type: ignore[arg-type]


def test_no_secret_is_told_with_the_settings() -> None:
    """G38."""
    told = repr(ServerSettings(guide_key="a key that nobody knows"))  # type: ignore[arg-type]
    assert "nobody knows" not in told


def test_serving_draws_a_key_where_none_was_set_another_each_time() -> None:
    """G38."""
    settings, drawn = with_guide_key(ServerSettings())
    assert drawn is not None and settings.guide_key is not None
    assert settings.guide_key.get_secret_value() == drawn and 16 <= len(drawn) <= 64
    assert with_guide_key(ServerSettings())[1] != drawn
    assert with_guide_key(settings) == (settings, None)
