"""Connects to public addresses only: what a stranger's table or a redirect names must not reach into our own network.

A host's name is resolved here, every address it has is looked at, and the connection goes to an address that was looked
at: there is no second look-up between the check and the connection that could answer differently (DNS rebinding). Each
hop of a redirect is a connection of its own and passes through here. No HTTP here.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import Iterable

import httpcore2

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

TRANSLATED = ipaddress.ip_network("64:ff9b::/96")
"""NAT64: the last 32 bits are the IPv4 address that is really reached (RFC 6052)."""


class PrivateAddress(Exception):
    """The host is, or might be, a machine of our own network."""


class PublicBackend(httpcore2.AsyncNetworkBackend):
    """httpcore's network, which connects only where everyone may; with `allow_private` also into a museum's own."""

    def __init__(self, *, allow_private: bool) -> None:
        self._allow_private = allow_private
        self._network = httpcore2.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109  (httpcore's own name for it)
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        """Raises PrivateAddress, or what httpcore raises."""
        failure: Exception = httpcore2.ConnectError(f"{host} has no address")
        for address in await self._addresses(host, port):
            try:
                return await self._network.connect_tcp(address, port, timeout, local_address, socket_options)
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
                failure = error
        raise failure

    async def _addresses(self, host: str, port: int) -> list[str]:
        """All addresses of a host, once each. One private among them refuses the host: an honest one mixes nothing."""
        try:
            found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except OSError as error:
            raise httpcore2.ConnectError(f"{host} is not known") from error
        addresses = list(dict.fromkeys(str(sockaddr[0]) for *_, sockaddr in found))
        if not self._allow_private and not all(is_public(address) for address in addresses):
            raise PrivateAddress(host)
        return addresses


def is_public(address: str) -> bool:
    """Whether an IP address is one that anybody on the internet reaches, and no other address in disguise.

    Not so: loopback, private, link-local (at 169.254.169.254 clouds keep their machines' secrets), shared (100.64/10),
    multicast, reserved, unspecified.
    """
    ip: Address = ipaddress.ip_address(address.split("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.sixtofour or ip.teredo:  # tunnels: they name another address, and no museum is behind one
            return False
        if ip.ipv4_mapped:
            ip = ip.ipv4_mapped
        elif ip in TRANSLATED:
            ip = ipaddress.IPv4Address(int(ip) & 0xFFFF_FFFF)
    return ip.is_global and not (ip.is_multicast or ip.is_reserved or ip.is_unspecified)
