"""Welcome whoever joined: the theme, the rules that matter most, what is being talked about, and whom to ask."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from copilot.drafting.clusters import cut
from copilot.drafting.facts import clause_fact, count_fact, member_fact, operator_fact
from copilot.drafting.fitting import KEPT
from copilot.drafting.occasion import Occasion, Sheet
from copilot.drafting.orders import markup, orders
from copilot.drafting.quoting import quotable
from copilot.drafting.stock import stock
from copilot.drafting.telling import joined
from copilot.drafting.types import Draft, Fact, Kind, Sentence
from copilot.errors import InvalidInput
from copilot.types import Clause, ClauseKind, Label, Measure

_MOST_NAMES = 5
_MOST_CLAUSES = 3
_CLAUSE_LENGTH = 40
_TOPIC_LENGTH = 24
_MEASURES = {Measure.NONE: 0, Measure.REMIND: 1, Measure.WARN: 2, Measure.MUTE: 3, Measure.REMOVE: 4}
_NEWCOMERS_MEET = {
    Label.ADS: 2.0,
    Label.PRIVACY: 1.5,
    Label.ABUSE: 1.5,
    Label.OFF_TOPIC: 1.5,
    Label.RUMOR: 1.0,
    Label.FLOOD: 1.0,
    Label.FRAUD: 1.0,
}
"""How likely a well-meaning newcomer is to run into a rule; who means harm is not kept away by a welcome."""


@dataclass(frozen=True, slots=True)
class Joiner:
    """Somebody who joined. A nickname that is `withheld` was flagged; `returning` says that they were here before."""

    nickname: str
    id: str = ""
    joined_at: datetime | None = None
    withheld: bool = False
    returning: bool = False


def welcome(
    occasion: Occasion,
    joiners: Sequence[Joiner],
    *,
    clauses: Sequence[Clause] = (),
    topic: Fact | None = None,
    helpers: Sequence[str] = (),
    ceremony: bool = False,
) -> Draft:
    """Compose a welcome for one or several.

    `topic` is something being discussed (`text` its short name), `helpers` are names as an operator wrote them,
    `ceremony` adds what the community is and a form for introducing oneself. Raises `InvalidInput` without joiners.
    """
    if not joiners:
        raise InvalidInput("nobody to welcome", param="joiners")
    sheet = Sheet(occasion, Kind.WELCOME)
    turn = occasion.on.toordinal() + len(occasion.recent)
    _greetings(sheet, joiners, turn)
    _about(sheet, ceremony)
    _rules(sheet, important(clauses))
    if topic is not None:
        _topic(sheet, topic)
    _helpers(sheet, helpers)
    if ceremony:
        _introduction(sheet)
    sheet.put(sheet.phrase("welcome.closing", turn=turn), weight=1.0)
    return sheet.draft()


def important(clauses: Sequence[Clause], most: int = _MOST_CLAUSES) -> list[Clause]:
    """Return the clauses that a newcomer should know first, by number.

    Weighed by the measure that is threatened, by how likely a newcomer meets the rule, and by how sure the reading is;
    a clause of the same label as a heavier one counts half, so that the choice is varied.
    """
    left = [clause for clause in clauses if clause.kind is ClauseKind.FORBID and clause.text.strip()]
    chosen: list[Clause] = []
    seen: set[Label] = set()
    while left and len(chosen) < most:
        best = max(left, key=lambda clause: (_weight(clause, seen), -clause.number))
        left.remove(best)
        chosen.append(best)
        seen.update(best.labels)
    return sorted(chosen, key=lambda clause: clause.number)


def _weight(clause: Clause, seen: set[Label]) -> float:
    met = max((_NEWCOMERS_MEET.get(label, 0.5) for label in clause.labels), default=0.7)
    again = 0.5 if clause.labels and seen.issuperset(clause.labels) else 1.0
    return (1.0 + 0.4 * _MEASURES[clause.measure]) * met * clause.confidence * again


def _greetings(sheet: Sheet, joiners: Sequence[Joiner], turn: int) -> None:
    returning = [joiner for joiner in joiners if joiner.returning and _name(sheet, joiner)]
    others = [joiner for joiner in joiners if joiner not in returning]
    lines = [_greeting(sheet, others, turn), _welcome_back(sheet, returning, turn)]
    for i, line in enumerate(line for line in lines if line is not None):
        sheet.put(sheet.signed("welcome.opening", line) if i == 0 else line, weight=KEPT)


def _name(sheet: Sheet, joiner: Joiner) -> str:
    return "" if joiner.withheld else sheet.occasion.shown(joiner.nickname)


def _greeting(sheet: Sheet, joiners: Sequence[Joiner], turn: int) -> Sentence | None:
    if not joiners:
        return None
    language = sheet.occasion.language
    named = {name: joiner for joiner in joiners if (name := _name(sheet, joiner))}
    count = count_fact("joined", len(joiners), language)
    if not named:
        if len(joiners) == 1:
            return sheet.phrase("welcome.unnamed", turn=turn)
        return sheet.phrase("welcome.unnamed_count", {"count": count.text}, sheet.know(count), turn)
    some = list(named)[:_MOST_NAMES]
    facts = sheet.know(*(member_fact(named[n].nickname, named[n].joined_at, named[n].id) for n in some))
    values = {"names": joined(some, language), "count": count.text, "name": sheet.occasion.community.name}
    key = "welcome.opening" if len(joiners) == 1 else "welcome.batch" if len(some) == len(joiners) else "welcome.many"
    return sheet.phrase(key, values, (*facts, *sheet.know(count), "community:name"), turn)


def _welcome_back(sheet: Sheet, joiners: Sequence[Joiner], turn: int) -> Sentence | None:
    if not joiners:
        return None
    some = {_name(sheet, joiner): joiner for joiner in joiners[:_MOST_NAMES]}
    facts = sheet.know(*(member_fact(j.nickname, j.joined_at, j.id) for j in some.values()))
    return sheet.phrase("welcome.returning", {"names": joined(list(some), sheet.occasion.language)}, facts, turn)


def _about(sheet: Sheet, ceremony: bool) -> None:
    community = sheet.occasion.community
    theme = community.theme.strip().rstrip("。.")
    if not theme:
        return
    key = "welcome.about" if ceremony else "welcome.theme"
    values = {"theme": theme, "name": community.name}
    sheet.put(sheet.phrase(key, values, ("community:theme", "community:name")), weight=60.0)


def _rules(sheet: Sheet, clauses: Sequence[Clause]) -> None:
    told = [(clause, cut(" ".join(clause.text.split()), sheet.occasion.room(_CLAUSE_LENGTH))) for clause in clauses]
    told = [(clause, text) for clause, text in told if text]
    if len(told) == 1:
        clause, text = told[0]
        sheet.put(sheet.phrase("welcome.rule_one", {"text": text}, sheet.know(clause_fact(clause))), weight=80.0)
        return
    heading = sheet.phrase("welcome.rules")
    if heading is None or not told:
        return
    sheet.put(sheet.signed("welcome.rules", heading), weight=KEPT, section="rules", heading=True)
    for clause, text in told:
        values = {"number": str(clause.number), "text": text}
        line = sheet.phrase("welcome.rule", values, sheet.know(clause_fact(clause)))
        sheet.put(line, weight=80.0 + _weight(clause, set()), section="rules")


def _topic(sheet: Sheet, topic: Fact) -> None:
    text = cut(" ".join(topic.text.split()).rstrip("。.？?！!"), sheet.occasion.room(_TOPIC_LENGTH))
    if text and not orders(text) and not markup(text) and quotable(text):
        said = sheet.phrase("welcome.topic", {"topic": text.replace("“", "").replace("”", "")}, sheet.know(topic))
        if said is not None:
            sheet.put(sheet.signed("welcome.topic", said), weight=50.0)


def _helpers(sheet: Sheet, helpers: Sequence[str]) -> None:
    names = [name for helper in helpers[:3] if (name := helper.strip())]
    if names:
        fact = operator_fact("helpers", joined(names, sheet.occasion.language))
        said = sheet.phrase("welcome.helpers", {"names": fact.text}, sheet.know(fact))
        if said is not None:
            sheet.put(sheet.signed("welcome.helpers", said), weight=55.0)


def _introduction(sheet: Sheet) -> None:
    """A form that a newcomer copies and fills in."""
    heading = sheet.phrase("welcome.introduce")
    if heading is None:
        return
    sheet.put(sheet.signed("welcome.introduce", heading), weight=KEPT, section="form", heading=True)
    for phrase in stock(sheet.occasion.language).of("welcome.introduce_line", sheet.occasion.voice.tone):
        sheet.put(Sentence(phrase.template), weight=40.0, section="form")
