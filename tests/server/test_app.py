"""Which address leads where, what pages are told, and the headers on every answer."""

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from starlette.testclient import TestClient

from server.metrics import Metrics
from server.settings import ServerSettings
from server.web.app import create_app
from shared_state.hub import RoomCard
from shared_state.memory_hub import MemoryHub
from shared_state.messages import SUBPROTOCOL, Frame, Hello, Stick, Welcome, decode_from_server, encode
from tests.server.gallery import a_frame, announce, collection


class Site:
    """The application without a socket, and the hub behind it."""

    def __init__(self, folder: Path, hub: MemoryHub | None = None, **settings: Any) -> None:
        self.hub = hub or MemoryHub()
        self.folder = folder
        options: dict[str, Any] = {"web_root": folder / "dist", "public_url": "http://gallery.local:8000/"} | settings
        works = collection(folder / "images", "https://museum.example")
        app = create_app(self.hub, works, ServerSettings(**options), Metrics())
        self.client = TestClient(app, base_url="http://gallery.local:8000")


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """With a build, a picture of work `a`, and the room `main`."""
    (tmp_path / "dist" / "assets").mkdir(parents=True)
    for name in ("index", "wall", "join", "studio"):
        (tmp_path / "dist" / f"{name}.html").write_text(f"<title>{name}</title>")
    (tmp_path / "dist" / "assets" / "wall-1a2b.js").write_text("export const wall = 1;" * 100)
    (tmp_path / "dist" / "icon.png").write_bytes(b"\x89PNG")
    (tmp_path / "images").mkdir()
    Image.new("RGB", (3, 4), "teal").save(tmp_path / "images" / "a.png")
    (tmp_path / "secret.txt").write_text("secret")
    site = Site(tmp_path)
    with site.client as client:
        client.portal.call(announce, site.hub)  # type: ignore[union-attr]
        yield site


@pytest.mark.parametrize(
    ("path", "title"), [("/", "index"), ("/wall", "wall"), ("/join?room=main", "join"), ("/studio", "studio")]
)
def test_the_four_pages_are_served_and_asked_for_again_each_time(site: Site, path: str, title: str) -> None:
    page = site.client.get(path)
    assert page.status_code == 200 and f"<title>{title}</title>" in page.text
    assert page.headers["content-type"].startswith("text/html") and page.headers["cache-control"] == "no-cache"
    again = site.client.get(path, headers={"If-None-Match": page.headers["etag"]})
    assert again.status_code == 304 and not again.content


