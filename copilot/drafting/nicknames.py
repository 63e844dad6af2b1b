"""Names of members as they may be shown. A nickname is untrusted: it can advertise, insult, order, or break the layout."""
# ruff: noqa: E501 - tables: each Chinese character counts twice

from __future__ import annotations

import re
import unicodedata

from copilot.drafting.clusters import clusters
from copilot.drafting.orders import orders
from copilot.drafting.quoting import quotable

_ROLE = re.compile(r"\s*[（(【\[][^）)】\]]*[）)】\]]?\s*$")
_ROOM = re.compile(
    r"^[A-Za-z]?\d{1,3}(?:-\d{1,5}|[栋幢号楼#][\d\-单元室]*)+\s*|\s*[A-Za-z]?\d{1,3}(?:-\d{1,5}|[栋幢号楼#][\d\-单元室]*)+$"
)
"""A room or house number at an end of a nickname: nobody's business in what is published."""
_ROLES = re.compile(r"^(?:副?[会团班队站店区校群]长|群主|管理员?|版主|指挥|主催|物业|客服|志愿者|admin|mod)$", re.I)
_MARKUP = re.compile(r"[<>`*~\[\]{}\\|#@&$^=]|\(http|://|--|\.\.")
_TEMPLATE = re.compile(r"\{\{|\{%|\$\{|%s|\[CQ:")
_LONGEST = 16
_LONGEST_RAW = 40


def shown(nickname: str) -> str:
    """Return a nickname as a draft shows it, or "" where it must be withheld.

    Invisible and directional characters, a role in brackets and a room number are left off; what carries markup, an
    address, a contact or an order, or is longer than anybody's name, is not shown at all.
    """
    plain = _visible(nickname)
    if not plain or len(plain) > _LONGEST_RAW or _forbidden(nickname) or _TEMPLATE.search(plain):
        return ""
    name = short(plain)
    if any(orders(text) or not quotable(text) for text in (plain, name)):
        return ""
    if _MARKUP.search(name):
        name = _MARKUP.sub("", name).strip()
    seen = list(clusters(name))
    if len(seen) > _LONGEST or not re.search(r"\w|[^\x00-\x7f]", name):
        return ""
    return name


def short(nickname: str) -> str:
    """Return what members call somebody: without a role or a room number, where a name of two characters is left."""
    name = nickname.strip()
    parts = [part.strip() for part in re.split(r"[|｜]", name) if part.strip()]
    if len(parts) > 1:
        name = next((part for part in parts if not _ROLES.match(part)), parts[0])
    for pattern in (_ROLE, _ROOM):
        left = pattern.sub("", name).strip()
        name = left if len(left) >= 2 else name
    return name


def _visible(text: str) -> str:
    """Return a text in one form, without what leaves no mark on a screen, on one line."""
    kept = "".join(
        c for c in text if unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Co", "Cn") or c in "\u200d\n\t "
    )
    return re.sub(r"\s+", " ", kept).strip().strip("\u200d")


def _forbidden(text: str) -> bool:
    """Whether a text turns the reading direction or carries control characters."""
    return any(
        unicodedata.bidirectional(c) in ("LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI") for c in text
    ) or any(unicodedata.category(c) == "Cc" for c in text.strip())
