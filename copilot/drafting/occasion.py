"""What every kind of draft is written for: which community, day, voice and channel, and how its lines are put down."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, tzinfo
from zoneinfo import ZoneInfo

from copilot.drafting.days import full_day, local, when
from copilot.drafting.facts import by_id, community_facts, day_fact
from copilot.drafting.fitting import CHANNELS, Channel, Piece, fit
from copilot.drafting.nicknames import shown
from copilot.drafting.stock import choose, stock
from copilot.drafting.types import Draft, Fact, Kind, Line, Sentence, Tone
from copilot.drafting.voice import Emoji, Voice, sign, without_emoji
from copilot.types import Community

WRITTEN_BY = "composer/1"


@dataclass(frozen=True, slots=True)
class Occasion:
    """A community on a day.

    `recent` are texts published lately, so that no opening comes twice in a row. `withheld` are nicknames that were
    flagged and are not shown.
    """

    community: Community
    on: date
    language: str = "zh"
    voice: Voice = field(default_factory=Voice)
    channel: Channel = CHANNELS["plain"]
    recent: tuple[str, ...] = ()
    withheld: frozenset[str] = frozenset()

    def shown(self, nickname: str) -> str:
        """Return a nickname as drafts show it, "" where it is withheld."""
        return "" if nickname in self.withheld else shown(nickname)

    @property
    def zone(self) -> tzinfo:
        """The community's clock."""
        return ZoneInfo(self.community.time_zone)

    def room(self, characters: int) -> int:
        """Return how many characters of the language take the room of so many Chinese ones."""
        return characters if self.language == "zh" else 2 * characters

    @property
    def today(self) -> str:
        """The day with its weekday."""
        return full_day(self.on, self.language)

    def when(self, moment: datetime | date) -> str:
        """Return how the day of a moment is called on this day: 昨天, 5月16日."""
        day = local(moment, self.zone).date() if isinstance(moment, datetime) else moment
        return when(day, self.on, self.language, formal=self.voice.tone is Tone.FORMAL)


class Sheet:
    """A draft in the making: facts are laid down, sentences cite them, lines are planned with their weight."""

    def __init__(self, occasion: Occasion, kind: Kind) -> None:
        self.occasion = occasion
        self.kind = kind
        self.pieces: list[Piece] = []
        self._facts: dict[str, Fact] = {}
        self.know(*community_facts(occasion.community), day_fact(occasion.on, occasion.language))

    def know(self, *facts: Fact) -> tuple[str, ...]:
        """Lay down facts and return their ids."""
        for fact in facts:
            self._facts.setdefault(fact.id, fact)
        return tuple(fact.id for fact in facts)

    def phrase(
        self, key: str, values: Mapping[str, str] | None = None, facts: Sequence[str] = (), turn: int | None = None
    ) -> Sentence | None:
        """Return a phrase of the stock, filled; None where the tone has none.

        A turn is the day's number unless given, so that two days in a row never begin alike.
        """
        occasion = self.occasion
        found = stock(occasion.language).of(key, occasion.voice.tone)
        if not found:
            return None
        seed = f"{occasion.community.id}|{key}"
        phrase = choose(found, seed, occasion.on.toordinal() if turn is None else turn, occasion.recent)
        text = phrase.filled(values or {})
        return Sentence(without_emoji(text) if occasion.voice.emoji is Emoji.OFF else text, tuple(facts))

    def signed(self, part: str, sentence: Sentence) -> Sentence:
        """Return a sentence with the emoji of its part before it, where the voice wants one."""
        return Sentence(sign(part, self.occasion.voice) + sentence.text, sentence.facts)

    def put(
        self,
        *sentences: Sentence | None,
        weight: float = 1.0,
        section: str = "",
        heading: bool = False,
        shorter: Sequence[Sequence[Sentence]] = (),
    ) -> None:
        """Plan a line; nothing is planned where every sentence is None."""
        told = tuple(sentence for sentence in sentences if sentence is not None)
        if told:
            versions = tuple(Line(tuple(version)) for version in shorter)
            self.pieces.append(Piece(Line(told), weight, section, heading, versions))

    def draft(self, *, readable: int = 0) -> Draft:
        """Return the draft, fitted to its channel; of the facts those that it cites, and the day."""
        occasion = self.occasion
        channel = occasion.channel
        wished = readable or channel.readable
        lines = fit(self.pieces, Channel(channel.name, channel.limit, channel.unit, wished))
        cited = {fact for line in lines for sentence in line.sentences for fact in sentence.facts}
        cited.update(fact for fact in self._facts if fact.startswith(("day:", "community:")))
        facts = tuple(fact for fact in by_id(self._facts.values()).values() if fact.id in cited)
        return Draft(self.kind, occasion.community.id, occasion.language, occasion.voice.tone, lines, facts, WRITTEN_BY)
