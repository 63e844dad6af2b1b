"""Personal data and links, taken out of texts before a language model reads them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from copilot.signals.privacy import personal
from copilot.text import text_views

_EMAIL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}", re.ASCII)
_REST = r"[^\s\u3000-\u303f\uff00-\uffef\u4e00-\u9fff<>\"'`]*"
LINK = re.compile(
    rf"(?:https?://|www\.){_REST}"
    rf"|(?<![\w@.-])(?:[a-z\d-]{{1,63}}\.){{1,4}}(?:com|cn|net|org|top|xyz|vip|cc|info|shop|club|link|site|app|live)(?![\w-])(?:/{_REST})?",
    re.IGNORECASE | re.ASCII,
)
"""An address, with its scheme or without."""
_NAMES = {
    "zh": {
        "id_card": "身份证号",
        "bank_card": "银行卡号",
        "mobile": "手机号",
        "address": "住址",
        "email": "邮箱",
        "link": "链接",
    },
    "en": {
        "id_card": "ID number",
        "bank_card": "bank card",
        "mobile": "phone",
        "address": "address",
        "email": "e-mail",
        "link": "link",
    },
}
PLACEHOLDER = re.compile(rf"〔(?:{'|'.join(name for names in _NAMES.values() for name in names.values())}) ?\d+〕")
"""What stands for something that was taken out; it never belongs in a draft."""


class Masker:
    """Masks the texts of one draft. What was masked is never put back."""

    def __init__(self, language: str) -> None:
        self._names = _NAMES[language]
        self._seen: dict[tuple[str, str], str] = {}

    def mask(self, text: str) -> str:
        """Replace identity and bank card numbers, mobiles, home addresses, e-mail addresses and links.

        Disguised numbers (full width, Chinese numerals, separators) are found as well.
        """
        parts, at = [], 0
        for start, end, kind in sorted(_found(text), key=lambda found: (found[0], -found[1])):
            if start >= at:
                parts += [text[at:start], self._placeholder(kind, text[start:end])]
            at = max(at, end)
        return "".join([*parts, text[at:]])

    def _placeholder(self, kind: str, typed: str) -> str:
        form = re.sub(r"[\s-]", "", text_views(typed).numbered.text)
        number = sum(seen == kind for seen, _ in self._seen) + 1
        return self._seen.setdefault((kind, form), f"〔{self._names[kind]}{number}〕")


def _found(text: str) -> Iterator[tuple[int, int, str]]:
    for kind, pattern in (("link", LINK), ("email", _EMAIL)):
        for match in pattern.finditer(text):
            yield *match.span(), kind
    for kind, (start, end) in personal(text_views(text)):
        yield start, end, kind
