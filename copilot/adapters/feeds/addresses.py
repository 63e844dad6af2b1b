"""Which addresses a feed may be fetched from: public ones, and those the operator names.

A name is judged by every address it resolves to, and the connection is then made to one of the very addresses that were
judged, so that a name server that changes its mind in between (DNS rebinding) gains nothing.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from urllib.parse import SplitResult, urlsplit

from copilot.errors import InvalidInput

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

LONGEST_URL = 2000
PORTS = {"http": 80, "https": 443}
_HOST = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?:\.(?!-)[a-z0-9_-]{1,63})*\.?")
_NUMERIC = re.compile(r"(?:0x[0-9a-f]*|\d+)(?:\.(?:0x[0-9a-f]*|\d+))*\.?")
_SIGNS = re.compile(r"[\s\x00-\x20\x7f\\]")
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_SPECIAL = tuple(
    map(
        ipaddress.ip_network,
        ("0.0.0.0/8", "100.64.0.0/10", "192.0.0.0/24", "192.88.99.0/24", "198.18.0.0/15", "240.0.0.0/4", "fec0::/10"),
    )
)
_METADATA = frozenset(
    map(ipaddress.ip_address, ("168.63.129.16", "100.100.100.200", "169.254.169.254", "fd00:ec2::254"))
)
"""Addresses at which clouds tell a machine its secrets; the first is a public address."""


@dataclass(frozen=True, slots=True)
class Allowed:
    """Exceptions an operator made: networks and addresses, and names that may resolve to anything."""

    networks: tuple[Network, ...] = ()
    names: frozenset[str] = field(default_factory=frozenset)

    @classmethod
    def read(cls, entries: Sequence[str]) -> Allowed:
        """Read entries such as `10.1.0.0/16`, `::1` or `rss.office.example`; raises InvalidInput (`allow`)."""
        networks: list[Network] = []
        names: set[str] = set()
        for entry in entries:
            said = entry.strip().lower().rstrip(".")
            try:
                networks.append(ipaddress.ip_network(said, strict=False))
            except ValueError:
                if not _HOST.fullmatch(said) or _NUMERIC.fullmatch(said):
                    raise InvalidInput(f"{entry!r} is neither a network nor a host name", param="allow") from None
                names.add(said)
        return cls(tuple(networks), frozenset(names))

    def address(self, address: Address) -> bool:
        """Whether an address may be connected to: it is public, or lies in an allowed network."""
        plain = _unwrapped(address)
        if any(plain in network or address in network for network in self.networks):
            return True
        return plain not in _METADATA and _is_public(plain)


def _unwrapped(address: Address) -> Address:
    """The IPv4 address inside an IPv4-mapped, 6to4, Teredo or NAT64 address: it is where the packets go."""
    if isinstance(address, IPv4Address):
        return address
    if address.ipv4_mapped or address.sixtofour:
        return address.ipv4_mapped or address.sixtofour or address
    if address.teredo:
        return address.teredo[1]
    if address in _NAT64 or int(address) >> 32 == 0:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address


def _is_public(address: Address) -> bool:
    if any(address in network for network in _SPECIAL if network.version == address.version):
        return False
    return address.is_global and not (address.is_multicast or address.is_reserved or address.is_unspecified)


@dataclass(frozen=True, slots=True)
class Target:
    """Where one request goes: `host` in ASCII, `literal` where it is an address itself, `path` with its query."""

    scheme: str
    host: str
    port: int
    path: str
    literal: Address | None

    @property
    def authority(self) -> str:
        """The Host header."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def url(self) -> str:
        """The URL as understood."""
        return f"{self.scheme}://{self.authority}{self.path}"

    def at(self, address: Address) -> str:
        """The URL with an address in place of the name."""
        host = f"[{address}]" if address.version == 6 else str(address)
        return f"{self.scheme}://{host}:{self.port}{self.path}"


def check_url(url: str, allowed: Allowed) -> Target:
    """Return what a feed's URL means, before any name is resolved.

    Raises InvalidInput (`url`) for other schemes than http and https, credentials, ports of other services, hosts that
    are written to be misread (decimal, octal, hexadecimal addresses), and addresses that are not allowed.
    """
    if len(url) > LONGEST_URL or _SIGNS.search(url.strip()):
        raise InvalidInput("网址太长，或含有空格与控制符 / the URL is too long or holds blanks", param="url")
    try:
        parts = urlsplit(url.strip())
        port = parts.port
    except ValueError as error:
        raise InvalidInput(f"网址写错了 / not a URL: {error}", param="url") from error
    if parts.scheme not in PORTS:
        raise InvalidInput("订阅源只能用 http 或 https / a feed is at http or https", param="url")
    if "@" in parts.netloc:
        raise InvalidInput("网址里不能带用户名和密码 / a feed's URL carries no credentials", param="url")
    host, literal = _host(parts)
    port = PORTS[parts.scheme] if port is None else port
    _check_place(host, literal, port, allowed)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(parts.scheme, host, port, path, literal)


def _host(parts: SplitResult) -> tuple[str, Address | None]:
    host = (parts.hostname or "").lower()
    if host.startswith("[") or "%" in host:
        raise InvalidInput("网址里的主机名写错了 / not a host name", param="url")
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        pass
    else:
        return str(address), address
    try:
        ascii_host = host if host.isascii() else host.encode("idna").decode("ascii")
    except UnicodeError as error:
        raise InvalidInput("网址里的主机名写错了 / not a host name", param="url") from error
    if _NUMERIC.fullmatch(ascii_host):
        raise InvalidInput("主机地址要写成标准的样子 / write an address in its usual form", param="url")
    if len(ascii_host) > 253 or not _HOST.fullmatch(ascii_host):
        raise InvalidInput("网址里的主机名写错了 / not a host name", param="url")
    return ascii_host.rstrip("."), None


def _check_place(host: str, literal: Address | None, port: int, allowed: Allowed) -> None:
    if literal is not None and not allowed.address(literal):
        raise _refused(host)
    if port not in PORTS.values() and port < 1024 and host not in allowed.names:
        raise InvalidInput(f"端口 {port} 不是网页服务用的 / port {port} is no web server's", param="url")


def _refused(host: str) -> InvalidInput:
    return InvalidInput(
        f"{host} 在内网或本机，要抓取请写进允许名单 / {host} is not public; put it on the allow-list to fetch it",
        param="url",
    )


def permitted(target: Target, resolved: Sequence[str], allowed: Allowed) -> list[Address]:
    """Return the addresses to connect to; raises InvalidInput (`url`) where any of them is not allowed.

    All of them have to be: a name with one public and one private address is somebody's trick.
    """
    addresses = [ipaddress.ip_address(found.split("%")[0]) for found in resolved]
    if not addresses:
        raise InvalidInput(f"{target.host} 没有地址 / has no address", param="url")
    if target.host not in allowed.names and not all(map(allowed.address, addresses)):
        raise _refused(target.host)
    return addresses
