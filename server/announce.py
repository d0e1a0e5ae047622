"""Where this installation can be found, and telling so in the terminal: addresses, and a code for the first phone.

The wall is opened on this machine (127.0.0.1 is a secure context, a LAN address is not); phones need the LAN address.
"""

from __future__ import annotations

import socket
import sys
from typing import Final, TextIO
from urllib.parse import quote

import segno

from server.settings import ServerSettings

EVERYWHERE: Final = ("0.0.0.0", "::", "")
"""Hosts that mean every address of this machine."""

OUTSIDE: Final = ("192.0.2.1", "10.255.255.255", "192.168.255.255")
"""Addresses to ask the routing table about: one reserved for documentation (any default route), then private networks
of a gallery without an internet. A UDP socket that connects sends nothing."""

DEFAULT_ROOM: Final = "main"
"""The room of a page that names none."""


def lan_address() -> str:
    """This machine's address for others in its network; 127.0.0.1 when there is no network."""
    for outside in OUTSIDE:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            try:
                probe.connect((outside, 9))
            except OSError:
                continue
            found: str = probe.getsockname()[0]
            return found
    return "127.0.0.1"


def public_url(settings: ServerSettings) -> str:
    """Where phones find us, without a slash at the end: what was set, else the address we listen on, else the LAN's."""
    if settings.public_url is not None:
        return settings.public_url.rstrip("/")
    return _url(lan_address() if settings.host in EVERYWHERE else settings.host, settings.port)


def join_url(settings: ServerSettings, room: str) -> str:
    """What a room's QR code says."""
    return f"{public_url(settings)}/join{_query(room)}"


def wall_url(settings: ServerSettings, room: str) -> str:
    """Where the wall is opened, on this machine."""
    host = "127.0.0.1" if settings.host in EVERYWHERE else settings.host
    return f"{_url(host, settings.port)}/wall{_query(room)}"


def guide_url(settings: ServerSettings, room: str, key: str) -> str:
    """Where a docent opens the studio as the guide. The key stands behind #, which browsers send to nobody."""
    return f"{public_url(settings)}/studio{_query(room)}#guide={quote(key, safe='')}"


def announce(
    settings: ServerSettings, took_s: float, *, guide_key: str | None = None, out: TextIO | None = None
) -> None:
    """Tell a person that we are open: the addresses of every room, and the first one's code to scan. `guide_key`: one
    that was drawn for this run, which nobody else can tell them."""
    out = out or sys.stdout
    print(f"\nGen Studio is open, {took_s:.1f} s after the command.\n", file=out)
    for room in settings.rooms:
        if len(settings.rooms) > 1:
            print(f"  Room {room}", file=out)
        print(f"  Wall  {wall_url(settings, room)}", file=out)
        print(f"  Join  {join_url(settings, room)}", file=out)
        if guide_key is not None:
            print(f"  Guide {guide_url(settings, room, guide_key)}", file=out)
        print(file=out)
    code = segno.make(join_url(settings, settings.rooms[0]), micro=False)
    # Half blocks where the terminal can write them; plain escape sequences everywhere else.
    code.terminal(out=out, border=2, compact=(out.encoding or "").lower().replace("-", "") == "utf8")
    print("\n  Scan to join. Ctrl-C closes.\n", file=out, flush=True)


def _url(host: str, port: int) -> str:
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _query(room: str) -> str:
    return "" if room == DEFAULT_ROOM else f"?room={quote(room, safe='')}"