def test_assets_are_compressed_and_kept_for_ever(site: Site) -> None:
    script = site.client.get("/assets/wall-1a2b.js", headers={"Accept-Encoding": "gzip"})
    assert script.status_code == 200 and "immutable" in script.headers["cache-control"]
    assert script.headers["content-encoding"] == "gzip" and "javascript" in script.headers["content-type"]
    plain = site.client.get("/assets/wall-1a2b.js", headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers and plain.text == script.text


def test_a_rebuilt_page_is_seen_with_the_next_load(site: Site) -> None:
    before = site.client.get("/wall")
    (site.folder / "dist" / "wall.html").write_text("<title>a new wall</title>")
    after = site.client.get("/wall", headers={"If-None-Match": before.headers["etag"]})
    assert after.status_code == 200 and "a new wall" in after.text


@pytest.mark.parametrize(
    "path",
    ["/nothing", "/assets/", "/assets/none.js", "/..%2fsecret.txt", "/assets/..%2f..%2fsecret.txt", "/%2fetc/passwd"],
)
def test_nothing_outside_the_build_is_served(site: Site, path: str) -> None:
    answer = site.client.get(path)
    assert answer.status_code == 404 and "secret" not in answer.text and "root:" not in answer.text


def test_without_a_build_the_page_says_what_to_do(tmp_path: Path) -> None:
    with Site(tmp_path).client as client:
        page = client.get("/wall")
        assert page.status_code == 503 and "make run" in page.text


def test_every_answer_keeps_foreign_code_and_frames_out(site: Site) -> None:
    for path in ("/", "/assets/wall-1a2b.js", "/api/rooms/main", "/images/a", "/nothing"):
        headers = site.client.get(path).headers
        policy = headers["content-security-policy"]
        assert "default-src 'self'" in policy and "frame-ancestors 'none'" in policy
        assert "img-src 'self' data: blob:" in policy and "unsafe" not in policy
        assert headers["x-content-type-options"] == "nosniff" and headers["referrer-policy"] == "no-referrer"
        assert "strict-transport-security" not in headers
    secure = TestClient(site.client.app, base_url="https://gallery.example")
    assert "strict-transport-security" in secure.get("/").headers


def test_a_room_tells_what_a_page_needs_before_it_connects(site: Site) -> None:
    assert site.client.get("/api/rooms/main").json() == {
        "room": "main",
        "model": "bundled",
        "resolution": 256,
        "collection": "d1",
        "truncation": 1.0,
        "truncation_means": "",
        "join": "http://gallery.local:8000/join",
        "qr": "/qr.svg?room=main",
        "people": 0,
    }


@pytest.mark.parametrize(
    "path",
    [
        "/api/rooms/mian",
        "/api/rooms/mian/works",
        "/api/rooms/mian/similar?to=a",
        "/api/rooms/mian/found",
        "/qr.svg?room=mian",
    ],
)
def test_a_room_that_is_not_there_is_a_404_with_a_sentence(site: Site, path: str) -> None:
    answer = site.client.get(path)
    assert answer.status_code == 404 and "no room 'mian'" in answer.json()["error"]


FIELDS = dict.fromkeys(
    ("id", "title", "artist", "date", "culture", "medium", "department", "museum", "credit", "license", "link")
    + ("image", "at_hand", "thumb", "thumbhash", "width", "height", "x", "y")
)


def test_works_say_where_they_hang_and_where_their_picture_is(site: Site) -> None:
    answer = site.client.get("/api/rooms/main/works").json()
    assert answer["digest"] == "d1"
    local, remote = answer["works"]
    assert local.keys() == FIELDS.keys()
    assert (local["id"], local["image"], local["x"], local["y"]) == ("a", "/images/a", 0.25, 0.5)
    assert (remote["id"], remote["image"]) == ("b/é", "/images/b%2F%C3%A9")
    assert (local["at_hand"], remote["at_hand"]) == (True, False)
    assert (local["thumb"], remote["thumb"]) == ("/thumbs/a", "")


def test_works_are_sent_compressed_and_once(site: Site) -> None:
    answer = site.client.get("/api/rooms/main/works", headers={"Accept-Encoding": "gzip"})
    assert answer.headers["content-encoding"] == "gzip"
    again = site.client.get("/api/rooms/main/works", headers={"If-None-Match": f'W/"x", {answer.headers["etag"]}'})
    assert again.status_code == 304 and not again.content
    assert site.client.get("/api/rooms/main/works", headers={"If-None-Match": '"other"'}).status_code == 200
    with site.client.stream("GET", "/api/rooms/main/works", headers={"Accept-Encoding": "gzip"}) as raw:
        assert json.loads(gzip.decompress(b"".join(raw.iter_raw()))) == answer.json()


def test_a_local_picture_is_served_and_kept_a_day(site: Site) -> None:
    picture = site.client.get("/images/a")
    assert picture.status_code == 200 and picture.headers["content-type"] == "image/png"
    assert "max-age=86400" in picture.headers["cache-control"]
    kept = site.client.get("/images/a", headers={"If-None-Match": picture.headers["etag"]})
    assert kept.status_code in (200, 304)


@pytest.mark.parametrize("path", ["/images/b%2F%C3%A9", "/images/none", "/images/..%2f..%2fsecret.txt", "/images/"])
def test_a_picture_that_is_not_here_is_a_404(site: Site, path: str) -> None:
    assert site.client.get(path).status_code == 404


def test_the_code_on_the_wall_is_a_picture_without_scripts(site: Site) -> None:
    code = site.client.get("/qr.svg?room=main")
    assert code.status_code == 200 and code.headers["content-type"].startswith("image/svg+xml")
    assert "<path" in code.text and "<script" not in code.text
    assert code.content == site.client.get("/qr.svg").content


def test_alive_is_not_the_same_as_ready(tmp_path: Path) -> None:
    site = Site(tmp_path, rooms=("main", "annex"))
    with site.client as client:
        portal = client.portal
        assert portal is not None
        portal.call(announce, site.hub)
        assert client.get("/healthz").text == "ok"
        answer = client.get("/readyz")
        assert answer.status_code == 503 and len(answer.json()["reasons"]) == 1
        assert "'annex'" in answer.json()["reasons"][0]
        portal.call(announce, site.hub, "annex")
        assert client.get("/readyz").json() == {"ready": True, "reasons": []}


class SickHub(MemoryHub):
    """Out of reach, though it once knew the room."""

    @property
    def healthy(self) -> bool:
        return False

    async def card(self, room: str) -> RoomCard | None:
        return RoomCard(room, "bundled", 256, "d1", 1, 1)


def test_nobody_is_sent_to_a_gateway_whose_hub_is_away(tmp_path: Path) -> None:
    with Site(tmp_path, SickHub()).client as client:
        answer = client.get("/readyz")
        assert answer.status_code == 503 and "hub" in answer.json()["reasons"][0]


def test_figures_are_there_for_prometheus(site: Site) -> None:
    figures = site.client.get("/metrics")
    assert figures.status_code == 200 and "genstudio_frames_sent_total" in figures.text
    assert "version=0.0.4" in figures.headers["content-type"]


def test_a_socket_works_under_another_server_too(site: Site) -> None:
    with site.client.websocket_connect("/ws", subprotocols=[SUBPROTOCOL]) as socket:
        socket.send_bytes(encode(Hello("main", "visitor")))
        assert isinstance(decode_from_server(socket.receive_bytes()), Welcome)
        socket.send_bytes(encode(Stick(1, 0.5, 0.5)))
        frame = encode(a_frame(1))

        async def publish() -> None:
            await site.hub.publish("main", "frames", frame, token=1, seq=1)

        site.client.portal.call(publish)  # type: ignore[union-attr]
        assert isinstance(decode_from_server(socket.receive_bytes()), Frame)


def test_a_page_of_another_site_opens_no_socket_under_another_server_either(site: Site) -> None:
    from starlette.testclient import WebSocketDenialResponse

    with (
        pytest.raises(WebSocketDenialResponse) as refused,
        site.client.websocket_connect("/ws", subprotocols=[SUBPROTOCOL], headers={"Origin": "https://evil.example"}),
    ):
        pass
    assert refused.value.status_code == 403
