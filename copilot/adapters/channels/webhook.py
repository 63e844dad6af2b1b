"""Drafts as signed HTTP requests, after the Standard Webhooks specification (https://www.standardwebhooks.com).

    webhook-id: draft-17-20260517T080000-group
    webhook-timestamp: 1779000000
    webhook-signature: v1,<base64 of HMAC-SHA256 over "id.timestamp.body" with the secret behind whsec_>

The id is the same whenever the same draft is sent again, so that a receiver can drop repetitions.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import socket
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx2

from copilot.adapters.feeds.addresses import Allowed, Target, check_url, permitted
from copilot.errors import InvalidInput
from copilot.ports import Destination, NotSent, Post

PREFIX = "whsec_"
_SECONDS = 15.0
_LONGEST_RECEIPT = 200
_FEWEST_BYTES = 16


@dataclass(frozen=True, slots=True)
class WebhookSender:
    """Posts to addresses that are public or that the operator allows. No redirect is followed, no proxy is used."""

    allowed: Allowed = field(default_factory=Allowed)
    seconds: float = _SECONDS
    clock: Callable[[], float] = time.time

    def send(self, post: Post, to: Destination) -> str:
        """Post it and return the receiver's answer.

        Raises NotSent where no connection came about or the receiver refused (3xx, 4xx); with 5xx, an answer that is
        cut off or none at all, the post may well be out, and another error says so.
        """
        target, address = self._way(to)
        body = json.dumps(_payload(post), ensure_ascii=False, separators=(",", ":")).encode("utf-8", "backslashreplace")
        headers = _headers(post.key, int(self.clock()), body, to.secret) | {"Host": target.authority}
        extensions = {"sni_hostname": target.host} if target.scheme == "https" and not target.literal else {}
        with httpx2.Client(trust_env=False, follow_redirects=False, timeout=self.seconds) as client:
            try:
                answer = client.post(address, content=body, headers=headers, extensions=extensions)
            except (httpx2.ConnectError, httpx2.ConnectTimeout) as error:
                raise NotSent(f"no connection: {type(error).__name__}") from error
        if answer.status_code < 300:
            return f"HTTP {answer.status_code} {answer.text[:_LONGEST_RECEIPT]}".strip()
        if answer.status_code < 500:
            raise NotSent(f"refused with HTTP {answer.status_code}")
        raise ConnectionError(f"answered with HTTP {answer.status_code}")

    def check(self, destination: Destination) -> None:
        """Raise InvalidInput for an address that may not be used or a secret that is none."""
        check_url(destination.address, self.allowed)
        _key(destination.secret)

    def _way(self, to: Destination) -> tuple[Target, str]:
        """Resolve the name once, and return the address that was judged."""
        try:
            target = check_url(to.address, self.allowed)
            found = [str(target.literal)] if target.literal else _resolved(target)
            return target, target.at(permitted(target, found, self.allowed)[0])
        except InvalidInput as error:
            raise NotSent(error.message) from error
        except OSError as error:
            raise NotSent(f"the name cannot be resolved: {error}") from error


def signature(key: str, timestamp: int, body: bytes, secret: str) -> str:
    """Return `v1,<base64>` over `key.timestamp.body`."""
    signed = b".".join((key.encode(), str(timestamp).encode(), body))
    return "v1," + base64.b64encode(hmac.new(_key(secret), signed, hashlib.sha256).digest()).decode()


def _headers(key: str, timestamp: int, body: bytes, secret: str) -> dict[str, str]:
    return {
        "content-type": "application/json; charset=utf-8",
        "user-agent": "community-copilot",
        "webhook-id": key,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": signature(key, timestamp, body, secret),
    }


def _payload(post: Post) -> dict[str, Any]:
    return {
        "type": "draft.publish",
        "timestamp": post.at.isoformat(),
        "data": {
            "community": post.community,
            "draft": post.draft,
            "kind": post.kind,
            "language": post.language,
            "text": post.text,
            "poll": post.poll,
        },
    }


def _key(secret: str) -> bytes:
    try:
        key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) < _FEWEST_BYTES:
        raise InvalidInput(f"a secret is {PREFIX} and at least {_FEWEST_BYTES} bytes in base64", param="secret")
    return key


def _resolved(target: Target) -> Sequence[str]:
    found = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(place[4][0]) for place in found))
