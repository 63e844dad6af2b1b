"""Links of entries: made absolute, freed of what tracks the reader, brought into one form to be compared."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, quote, urlencode, urljoin, urlsplit, urlunsplit

LONGEST = 2000
_TRACKING = re.compile(
    r"utm_\w+|spm|scm|fbclid|gclid|yclid|msclkid|mc_[ce]id|igshid|share_?(?:token|source|from|medium)\w*|vd_source|_hs\w+"
)
_UNSAFE = re.compile(r"[\s\x00-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2060-\u2069<>\"'`\\]")
_PORTS = {"http": 80, "https": 443}


def entry_link(link: str, base: str) -> str:
    """Return an entry's link, absolute and without tracking; "" where it is nothing that may be published.

    Only http and https, no credentials, no signs that could hide where it leads.
    """
    try:
        parts = urlsplit(urljoin(base, link.strip()))
        port = parts.port
    except ValueError:
        return ""
    host = parts.hostname or ""
    if parts.scheme not in _PORTS or not host or parts.username is not None or parts.password is not None:
        return ""
    if _UNSAFE.search(host):
        return ""
    netloc = f"[{host}]" if ":" in host else host
    netloc += f":{port}" if port and port != _PORTS[parts.scheme] else ""
    path = quote(parts.path, safe="/%:@!$&()*+,;=~-._")
    fragment = quote(parts.fragment, safe="/%!?=&-._~")
    query = urlencode([(k, v) for k, v in parse_qsl(parts.query, keep_blank_values=True) if not _tracks(k)])
    found = urlunsplit((parts.scheme, netloc, path, query, fragment))
    return found if len(found) <= LONGEST else ""


def _tracks(name: str) -> bool:
    return _TRACKING.fullmatch(name.lower()) is not None


def normal_link(url: str) -> str:
    """Return the form in which two links to the same page are equal: no scheme, `www.`, last slash or fragment."""
    parts = urlsplit(entry_link(url, url))
    host = parts.netloc.lower().removeprefix("www.").removeprefix("m.")
    query = urlencode(sorted(parse_qsl(parts.query, keep_blank_values=True)))
    return f"{host}{parts.path.rstrip('/')}{'?' + query if query else ''}"
