"""Say what came of checking a rumour: neutrally, with the source, and without spreading it further."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from difflib import SequenceMatcher
from enum import StrEnum
from urllib.parse import urlsplit

from copilot.drafting.clusters import cluster_count
from copilot.drafting.days import local
from copilot.drafting.facts import operator_fact
from copilot.drafting.fitting import KEPT
from copilot.drafting.occasion import Occasion, Sheet
from copilot.drafting.orders import markup
from copilot.drafting.types import Draft, Fact, Kind, Origin
from copilot.errors import InvalidInput


class Truth(StrEnum):
    """What checking came to."""

    FALSE = "false"
    UNCONFIRMED = "unconfirmed"
    PARTLY = "partly"
    TRUE = "true"


_SAID = {
    Truth.FALSE: ("不属实", "not accurate"),
    Truth.UNCONFIRMED: ("没有查到可靠的出处", "no reliable source was found"),
    Truth.PARTLY: ("只有一部分属实", "accurate only in part"),
    Truth.TRUE: ("属实", "accurate"),
}
_MOST_ABOUT = 24
_MOST_FINDING = 120
_LONGEST_REPEAT = 8
"""Characters of the rumour that a title may repeat in a row."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where it was checked: who says so (`物业值班室`, `市政公众号`), and a link where there is one."""

    name: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Checked:
    """A rumour that a moderator checked.

    `about` names the matter in a few neutral words, `found` says in the moderator's words what is known, `rumour` is
    the text as it went round, which is never repeated.
    """

    about: str
    truth: Truth
    found: str
    source: Source
    rumour: str = ""
    sent_at: datetime | None = None


def clarification(occasion: Occasion, checked: Checked) -> Draft:
    """Compose a clarification.

    Raises `InvalidInput` without a source, without a finding, for a link that is no web address, and for a title that
    shouts, is long, or repeats the rumour.
    """
    about, found = _title(checked), _found(checked)
    source = _source(checked.source)
    sheet = Sheet(occasion, Kind.CLARIFICATION)
    title = operator_fact("about", about)
    sheet.put(sheet.phrase("clarify.title", {"about": about}, sheet.know(title)), weight=KEPT)
    _verdict(sheet, checked)
    said = operator_fact("found", found)
    sheet.put(sheet.phrase("clarify.finding", {"finding": found}, sheet.know(said)), weight=KEPT)
    key = "clarify.source_link" if source.url else "clarify.source"
    sheet.put(sheet.phrase(key, {"source": source.text, "url": source.url}, sheet.know(source)), weight=KEPT)
    advice = "clarify.advice_unconfirmed" if checked.truth is Truth.UNCONFIRMED else "clarify.advice"
    sheet.put(sheet.phrase(advice), weight=1.0)
    return sheet.draft()


def _verdict(sheet: Sheet, checked: Checked) -> None:
    when, key = "", f"clarify.{checked.truth}"
    said = _SAID[checked.truth][0 if sheet.occasion.language == "zh" else 1]
    facts = [Fact(f"decision:finding:{checked.truth}", Origin.DECISION, said, trusted=True)]
    if checked.sent_at is None:
        key += "_undated"
    else:
        when = sheet.occasion.when(checked.sent_at)
        at = local(checked.sent_at, sheet.occasion.zone)
        facts.append(Fact("message:sent", Origin.DECISION, "", at=at, trusted=True))
    sheet.put(sheet.phrase(key, {"when": when}, sheet.know(*facts)), weight=KEPT)


def _title(checked: Checked) -> str:
    about = " ".join(checked.about.split()).strip("“”「」\"'。.")
    if not about or cluster_count(about) > _MOST_ABOUT or markup(about):
        raise InvalidInput(f"name the matter in 1 to {_MOST_ABOUT} characters of plain text", param="about")
    if any(mark in about for mark in "！!？?"):
        raise InvalidInput("name the matter without exclamation or question marks", param="about")
    match = SequenceMatcher(None, about, checked.rumour, autojunk=False).find_longest_match()
    if match.size > _LONGEST_REPEAT:
        raise InvalidInput("name the matter in neutral words of your own; this repeats the rumour", param="about")
    return about


def _found(checked: Checked) -> str:
    found = " ".join(checked.found.split())
    if not found or cluster_count(found) > _MOST_FINDING or markup(found):
        raise InvalidInput(f"say what was found in 1 to {_MOST_FINDING} characters of plain text", param="found")
    return found


def _source(source: Source) -> Fact:
    name = " ".join(source.name.split())
    if not name:
        raise InvalidInput("a clarification needs its source", param="source")
    if source.url:
        parts = urlsplit(source.url)
        if parts.scheme not in ("http", "https") or "." not in (parts.hostname or ""):
            raise InvalidInput("the source's link is no web address", param="source")
    return operator_fact("source", name, source.url)
