"""Where webhooks may go: into the public internet, and nowhere else unless a setting says so.

Whoever may add a webhook could otherwise have Guerdon call what only Guerdon's own network can reach: a database, an
administration page, the cloud's metadata service. Looking at the name is not enough, since a name may lead anywhere and
elsewhere the next second. So the name is **looked up at the moment of connecting, the addresses found are judged, and
the connection is made to a judged address**, not to the name again. TLS still checks the certificate against the name.

``https://hooks.example.com/`` that resolves to 93.184.216.34 is called; to 10.0.0.7, 169.254.169.254 or
::ffff:10.0.0.7 and 64:ff9b::a00:7 (the first in other clothes) it is not. ``http://2130706433/`` resolves to 127.0.0.1
and is not either.
"""

import asyncio
import socket
import ssl
from collections.abc import Iterable
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Any
from urllib.parse import urlsplit

import httpcore

MOST_CHARACTERS = 2_000

_NAT64 = (IPv6Network("64:ff9b::/96"), IPv6Network("64:ff9b:1::/48"))
_COMPATIBLE = IPv6Network("::/96")
_OF_CLOUDS = frozenset({IPv4Address("168.63.129.16")})
"""Public by its number, and inside every machine of one cloud its control plane."""


class AddressRefused(Exception):
    """An address that webhooks may not go to, or a URL that leads nowhere fit."""


def why_refused(address: str) -> str:
    """Why nothing may be sent to an IP address; empty: it may."""
    try:
        return _why_refused(ip_address(address.partition("%")[0]))
    except ValueError:
        return f"{address} is no address"


def _why_refused(address: IPv4Address | IPv6Address) -> str:
    inner = _inner(address) if isinstance(address, IPv6Address) else None
    if inner is not None and (why := _why_refused(inner)):
        return f"{address} stands for {why}"
    if address in _OF_CLOUDS:
        return f"{address}, which belongs to a cloud's own network"
    if address.is_multicast or not address.is_global or getattr(address, "is_site_local", False):
        return f"{address}, which is not in the public internet"
    return ""


def _inner(address: IPv6Address) -> IPv4Address | None:
    """The IPv4 address that an IPv6 address carries, by any of the ways there are; None: it carries none."""
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address.sixtofour is not None:
        return address.sixtofour
    if address.teredo is not None:
        return address.teredo[1]
    if any(address in network for network in (*_NAT64, _COMPATIBLE)):
        return IPv4Address(int(address) & 0xFFFF_FFFF)
    return None


def check_url(url: str, *, private_allowed: bool) -> None:
    """Whether a URL is fit for a webhook, as far as it shows. Raises AddressRefused.

    ``private_allowed`` lets plain HTTP and addresses of one's own network through: for tests and intranets.
    """
    if len(url) > MOST_CHARACTERS or any(character <= " " or character >= "\x7f" for character in url):
        raise AddressRefused("A URL has at most 2,000 characters, all of them printable ASCII without spaces.")
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError as error:
        raise AddressRefused(f"This is no URL: {error}.") from None
    if parts.scheme not in ("https", "http") or not host:
        raise AddressRefused("A webhook needs a URL that begins with https:// and a host.")
    if parts.scheme == "http" and not private_allowed:
        raise AddressRefused("A webhook needs https://, so that nobody reads along.")
    if parts.username is not None or parts.password is not None or parts.fragment:
        raise AddressRefused("The URL of a webhook has no name, no password and no fragment in it.")
    if not private_allowed and (why := _why_host_refused(host)):
        raise AddressRefused(f"Nothing is sent to {why}.")


def _why_host_refused(host: str) -> str:
    """For a host that is an address itself; names are looked up when it matters."""
    if host == "localhost" or host.endswith((".localhost", ".local", ".internal")):
        return f"{host}, which is not in the public internet"
    try:
        ip_address(host)
    except ValueError:
        return ""
    return why_refused(host)


async def resolve(host: str, port: int) -> list[str]:
    """The addresses of a name, in the order of the resolver. Raises OSError where it has none."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys([str(entry[4][0]) for entry in found]))


class GuardedBackend(httpcore.AsyncNetworkBackend):
    """Connects to judged addresses only."""

    def __init__(self, *, private_allowed: bool) -> None:
        """``private_allowed`` judges nothing."""
        self._private_allowed = private_allowed
        self._backend = httpcore.AnyIOBackend()

    async def connect_tcp(
        self, host: str, port: int, timeout: float | None = None, local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:  # fmt: skip
        try:
            addresses = await resolve(host, port)
        except (OSError, UnicodeError) as error:
            raise httpcore.ConnectError(f"{host} cannot be looked up: {error}") from error
        if not self._private_allowed:
            # One refused address among several refuses the name: whoever mixes them is trying something.
            for address in addresses:
                if why := why_refused(address):
                    raise AddressRefused(f"Nothing is sent to {why}.")
        return await self._connect_to_one(addresses, port, timeout, local_address, socket_options)

    async def _connect_to_one(
        self, addresses: list[str], port: int, timeout: float | None, local_address: str | None,
        socket_options: Iterable[Any] | None,
    ) -> httpcore.AsyncNetworkStream:  # fmt: skip
        failure: Exception = httpcore.ConnectError("the name has no address")
        for address in addresses:
            try:
                return await self._backend.connect_tcp(address, port, timeout, local_address, socket_options)
            except httpcore.ConnectError as error:
                failure = error
        raise failure

    async def connect_unix_socket(self, *_: Any, **__: Any) -> httpcore.AsyncNetworkStream:
        raise AddressRefused("Nothing is sent to a socket.")

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


def guarded_pool(
    *, private_allowed: bool, most: int = 64, trust: ssl.SSLContext | None = None
) -> httpcore.AsyncConnectionPool:
    """Connections that lead to allowed addresses only. It follows no redirect and asks no proxy."""
    return httpcore.AsyncConnectionPool(
        ssl_context=trust or ssl.create_default_context(),
        max_connections=most,
        max_keepalive_connections=most // 2,
        keepalive_expiry=30.0,
        network_backend=GuardedBackend(private_allowed=private_allowed),
    )
