"""What leads away or gives away: links, contacts, personal data."""

from __future__ import annotations

from collections.abc import Iterator

from copilot.drafting.gate.claim import Claim, Scope
from copilot.drafting.gate.violation import Violation, ViolationKind
from copilot.drafting.types import Fact, Origin
from copilot.signals.contacts import detect as contacts
from copilot.signals.context import Context
from copilot.signals.links import detect as links
from copilot.signals.privacy import detect as privacy
from copilot.text import text_views
from copilot.types import Community, Message

_CONTEXT = Context(Message("", ""), Community("", ""))
_FILES = frozenset("pdf doc docx xls xlsx ppt pptx zip md txt py js go rs".split())
_PUBLISHES = frozenset((Origin.FEED, Origin.EVENT, Origin.CALENDAR))


def check_links(claim: Claim, scope: Scope) -> Iterator[Violation]:
    """A link must be that of a cited fact, or the bare name of an allowed site."""
    text = claim.text
    for fact in claim.facts:
        if fact.url and _may_publish(fact, scope):
            text = text.replace(fact.url, " " * len(fact.url))
    for signal in links(text_views(_without_trusted(text, claim)), _CONTEXT):
        start, end = signal.spans[0]
        written = text[start:end].strip().lower()
        bare = written.removeprefix("https://").removeprefix("http://").removeprefix("www.").rstrip("/")
        if bare not in scope.allowed_domains and not _in_file_name(written):
            yield claim.objection(ViolationKind.LINK, "链接没有依据", "The link is not that of a fact.", (start, end))


def _may_publish(fact: Fact, scope: Scope) -> bool:
    """Whether a fact's own link may go out: what an operator configured or wrote, or a site that is allowed."""
    if fact.trusted or fact.origin in _PUBLISHES:
        return True
    from copilot.signals.links import _host, registered_domain

    host = _host(fact.url)
    return bool({host, registered_domain(host)} & scope.allowed_domains)


def _in_file_name(written: str) -> bool:
    """术前须知.pdf and README.md are no addresses."""
    return written.rpartition(".")[2] in (
        "pdf",
        "doc",
        "docx",
        "xls",
        "xlsx",
        "ppt",
        "zip",
        "md",
        "txt",
        "py",
        "js",
        "go",
        "rs",
    )


def check_contacts(claim: Claim, scope: Scope) -> Iterator[Violation]:
    """Contacts and personal data go out only where an operator wrote them down."""
    views = text_views(_without_trusted(claim.text, claim))
    for signal in (*contacts(views, _CONTEXT), *privacy(views, _CONTEXT)):
        if signal.kind != "handle":
            zh, en = f"不能公开：{signal.reason.zh}", f"Not to be published: {signal.reason.en}"
            yield claim.objection(ViolationKind.CONTACT, zh, en, signal.spans[0] if signal.spans else None)


def _without_trusted(text: str, claim: Claim) -> str:
    """Return a text with what an operator or the system wrote, and published links, blanked."""
    for fact in claim.facts:
        for words in (fact.text if fact.trusted else "", fact.url):
            if words:
                text = text.replace(words, " " * len(words))
    return text
