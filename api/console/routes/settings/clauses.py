"""Clauses in forms: shown as read, confirmed or corrected in place, and carried along until the rules are saved.

What an admin confirmed goes with the form as JSON, so that nothing is kept before the rules are.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace

from api.console.routes.settings.forms import Problems, Typed
from copilot.adapters.sql.rules import clause_json, to_clause
from copilot.errors import InvalidInput
from copilot.rules import UNSURE, Finding, FindingKind, read_hours, write_hours
from copilot.service.rulebook import Rulebook
from copilot.types import Clause, ClauseKind, Label, Measure, RuleSet

MOST_WORDS, LONGEST_WORD, LONGEST_TEXT = 50, 50, 20_000
_MOST_CONFIRMED = 500


@dataclass(frozen=True, slots=True)
class Typing:
    """Rules as typed and as read, with what was confirmed of them."""

    text: str
    confirmed: tuple[Clause, ...]
    rules: RuleSet
    findings: tuple[Finding, ...]

    @property
    def carried(self) -> str:
        """The confirmed readings that still apply, for the form to carry."""
        sure = (clause for clause in self.rules.clauses if clause.confidence == 1)
        return json.dumps([clause_json(clause) for clause in sure], ensure_ascii=False)

    def unsure(self, clause: Clause) -> bool:
        """Whether to ask a person what a clause means."""
        unsure = (f for f in self.findings if f.kind is FindingKind.UNSURE)
        return clause.confidence < UNSURE and any(clause.number in finding.clauses for finding in unsure)

    @property
    def remarks(self) -> list[Finding]:
        """The findings that are not shown beside their clause."""
        return [finding for finding in self.findings if finding.kind is not FindingKind.UNSURE]

    @property
    def gaps(self) -> list[Label]:
        """The labels that no clause speaks of."""
        return [finding.label for finding in self.findings if finding.label is not None]

    def counted(self) -> dict[str, int]:
        """How many clauses there are of each kind, and how many readings are unsure."""
        kinds = {kind.value: sum(c.kind is kind for c in self.rules.clauses) for kind in ClauseKind}
        return {**kinds, "all": len(self.rules.clauses), "unsure": sum(map(self.unsure, self.rules.clauses))}


def typing(text: str, confirmed: Sequence[Clause]) -> Typing:
    """Read rules as they stand in the form."""
    rules, findings = Rulebook.read(text, confirmed)
    return Typing(text, tuple(confirmed), rules, findings)


def typed_rules(form: Typed) -> Typing:
    """Read the form's rules; raises InvalidInput where it was not made by our page."""
    text = form.text("text")
    if len(text) > LONGEST_TEXT:
        raise InvalidInput(f"rules have at most {LONGEST_TEXT} characters", param="text")
    try:
        given = json.loads(form.text("confirmed") or "[]")
        confirmed = [to_clause(entry) for entry in given[:_MOST_CONFIRMED]]
    except (ValueError, TypeError, KeyError, AttributeError):
        raise InvalidInput("the confirmed readings cannot be read", param="confirmed") from None
    return typing(text, confirmed)


def confirmed_of(rules: RuleSet | None) -> list[Clause]:
    """The clauses that an admin confirmed in an earlier version."""
    return [clause for clause in rules.clauses if clause.confidence == 1] if rules is not None else []


def clause_of(read: Typing, number: int) -> Clause:
    """One clause; raises InvalidInput where the text has none of this number by now."""
    for clause in read.rules.clauses:
        if clause.number == number:
            return clause
    raise InvalidInput("there is no such clause any more", param="number")


def corrected(read: Typing, form: Typed, number: int, problems: Problems) -> Clause:
    """What the form says a clause means; problems name the fields that cannot be read."""
    clause = clause_of(read, number)
    hours = form.text("windows")
    windows, unread = read_hours(hours)
    for line in unread:
        problems.add("windows", "settings.rules.hours_wrong", line=line)
    try:
        return replace(
            clause,
            kind=ClauseKind(form.text("kind")),
            labels=tuple(dict.fromkeys(Label(label) for label in form.many("labels"))),
            measure=Measure(form.text("measure", "none")),
            keywords=_words(form, "keywords", problems),
            roles=_words(form, "roles", problems),
            windows=windows,
            confidence=1.0,
        )
    except ValueError:
        raise InvalidInput("this is no reading of a clause", param="clause") from None


def _words(form: Typed, name: str, problems: Problems) -> tuple[str, ...]:
    text = form.text(name)
    for mark in "、，,；;\t":
        text = text.replace(mark, "\n")
    words = tuple(dict.fromkeys(word.strip() for word in text.splitlines() if word.strip()))
    if len(words) > MOST_WORDS:
        problems.add(name, "settings.rules.many_words", most=MOST_WORDS)
    for word in words:
        if len(word) > LONGEST_WORD:
            problems.add(name, "settings.rules.long_word", word=word[:12], most=LONGEST_WORD)
    return words[:MOST_WORDS]


def with_clause(read: Typing, clause: Clause) -> Typing:
    """The rules with one reading confirmed."""
    others = [known for known in confirmed_of(read.rules) if known.text != clause.text]
    return typing(read.text, [*others, replace(clause, confidence=1.0)])


def hours_of(clause: Clause, language: str) -> str:
    """When a clause applies, for a text field."""
    return write_hours(clause.windows, language)
