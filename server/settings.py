"""Every number and address that an installation can change, each with the reason for its default.

Read from the environment (`GENSTUDIO_PORT=9000`), overridden by the command line. The law of steering has its own
settings in `shared_state/settings.py`. Nothing is opened or checked here beyond the shape of a value.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from shared_state.messages import MAX_MESSAGE_BYTES, Mode

Names = Annotated[tuple[str, ...], NoDecode]
"""Several names in one variable, separated by commas."""


class ServerSettings(BaseSettings):
    """One installation. Frozen: what was announced at start stays true."""

    model_config = SettingsConfigDict(env_prefix="GENSTUDIO_", frozen=True, use_attribute_docstrings=True)

    # -- where it listens

    host: str = "0.0.0.0"
    """Every address of this machine: phones must reach it."""
    port: Annotated[int, Field(ge=1, le=65_535)] = 8000
    """The usual port of a local web server, open to ordinary users."""
    public_url: str | None = None
    """What the QR code says. None: the address of this machine in the local network. Set it behind a reverse proxy."""
    allowed_origins: Names = ()
    """Further pages that may open a socket, exactly as a browser writes them. Pages of this server always may."""
    web_root: Path = Path(__file__).parents[1] / "client" / "web" / "dist"
    """The built pages, beside the client's sources in a checkout and in the wheel alike."""

    # -- what it shows

    rooms: Names = ("main",)
    """One wall, one room."""
    model: str = "bundled"
    """Name of a generator, or the path of its file."""
    truncation: Annotated[float, Field(ge=0, le=1)] = 1.0
    """Towards 0 pictures grow alike. 1: a work's place shows its seed exactly, as it was found. What it does is the
    generator's (models/truncation.py), and a family that has nothing to draw with at 0 ends a little above it."""
    models: Names = ()
    """Further generators, names or files, that a live room may be switched to; nobody can name another."""
    operator_token: Annotated[SecretStr, Field(min_length=16)] | None = None
    """Who knows it may switch models (`genstudio switch`). None: that door is closed. At least 16 characters: it is
    tried from afar. From the environment only: a command line is read by everybody on the machine."""
    guide_key: SecretStr | None = None
    """Who says it is the guide and may choose every mode: a docent's tablet (`/studio#guide=KEY`). None: `genstudio
    serve` draws one at each start and tells its terminal; a gateway of several has no guide. At least 16 characters:
    it is tried from afar; at most 64: it travels in a hello. From the environment only, as the operator's token."""
    open_modes: Annotated[tuple[Mode, ...], NoDecode] = ("together", "blend")
    """Modes that every visitor may choose, none of which takes the wall from the others. The rest are the guide's."""
    collection: Path | None = None
    """A prepared folder of artworks. None: the starter collection."""
    map: Literal["atlas", "ring", "slice"] = "atlas"
    """The whole collection; or six works on a ring, as the original; or a plane through three."""
    map_works: Names = ()
    """Ids of the works on a ring (six) or a slice (three). None: works spread over the collection's looks."""
    map_directions: Names = ()
    """Two of the generator's principal directions, by number or by name: a slice along them, through one work."""
    device: Literal["auto", "cpu", "cuda"] = "auto"
    """A GPU where there is one."""
    engine: Literal["auto", "torch", "graphs", "compile", "openvino"] = "auto"
    """What runs the network. Torch draws the first pictures; auto tries in a process of its own what is faster here and
    draws the same, and remembers it (docs/design/engines.md)."""
    threads: Annotated[int, Field(ge=1, le=64)] = max(1, min(4, (os.cpu_count() or 1) - 1))
    """Threads that draw one picture: one core is left to the sockets, and beyond four a light picture gains nothing.
    A thread that must wait for a busy core holds up all others: on two busy cores two threads draw ten times slower
    than one (`python -m bench.generator` shows every count)."""
    frame_rate_max: Annotated[float, Field(gt=0, le=240)] = 60.0
    """Pictures a second at most: what walls and phones can show."""
    heartbeat_s: Annotated[float, Field(gt=0)] = 1.0
    """A picture at rest is sent again this often: a screen must tell a still room from a dead one."""
    people_rate: Annotated[float, Field(gt=0, le=30)] = 5.0
    """How often a second a room says who is here: colours and shares are read by eye."""
    jpeg_quality: Annotated[int, Field(ge=30, le=100)] = 90
    """A wall shows each pixel four times as large, and at 80 the blocks with it; `python -m bench.generator` prints the
    bytes and the error of both."""
    museum_pictures: bool = True
    """Works without a picture in their folder are fetched from the address that their record names, once, and kept.
    Off: this server asks nobody, and shows what was kept before."""
    museums_nearby: bool = False
    """Fetch from addresses in this machine's own network, too: for a museum whose picture server stands beside the
    wall. Not by default: a table from elsewhere could have us ask our own network."""
    picture_cache_mb: Annotated[int, Field(ge=1)] = 2_000
    """Kept pictures of museums: about 10,000 at 1,024 pixels. What was longest unasked for goes first."""
    thumb_cache_mb: Annotated[int, Field(ge=1)] = 200
    """Kept thumbnails: about 20,000 of 10 KB, which are made again in 10 ms each. What was longest unasked for goes."""

    # -- what visitors may show it

    upload_max_mb: Annotated[int, Field(ge=1, le=64)] = 10
    """A visitor's own picture: what a phone's camera makes, which pages shrink before they send it."""
    upload_timeout_s: Annotated[float, Field(gt=0)] = 20.0
    """For all of a picture to arrive: 10 MB at 4 Mbit/s."""
    uploads_per_minute: Annotated[int, Field(ge=1)] = 20
    """Pictures from one network address: about as many as are looked at in a minute, since a museum is one address."""
    looks_per_minute: Annotated[int, Field(ge=1)] = 600
    """Other searches by look from one address: twenty people, each looking around every two seconds."""

    # -- how much visitors may search

    searches_per_minute: Annotated[int, Field(ge=1)] = 3_000
    """Searches by words and paths from one network address: fifty people behind one router, each once a second."""
    suggestions_per_minute: Annotated[int, Field(ge=1)] = 12_000
    """Type-ahead from one address: the same fifty, four letters a second; an answer takes a millisecond."""

    # -- how many may come (RELIABILITY: one museum is one address, so limits allow for NAT)

    capacity: Annotated[int, Field(ge=1, le=1_000)] = 100
    """Visitors who may steer one room at once. Others watch."""
    viewers: Annotated[int, Field(ge=1, le=10_000)] = 200
    """Walls and viewers of one room besides."""
    connections: Annotated[int, Field(ge=1)] = 500
    """Sockets of one gateway."""
    reserved_share: Annotated[float, Field(ge=0, lt=1)] = 0.2
    """Part of `connections` kept for walls: a crowd must not lock the wall out."""
    connections_per_session: Annotated[int, Field(ge=1)] = 2
    """A phone that changes network is here twice for a moment."""
    connects_per_minute: Annotated[int, Field(ge=1)] = 300
    """New sockets from one network address in a minute: a school class behind one router, not a flood."""
    pending_hellos: Annotated[int, Field(ge=1)] = 50
    """Sockets that have not said who they are."""
    hello_timeout_s: Annotated[float, Field(gt=0)] = 5.0
    """A phone says hello at once; who has not after five seconds is not a phone."""
    hello_max_bytes: Annotated[int, Field(ge=64)] = 1_024
    """Three times the largest honest hello."""

    # -- how fast they may speak

    input_rate: Annotated[float, Field(gt=0)] = 60.0
    """Messages a second from one phone: twice what ours sends."""
    input_burst: Annotated[int, Field(ge=1)] = 120
    """Messages at once: two seconds that a bad network held back."""
    flood_grace_s: Annotated[float, Field(gt=0)] = 3.0
    """Over the rate for this long: the connection is closed (4429)."""
    bad_messages: Annotated[int, Field(ge=1)] = 5
    """Messages we cannot read within `bad_messages_s` before the connection is closed (4500)."""
    bad_messages_s: Annotated[float, Field(gt=0)] = 10.0
    """The span over which `bad_messages` is counted."""
    input_tick_s: Annotated[float, Field(gt=0)] = 1 / 240
    """A gateway sends what its visitors did once in this time: one message for all, not one each. A quarter of a frame:
    in a busy room a push waits for half of this, 2 ms, before the picture can begin."""
    socket_max_bytes: Annotated[int, Field(ge=MAX_MESSAGE_BYTES)] = 65_536
    """Where the WebSocket layer itself gives up. Above the protocol's own limit: our close code is the answer."""

    # -- when a screen is given up

    wall_window: Annotated[int, Field(ge=1)] = 3
    """Frames on their way to a wall: one more than to a phone, it sits on the cable and must never stutter."""
    present_s: Annotated[float, Field(gt=0)] = 1.0
    """How often a gateway says whom it holds."""
    ack_timeout_s: Annotated[float, Field(gt=0)] = 30.0
    """A screen that reads but never acknowledges is closed (4408)."""
    reply_timeout_s: Annotated[float, Field(gt=0)] = 5.0
    """A reply is never dropped; a client that has not taken it after this time is closed (4408)."""
    ping_interval_s: Annotated[float, Field(gt=0)] = 5.0
    """With the timeout below a dead phone frees its seat within 15 seconds."""
    ping_timeout_s: Annotated[float, Field(gt=0)] = 8.0
    """Longer than any honest radio takes to wake."""

    # -- how processes share the rooms

    redis_url: str | None = None
    """None: one process, everything in memory."""
    lease_ttl_ms: Annotated[int, Field(ge=200)] = 2_000
    """A dead renderer's rooms are free after this time."""
    renew_ms: Annotated[int, Field(ge=20)] = 500
    """A quarter of the lease: three renewals may be lost."""
    snapshot_s: Annotated[float, Field(gt=0)] = 0.25
    """A room that moves is stored this often, and at once when somebody does something: the place that a standby goes
    on from is at most .06 widths behind the one last seen. It takes .25 ms with a hundred people and 850 works."""
    shutdown_s: Annotated[int, Field(ge=1)] = 4
    """On SIGTERM a stalled client is waited for this long: the whole process is gone within five seconds."""
    metrics_port: Annotated[int, Field(ge=1, le=65_535)] | None = None
    """Where a renderer without a gateway serves its figures. None: nowhere. A gateway serves them at /metrics."""

    # -- what it tells

    log_format: Literal["console", "json"] = "console"
    """JSON for collectors, console for people."""
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    """Info: one line for what an operator would want to know tomorrow."""

    @field_validator("rooms", "allowed_origins", "models", "map_works", "map_directions", "open_modes", mode="before")
    @classmethod
    def _split(cls, value: Any) -> Any:
        if isinstance(value, str):
            return tuple(part.strip() for part in value.split(",") if part.strip())
        return value

    @field_validator("rooms")
    @classmethod
    def _some_rooms(cls, rooms: tuple[str, ...]) -> tuple[str, ...]:
        if not rooms or any(not 1 <= len(room) <= 64 for room in rooms) or len(set(rooms)) < len(rooms):
            raise ValueError("one or more different names of 1 to 64 characters, separated by commas")
        return rooms

    @field_validator("guide_key")
    @classmethod
    def _a_key(cls, key: SecretStr | None) -> SecretStr | None:
        if key is not None and not 16 <= len(key.get_secret_value()) <= 64:
            raise ValueError("16 to 64 characters")  # and not which they were
        return key

    @field_validator("open_modes")
    @classmethod
    def _each_once(cls, modes: tuple[Mode, ...]) -> tuple[Mode, ...]:
        if len(set(modes)) < len(modes):
            raise ValueError("different modes, separated by commas")
        return modes

    @field_validator("redis_url")
    @classmethod
    def _a_redis_address(cls, url: str | None) -> str | None:
        if url is not None and not url.startswith(("redis://", "rediss://", "unix://")):
            raise ValueError("an address begins with redis://, rediss:// or unix://")  # and may hold a password
        return url
