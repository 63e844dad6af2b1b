"""Whether a text in the codes of `reading` warns of something rather than doing it."""

from __future__ import annotations

from copilot.text import stance
from models.precedents.reading import Codes


def warns(codes: Codes) -> bool:
    """Whether a text has words of warning, doubt, report or refusal, whoever says them."""
    return stance.warns("".join(map(chr, codes.tolist())))
