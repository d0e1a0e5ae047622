"""The Python session against the real gateway over real sockets; frames are made by hand."""

from __future__ import annotations

import asyncio
from contextlib import aclosing

import pytest

from client.session import Session, SessionError
from shared_state.messages import Bring, ChooseMode, Did, Enter, Place, Portion, Pushed, Release
from tests.server.gallery import first, open_gallery, some_people
from tests.shared_state.tcp_proxy import Proxy


async def test_a_session_steers_the_room_and_sees_its_frames() -> None:
    async with open_gallery() as gallery, gallery.inputs() as inputs, Session(gallery.url) as s:
        assert await first(inputs, Enter) == Enter(s.you, remote=True)
        await s.steer(0.25, 0.75)
        assert await first(inputs, Pushed) == Pushed(s.you, Place(1, 0.25, 0.75))
        await s.release()
        assert isinstance((await first(inputs, Pushed)).push, Release)
        await gallery.watched()
        await gallery.tell(some_people(s.you))
        async with asyncio.timeout(10), aclosing(s.frames()) as frames:
            for seq in range(1, 8):  # more than the window: each is acknowledged
                await gallery.show(seq)
                frame = await anext(frames)
                assert frame.seq == seq and frame.state.position == (0.5, 0.5)
        assert [person.id for person in frame.state.visitors] == [s.you]


async def test_a_session_mixes_votes_and_chooses_and_the_guides_key_opens_every_mode() -> None:
    """G36, G37."""
    key = "correct horse battery staple"
    async with (
        open_gallery(guide_key=key) as gallery,
        gallery.inputs() as inputs,
        Session(gallery.url) as s,
        Session(gallery.url, key=key) as guide,
    ):
        await s.blend({"a": 1, "b/é": 3})
        bring = Bring(1, [Portion("a", 1.0), Portion("b/é", 3.0)])
        assert await first(inputs, Did) == Did(s.you, bring, guide=False)
        with pytest.raises(SessionError, match="together, blend"):
            await s.choose_mode("docent")
        await guide.choose_mode("docent")
        assert await first(inputs, Did) == Did(guide.you, ChooseMode(1, "docent"), guide=True)
        with pytest.raises(SessionError, match="guide's key") as refused:
            await Session(gallery.url, key="another key entirely").open()
        assert refused.value.code == 4503


async def test_a_lost_line_brings_the_same_person_back() -> None:
    """C4, G10."""
    async with (
        open_gallery() as gallery,
        gallery.inputs() as inputs,
        Proxy(gallery.port).running() as line,
        Session(line.url.replace("redis", "http").removesuffix("/0")) as s,
    ):
        you = s.you
        await s.steer(0.5, 0.5)
        await first(inputs, Pushed)
        line.cut()
        assert await first(inputs, Enter) == Enter(you, remote=True)
        assert (await first(inputs, Pushed)).id == you == s.you
        assert s.reconnects >= 1


async def test_a_room_that_is_unknown_or_full_is_refused_in_the_gateways_words() -> None:
    """C5."""
    async with open_gallery(capacity=1) as gallery, Session(gallery.url):
        with pytest.raises(SessionError, match="There is no room 'mian'") as unknown:
            await Session(gallery.url, room="mian").open()
        with pytest.raises(SessionError, match="1 people are steering") as full:
            await Session(gallery.url).open()
        assert (unknown.value.code, full.value.code) == (4504, 4409)
        await (await Session(gallery.url, role="viewer").open()).close()


async def test_the_works_of_a_real_gallery_are_read() -> None:
    async with open_gallery() as gallery, Session(gallery.url) as s:
        works = await s.works()
        assert [(work.id, work.x, work.y) for work in works] == [("a", 0.25, 0.5), ("b/é", 1.0, 0.0)]
