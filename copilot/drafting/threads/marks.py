"""What can be seen from one message alone: whether it asks, thanks, settles something, only feels."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from copilot.drafting.threads import lexicon


@dataclass(frozen=True, slots=True)
class Marks:
    """What one message shows. `content` is the number of letters and digits that are no placeholder, link or mention.

    `asks` is a question of any sort, `inquires` one put to the group, `rhetoric` one that wants no answer. `settles`
    speaks of something decided, `outcome` of how something came out. `unsure` is an answer that is none, `echoes`
    somebody who still waits for one. `signs_up` is an entry of a list (+1, 乙 两份). `times` and `amounts` are counts.
    """

    content: int
    asks: bool
    inquires: bool
    rhetoric: bool
    thanks: bool
    acknowledges: bool
    settles: bool
    outcome: bool
    advises: bool
    times: int
    amounts: int
    calls: bool
    welcomes: bool
    introduces: bool
    unsure: bool
    echoes: bool
    feels: bool
    signs_up: bool
    attaches: bool


def typed_words(normal: str) -> str:
    """Return a normal form without placeholders, links and mentions, which say nothing about the matter."""
    return lexicon.MENTION.sub(" ", lexicon.LINK.sub(" ", lexicon.PLACEHOLDER.sub(" ", normal))).strip()


def is_notice(author: str, normal: str) -> bool:
    """Whether the platform speaks: under its own name or none, in one of its phrases."""
    return author.strip().casefold() in lexicon.SYSTEM and bool(lexicon.NOTICE.search(normal))


@lru_cache(maxsize=4096)
def marks(normal: str) -> Marks:
    """Return what a message's normal form shows. Cached, since the same short texts come again and again."""
    plain = typed_words(normal)
    asks = bool(lexicon.QUESTION.search(plain))
    return Marks(
        content=len(lexicon.WORD.findall(plain)),
        asks=asks,
        inquires=bool(lexicon.ASKING.search(plain)),
        rhetoric=asks and bool(lexicon.RHETORIC.search(plain)),
        thanks=bool(lexicon.THANKS.search(plain)),
        acknowledges=bool(lexicon.ACK.search(plain)),
        settles=bool(lexicon.SETTLED.search(plain)),
        outcome=bool(lexicon.OUTCOME.search(plain)),
        advises=bool(lexicon.ADVICE.search(plain)),
        times=len(lexicon.TIME.findall(plain)),
        amounts=len(lexicon.AMOUNT.findall(plain)),
        calls=bool(lexicon.CALL.search(normal)),
        welcomes=bool(lexicon.WELCOME.search(plain)),
        introduces=bool(lexicon.INTRODUCES.search(plain)),
        unsure=bool(lexicon.UNSURE.search(plain)),
        echoes=bool(lexicon.ECHO.search(plain)),
        feels=bool(lexicon.FEELING.search(normal)),
        signs_up=bool(lexicon.SIGNUP.search(plain)),
        attaches=bool(lexicon.PLACEHOLDER.search(normal) or lexicon.LINK.search(normal)),
    )
