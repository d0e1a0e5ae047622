"""Writes wire.json and hub.json beside this file: golden bytes of every message, made by the `msgpack` package.

`msgpack` is the witness from outside: it shares no code with shared_state/messages, so a slip in our codec cannot
make its own golden bytes. pytest and the web's vitest both read wire.json; only processes of ours read hub.json.
Run it after a change of the wire: `python tests/golden/make_wire.py`.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgpack

HERE = Path(__file__).parent
MAX_SEQ = 2**53 - 1
SESSION = "Ab-_0123456789abcdefGH"
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\xff\xd9"
PERSON = {"id": "p1", "colour": "#ff8800", "share": 0.25, "active": True}
FRAME = {
    "t": "frame",
    "seq": 7,
    "token": 3,
    "x": 0.5,
    "y": 0.25,
    "near": [["met-1", 0.75]],
    "bump": None,
    "jpeg": JPEG,
}
PEOPLE = {
    "t": "people",
    "people": [PERSON],
    "mode": "together",
    "paused": False,
    "finders": [],
}
WELCOME = {
    "t": "welcome",
    "room": "main",
    "role": "visitor",
    "session": SESSION,
    "you": "p1",
    "resolution": 256,
    "model": "bundled",
    "collection": "0123abcd",
}

CLIENT: dict[str, dict[str, Any]] = {
    "hello of a new visitor": {
        "t": "hello",
        "room": "main",
        "role": "visitor",
        "session": None,
    },
    "hello that leaves session out": {"t": "hello", "room": "main", "role": "visitor"},
    "hello that resumes a session": {
        "t": "hello",
        "room": "main",
        "role": "visitor",
        "session": SESSION,
    },
    "hello of a wall": {
        "t": "hello",
        "room": "w" * 64,
        "role": "wall",
        "session": None,
    },
    "hello of a viewer in a room with a unicode name": {
        "t": "hello",
        "room": "Salle \u00e9l\u00e9gante \u6d6e\u4e16\u7d75 \U0001f3a8",
        "role": "viewer",
        "session": None,
    },
    "hello with a field from the future": {
        "t": "hello",
        "room": "main",
        "role": "visitor",
        "haptics": {"level": [1, 2]},
    },
    "stick at rest, numbers as floats": {"t": "stick", "seq": 0, "x": 0.0, "y": 0.0},
    "stick at rest, numbers as integers": {"t": "stick", "seq": 1, "x": 0, "y": 0},
    "stick fully right, 1.0 as a float": {"t": "stick", "seq": 2, "x": 1.0, "y": 0.0},
    "stick fully right, 1.0 as an integer": {"t": "stick", "seq": 3, "x": 1, "y": 0},
    "stick up and left": {"t": "stick", "seq": 4, "x": -0.6, "y": -0.8},
    "stick with the largest seq": {"t": "stick", "seq": MAX_SEQ, "x": 0.1, "y": 0.2},
    "stick with a key before the tag": {"seq": 5, "x": 0.5, "y": 0.5, "t": "stick"},
    "place in the middle": {"t": "place", "seq": 127, "x": 0.5, "y": 0.5},
    "place in a corner, numbers as integers": {
        "t": "place",
        "seq": 128,
        "x": 1,
        "y": 0,
    },
    "place at the smallest positive number": {
        "t": "place",
        "seq": 65_536,
        "x": 5e-324,
        "y": 0.1,
    },
    "work": {"t": "work", "seq": 255, "id": "met-436535"},
    "work with a unicode id": {"t": "work", "seq": 256, "id": "\u00c9tude-\u2116-7"},
    "work with the longest id": {"t": "work", "seq": 65_535, "id": "i" * 64},
    "release": {"t": "release", "seq": 4_294_967_296},
    "hello of a remote guide": {
        "t": "hello",
        "room": "main",
        "role": "visitor",
        "session": SESSION,
        "remote": True,
        "key": "opensesame",
    },
    "cursor": {"t": "cursor", "seq": 1, "x": 0.25, "y": 0.75},
    "vote": {"t": "vote", "seq": 2, "id": "met-1"},
    "vote taken back": {"t": "vote", "seq": 3, "id": None},
    "edit, a work comes in": {"t": "edit", "seq": 4, "do": "add", "id": "met-1"},
    "edit, an exact weight": {"t": "edit", "seq": 5, "do": "weigh", "id": "met-1", "amount": 0.375},
    "edit, a nudge down": {"t": "edit", "seq": 6, "do": "nudge", "id": "met-1", "amount": -0.05},
    "edit that leaves out what it has not": {"t": "edit", "seq": 7, "do": "equal"},
    "bring": {"t": "bring", "seq": 8, "portions": [["met-1", 0.5], ["\u00c9tude-\u2116-7", 0.5]]},
    "ride": {"t": "ride", "seq": 9, "works": ["met-1", "met-2"]},
    "ride no longer": {"t": "ride", "seq": 10, "works": []},
    "mode": {"t": "mode", "seq": MAX_SEQ, "mode": "vote"},
    "ack of the first frame": {"t": "ack", "seq": 0},
    "ack of the largest seq": {"t": "ack", "seq": MAX_SEQ},
}

SERVER: dict[str, dict[str, Any]] = {
    "welcome of a visitor": WELCOME,
    "welcome of a wall with an empty collection and a unicode model": {
        **WELCOME,
        "role": "wall",
        "model": "mod\u00e8le \u6d6e\u4e16",
        "collection": "",
    },
    "welcome of a guide": {**WELCOME, "modes": ["together", "blend"], "guide": True},
    "frame near one work": FRAME,
    "frame near nothing, without a picture": {
        **FRAME,
        "seq": 0,
        "token": 0,
        "x": 0.0,
        "y": 1.0,
        "near": [],
        "jpeg": b"",
    },
    "frame that bumps, with five neighbours": {
        **FRAME,
        "near": [
            ["met-1", 1.0],
            ["met-2", 0.5],
            ["met-3", 0.25],
            ["\u00e9", 0.125],
            ["met-5", 0.0],
        ],
        "bump": "met-1",
    },
    "frame with the largest seq and token": {**FRAME, "seq": MAX_SEQ, "token": MAX_SEQ},
    "frame with a picture of 300 bytes": {
        **FRAME,
        "jpeg": bytes(range(256)) + bytes(44),
    },
    "people, nobody": {**PEOPLE, "people": [], "mode": "ambient"},
    "people, one": PEOPLE,
    "people, three, paused, with finders": {
        **PEOPLE,
        "people": [
            {**PERSON, "share": 1.0},
            {**PERSON, "id": "p2", "share": 0.0, "active": False},
            {**PERSON, "id": "\u00fc3", "colour": "#00aaff"},
        ],
        "paused": True,
        "finders": ["p1", "\u00fc3"],
    },
    "people from afar, with a place": {
        **PEOPLE,
        "people": [{**PERSON, "remote": True, "at": [0.25, 0.75]}],
        "chosen": "lead",
        "by": "p1",
        "held_s": 12.5,
        "turn": {"lead": "p1", "left_s": 2.5, "next": "p2", "next_s": 2.5},
    },
    "people in two camps": {
        **PEOPLE,
        "tide": {
            "camps": [
                {"people": ["p1"], "x": 1.0, "y": 0.0, "part": 0.5},
                {"people": ["p2"], "x": -1.0, "y": 0.0, "part": 0.5},
            ],
            "turn": 1,
            "left_s": 4.5,
        },
        "voyage": {"works": ["met-1", "met-2"], "at": 1},
    },
    "people who vote": {
        **PEOPLE,
        "mode": "vote",
        "chosen": "vote",
        "ballot": {"tallies": [{"id": "met-1", "people": ["p1"]}], "left_s": 4.5, "going": None},
    },
    "people at a blend, before a docent": {
        **PEOPLE,
        "mode": "blend",
        "docent": "p1",
        "blend": [
            {"id": "met-1", "weight": 0.75, "locked": True, "hand": None},
            {"id": "guest:0123456789abcdef", "weight": 0.25, "locked": False, "hand": "p1"},
        ],
    },
    "fault, room full": {
        "t": "fault",
        "code": 4503,
        "message": "The room \u201cmain\u201d is full.",
    },
    "fault, bad message, empty text": {"t": "fault", "code": 4500, "message": ""},
}

HUB: dict[str, list[dict[str, Any]]] = {
    "an empty tick": [],
    "one of each": [
        {"t": "enter", "id": "p1"},
        {
            "t": "pushed",
            "id": "p1",
            "push": {"t": "stick", "seq": 1, "x": 1.0, "y": 0.0},
        },
        {
            "t": "pushed",
            "id": "p2",
            "push": {"t": "place", "seq": 2, "x": 0.25, "y": 0.75},
        },
        {"t": "pushed", "id": "p3", "push": {"t": "work", "seq": 3, "id": "met-1"}},
        {"t": "pushed", "id": "p4", "push": {"t": "release", "seq": MAX_SEQ}},
        {"t": "leave", "id": "\u00fc3"},
        {"t": "present", "gateway": "g-1", "visitors": ["p1", "p2"], "screens": 2},
        {"t": "switch", "id": "wish-1", "model": "biggan"},
        {"t": "enter", "id": "p5", "remote": True},
        {"t": "did", "id": "p5", "deed": {"t": "mode", "seq": 1, "mode": "blend"}, "guide": False},
        {"t": "guest", "id": "guest:0123456789abcdef", "latent": b"\x00\x00\x80?", "model": "bundled"},
        {"t": "present", "gateway": "g-1", "visitors": ["p5"], "screens": 2, "remote": ["p5"]},
    ],
    "a gateway that holds nobody": [{"t": "present", "gateway": "g-1", "visitors": [], "screens": 0}],
}


def as_json(value: Any) -> Any:
    """`value` with bytes as {"$bytes": hex}, since JSON has none."""
    if isinstance(value, bytes):
        return {"$bytes": value.hex()}
    if isinstance(value, dict):
        return {key: as_json(item) for key, item in value.items()}
    if isinstance(value, list):
        return [as_json(item) for item in value]
    return value


def entries(direction: str, messages: dict[str, Any]) -> list[dict[str, Any]]:
    """The golden entries of one direction."""
    return [
        {
            "name": name,
            "direction": direction,
            "hex": msgpack.packb(value).hex(),
            "value": as_json(value),
        }
        for name, value in messages.items()
    ]


def files() -> dict[str, str]:
    """Contents by file name."""
    wire, hub = (
        entries("client", CLIENT) + entries("server", SERVER),
        entries("hub", HUB),
    )
    return {name: json.dumps(made, indent=1) + "\n" for name, made in (("wire.json", wire), ("hub.json", hub))}


if __name__ == "__main__":
    for file_name, text in files().items():
        (HERE / file_name).write_text(text, encoding="utf-8")
