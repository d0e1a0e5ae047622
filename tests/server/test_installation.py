"""Installations as a person starts them: real processes, a real model, real sockets."""

from __future__ import annotations

import asyncio
import os
import socket
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import httpx2
import msgspec
import pytest
from websockets.asyncio.client import ClientConnection, connect

from server.room_files import DIGEST_BYTES, Stored
from shared_state.messages import SUBPROTOCOL, Ack, Frame, Hello, People, Place, Welcome, decode_from_server, encode
from shared_state.snapshot import read
from tests.server.installed import COMMAND, genstudio, small_collection, small_model
from tests.support.program import Program
from tests.support.redis_process import RedisProcess

READY = "Ctrl-C closes"


@pytest.fixture(scope="module")
def parts(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A model and a collection."""
    folder = tmp_path_factory.mktemp("installation")
    model = small_model(folder)
    return model, small_collection(folder, model)


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Nothing of the person who runs the tests: no settings of theirs, a cache of our own."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GENSTUDIO_")}
    return kept | {"GENSTUDIO_CACHE": str(tmp_path_factory.mktemp("cache")), "GENSTUDIO_THREADS": "1"}


class Open:
    """A part that runs, and where."""

    def __init__(
        self, part: str, parts: tuple[Path, Path], environment: Mapping[str, str], port: int, *more: str
    ) -> None:
        self.address = f"127.0.0.1:{port}"
        model, collection = parts
        options = ["--model", str(model), "--collection", str(collection), *more]
        if part != "renderer":
            options += ["--host", "127.0.0.1", "--port", str(port)]
        ready = READY if part != "renderer" else "waiting for a room"
        self.program = Program([*COMMAND, part, *options], ready, environment)
        self.program.start()

    def url(self, path: str) -> str:
        return f"http://{self.address}{path}"


@pytest.fixture(scope="module")
def serving(parts: tuple[Path, Path], environment: dict[str, str], free_port: Callable[[], int]) -> Iterator[Open]:
    opened = Open("serve", parts, environment, free_port())
    yield opened
    opened.program.stop()


def test_it_says_where_the_wall_is_and_how_to_join(serving: Open) -> None:
    printed = serving.program.printed
    assert f"Wall  {serving.url('/wall')}" in printed
    assert f"Join  {serving.url('/join')}" in printed
    assert "█" in printed and " s after the command" in printed


def test_it_is_ready_when_a_room_is_announced(serving: Open) -> None:
    deadline = time.monotonic() + 20
    while (answer := httpx2.get(serving.url("/readyz"))).status_code != 200 and time.monotonic() < deadline:
        pass
    assert answer.json() == {"ready": True, "reasons": []}


async def test_a_push_from_a_phone_moves_the_picture_on_the_wall(serving: Open) -> None:
    async with join(serving, "wall") as wall, join(serving, "visitor") as phone:
        before = await frame(wall)
        target = 0.0 if before.x > 0.5 else 1.0
        now = before
        for seq in range(1, 400):
            await phone.send(encode(Place(seq, target, before.y)))
            now = await frame(wall)
            if abs(now.x - before.x) > 0.05:
                break
    assert abs(now.x - target) < abs(before.x - target) and now.jpeg != before.jpeg


async def test_figures_count_what_is_drawn_and_name_nobody(serving: Open) -> None:
    async with join(serving, "visitor") as phone:
        await frame(phone)
    figures = httpx2.get(serving.url("/metrics")).text
    drawn = next(line for line in figures.splitlines() if line.startswith("genstudio_frames_drawn_total"))
    assert float(drawn.split()[1]) >= 1
    assert "127.0.0.1" not in figures


def test_a_second_installation_on_the_same_port_is_refused_and_the_first_lives_on(
    serving: Open, parts: tuple[Path, Path], environment: dict[str, str]
) -> None:
    port = serving.address.partition(":")[2]
    model, collection = parts
    refused = genstudio(
        "serve", "--port", port, "--model", str(model), "--collection", str(collection), environment=environment
    )
    assert refused.returncode == 3
    assert refused.stderr.strip() == (
        f"genstudio: Port {port} is taken by another program; close it or choose another with --port."
    )
    assert httpx2.get(serving.url("/healthz")).text == "ok"


def test_on_sigterm_it_ends_well_although_a_client_has_stalled(
    parts: tuple[Path, Path], environment: dict[str, str], free_port: Callable[[], int]
) -> None:
    opened = Open("serve", parts, environment, free_port())
    host, port = opened.address.split(":")
    with socket.create_connection((host, int(port))) as stalled:
        stalled.sendall(b"GET /ws HTTP/1.1\r\nHost: wall\r\n")
        assert opened.program.stop() == 0


async def test_a_single_process_that_was_killed_goes_on_where_it_was(
    parts: tuple[Path, Path], environment: dict[str, str], free_port: Callable[[], int], tmp_path: Path
) -> None:
    """S22, R42: the same place, without a Redis."""
    own = environment | {"GENSTUDIO_CACHE": str(tmp_path)}
    opened = Open("serve", parts, own, port := free_port())
    try:
        async with join(opened, "visitor") as phone:
            now = await frame(phone)
            for seq in range(1, 10_000):
                await phone.send(encode(Place(seq, 0.9, 0.1)))
                now = await frame(phone)
                if now.x == 0.9:
                    break
            while place_on_disk(tmp_path) != (now.x, now.y):
                now = await frame(phone)
        opened.program.kill()
        opened = Open("serve", parts, own, port)
        async with join(opened, "wall") as wall:
            after = await frame(wall)
        assert (after.x, after.y) == pytest.approx((now.x, now.y), abs=0.02)
    finally:
        opened.program.kill()


def place_on_disk(cache: Path) -> tuple[float, float] | None:
    """Of the only room that is kept there."""
    for path in (cache / "rooms").glob("*.room"):
        stored = msgspec.msgpack.decode(path.read_bytes()[DIGEST_BYTES:], type=Stored)
        if stored.snapshot is not None:
            durable = read(stored.snapshot)
            return durable.x, durable.y
    return None


async def test_two_gateways_and_a_renderer_on_one_redis_show_the_same_room(
    redis_url: str, parts: tuple[Path, Path], environment: dict[str, str], free_port: Callable[[], int]
) -> None:
    room = ("--redis", redis_url, "--room", "two-gateways")
    opened: list[Open] = []
    try:
        for part in ("renderer", "gateway", "gateway"):
            opened.append(Open(part, parts, environment, free_port(), *room))
        _, first, second = opened
        async with join(first, "wall", "two-gateways") as wall, join(second, "visitor", "two-gateways") as phone:
            seen, same = await frame(wall), await frame(phone)
            while seen.seq != same.seq:
                if seen.seq < same.seq:
                    seen = await frame(wall)
                else:
                    same = await frame(phone)
            assert (seen.token, seen.jpeg) == (same.token, same.jpeg)
            target = 0.0 if seen.x > 0.5 else 1.0
            now = seen
            for seq in range(1, 400):
                await phone.send(encode(Place(seq, target, seen.y)))
                await frame(phone)
                now = await frame(wall)
                if abs(now.x - seen.x) > 0.05:
                    break
            assert abs(now.x - target) < abs(seen.x - target)
    finally:
        for one in opened:
            one.program.stop()


async def test_while_redis_is_gone_the_wall_goes_on_and_says_paused_and_is_whole_again_after(
    redis_process: RedisProcess, parts: tuple[Path, Path], environment: dict[str, str], free_port: Callable[[], int]
) -> None:
    opened = Open("serve", parts, environment, free_port(), "--redis", redis_process.url)
    try:
        async with join(opened, "wall") as wall:
            await frame(wall)
            redis_process.stop()
            await people(wall, paused=True)
            seqs = [(await frame(wall)).seq for _ in range(20)]
            assert seqs == sorted(set(seqs))
            redis_process.start()
            await people(wall, paused=False)
            await frame(wall)
    finally:
        opened.program.stop()


async def people(connection: ClientConnection, *, paused: bool) -> None:
    """Until the wall is told so."""
    async with asyncio.timeout(20):
        while True:
            data = await connection.recv()
            assert isinstance(data, bytes)
            message = decode_from_server(data)
            if isinstance(message, Frame):
                await connection.send(encode(Ack(message.seq)))
            if isinstance(message, People) and message.paused is paused:
                return


class join:
    """A connection that has been welcomed."""

    def __init__(self, to: Open, role: str, room: str = "main") -> None:
        self._to, self._hello = to, Hello(room, role)  # type: ignore[arg-type]
        self._connection: ClientConnection

    async def __aenter__(self) -> ClientConnection:
        """A room is announced soon after the pages answer: try until it is there."""
        async with asyncio.timeout(30):
            while True:
                self._connection = await connect(
                    f"ws://{self._to.address}/ws",
                    subprotocols=[SUBPROTOCOL],  # type: ignore[list-item]
                    compression=None,
                )
                await self._connection.send(encode(self._hello))
                data = await self._connection.recv()
                assert isinstance(data, bytes)
                if isinstance(decode_from_server(data), Welcome):
                    return self._connection
                await self._connection.close()

    async def __aexit__(self, *_: object) -> None:
        await self._connection.close()


async def frame(connection: ClientConnection) -> Frame:
    """The next frame, acknowledged."""
    async with asyncio.timeout(20):
        while True:
            data = await connection.recv()
            assert isinstance(data, bytes)
            message = decode_from_server(data)
            if isinstance(message, Frame):
                await connection.send(encode(Ack(message.seq)))
                return message
