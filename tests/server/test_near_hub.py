"""The short way between the parts of one process: each value once, and also while the others are out of reach."""

from __future__ import annotations

from server.near_hub import ECHOES, NearHub
from shared_state.hub import Channel
from shared_state.memory_hub import MemoryHub


class Far(MemoryHub):
    """Drops what is published while it is out of reach, as Redis does."""

    reachable = True

    @property
    def healthy(self) -> bool:
        return self.reachable

    async def publish(self, room: str, channel: Channel, payload: bytes, *, token: int = 0, seq: int = 0) -> None:
        if self.reachable:
            await super().publish(room, channel, payload, token=token, seq=seq)


async def test_a_value_of_ours_is_heard_once_although_it_comes_back() -> None:
    hub = NearHub(Far())
    async with hub.subscribe("main", "inputs") as heard:
        for payload in (b"one", b"two", b"three"):
            await hub.publish("main", "inputs", payload)
        assert [(await anext(heard)).payload for _ in range(3)] == [b"one", b"two", b"three"]
        await hub.publish("main", "inputs", b"last")
        assert (await anext(heard)).payload == b"last"


async def test_values_of_other_processes_are_heard_in_their_order() -> None:
    far = Far()
    hub = NearHub(far)
    async with hub.subscribe("main", "inputs") as heard:
        await far.publish("main", "inputs", b"theirs")
        await far.publish("main", "inputs", b"theirs too")
        assert [(await anext(heard)).payload for _ in range(2)] == [b"theirs", b"theirs too"]


async def test_other_processes_hear_ours() -> None:
    far = Far()
    hub = NearHub(far)
    async with far.subscribe("main", "frames") as elsewhere:
        await hub.publish("main", "frames", b"picture", token=3, seq=4)
        value = await anext(elsewhere)
    assert (value.payload, value.token, value.seq) == (b"picture", 3, 4)


async def test_while_the_others_are_out_of_reach_we_hear_ourselves() -> None:
    far = Far()
    hub = NearHub(far)
    async with hub.subscribe("main", "frames") as heard:
        far.reachable = False
        await hub.publish("main", "frames", b"from memory", token=1, seq=1)
        assert (await anext(heard)).payload == b"from memory"
        assert not hub.healthy


async def test_a_deposed_renderer_in_this_process_is_not_heard_after_its_successor() -> None:
    far = Far()
    hub = NearHub(far)
    async with hub.subscribe("main", "frames") as heard:
        await far.publish("main", "frames", b"successor", token=8, seq=1)
        assert (await anext(heard)).payload == b"successor"
        await hub.publish("main", "frames", b"deposed", token=7, seq=99)
        await far.publish("main", "frames", b"successor again", token=8, seq=2)
        assert (await anext(heard)).payload == b"successor again"


async def test_echoes_that_never_come_do_not_fill_the_memory() -> None:
    hub = NearHub(Far())
    for number in range(3 * ECHOES):
        await hub.publish("main", "inputs", b"%d" % number)
    assert len(hub._said) == ECHOES


async def test_leases_and_state_are_the_far_hubs() -> None:
    far = Far()
    hub = NearHub(far)
    lease = await hub.acquire("main", "w", 60_000)
    assert lease is not None and await far.acquire("main", "other", 60_000) is None
    await hub.renew(lease, 60_000)
    await hub.commit(lease, b"state")
    assert await far.snapshot("main") == await hub.snapshot("main") == b"state"
    await hub.release(lease)
    assert await far.acquire("main", "other", 60_000) is not None


async def test_a_reader_is_done_when_the_hub_closes() -> None:
    hub = NearHub(Far())
    async with hub.subscribe("main", "inputs") as heard:
        await hub.close()
        assert [value async for value in heard] == []
