"""ROUGE on characters, which needs no agreement on where Chinese words end (Lin, 2004)."""

from __future__ import annotations

from collections import Counter


def _characters(text: str) -> str:
    return "".join(text.casefold().split())


def rouge_n(found: str, gold: str, n: int) -> float:
    """F of shared runs of n characters; 0 where one of the texts has none."""
    ours, theirs = (Counter(t[i : i + n] for i in range(len(t) - n + 1)) for t in map(_characters, (found, gold)))
    total = ours.total() + theirs.total()
    return 2 * (ours & theirs).total() / total if total else 0.0


def rouge_l(found: str, gold: str) -> float:
    """F of the longest common subsequence of characters."""
    ours, theirs = _characters(found), _characters(gold)
    best = [0] * (len(theirs) + 1)
    for a in ours:
        diagonal = 0
        for j, b in enumerate(theirs, 1):
            above = best[j]
            best[j] = diagonal + 1 if a == b else max(best[j], best[j - 1])
            diagonal = above
    total = len(ours) + len(theirs)
    return 2 * best[-1] / total if total else 0.0
