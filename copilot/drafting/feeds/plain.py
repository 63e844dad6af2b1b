"""Plain text of what feeds call a title: no markup, no script, nothing invisible."""

from __future__ import annotations

import re
import unicodedata
from html.parser import HTMLParser

_SILENT = frozenset({"script", "style", "template", "noscript", "iframe", "svg", "math"})
_MARKUP = re.compile(r"<[a-zA-Z/!?]|&(?:#\w+|\w+);")
_SPACE = re.compile(r"\s+")
_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
_JOINER = "\u200d"
_READ = 4000
"""Characters of a title that are looked at."""


class _Text(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._silent: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _SILENT:
            self._silent.append(tag)
        elif tag in ("br", "p", "div", "li", "td"):
            self.parts.append(" ")

    def handle_endtag(self, tag: str) -> None:
        if tag in self._silent:
            self._silent.remove(tag)

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.parts.append(data)


def plain(text: str, longest: int) -> str:
    """Return the visible text in one line, cut at a boundary to `longest` characters with `…` at the end.

    Markup is read twice, since many feeds escape it once more than they should.
    """
    said = text[:_READ]
    for _ in range(2):
        if not _MARKUP.search(said):
            break
        parser = _Text()
        parser.feed(said)
        parser.close()
        said = "".join(parser.parts)
    said = "".join(c for c in unicodedata.normalize("NFC", said) if c == _JOINER or c.isspace() or _visible(c))
    return _cut(_SPACE.sub(" ", said).strip(), longest)


def _visible(char: str) -> bool:
    return unicodedata.category(char) not in _INVISIBLE


def _cut(said: str, longest: int) -> str:
    if len(said) <= longest:
        return said
    end = longest - 1
    while end > 0 and (unicodedata.combining(said[end]) or said[end] in "\u200d\ufe0f" or said[end - 1] == _JOINER):
        end -= 1
    space = said.rfind(" ", end - 20, end + 1)
    return said[: space if space > longest // 2 and said[end - 1].isascii() else end].rstrip(" ，,、；;：:") + "…"
