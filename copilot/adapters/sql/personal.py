"""Who keeps personal data: one function a place, in a list that other modules join with one line.

A holder takes an open transaction and the reach of an erasure, takes out what is in it, and returns how many rows it
changed. It must do no harm when called again, and leave others' rows as they are.

    ("reports", columns(reports, {"note": ""}, case="case_id", member="reporter")),
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from copilot.adapters.sql import rows
from copilot.adapters.sql.audit import SqlAuditLog
from copilot.adapters.sql.content_json import brief_json
from copilot.adapters.sql.reach import Reach
from copilot.adapters.sql.tables import (
    appeals,
    audit,
    cases,
    claims,
    communities,
    draft_revisions,
    drafts,
    joins,
    measures,
    notes,
    queue,
    queue_keys,
    reports,
    resolutions,
    skips,
)
from copilot.drafting.state import Brief
from copilot.drafting.types import Kind
from copilot.policy.measures import OrderState

Holder = Callable[[sa.Connection, Reach], int]
_AT_ONCE = 1000


def columns(table: sa.Table, blank: Mapping[str, Any], *, case: str, member: str | None = None) -> Holder:
    """Make a holder for a table of rows about cases: `blank` says what takes the place of columns that hold words.

    Rows are found by `case`, the column with the case's id; by `member`, the one with a member's name, which becomes a
    pseudonym; and by names and words that occur in them, in any row about a case of the community.
    """
    names = list(blank)

    def erase(connection: sa.Connection, reach: Reach) -> int:
        filled = sa.or_(*(table.c[name] != value for name, value in blank.items()))
        changed = 0
        for part in _parts(reach.case_ids):
            about = sa.update(table).where(table.c[case].in_(part), filled).values(blank)
            changed += connection.execute(about).rowcount
        if not reach.names:
            return changed
        here = table.c[case].in_(sa.select(cases.c.id).where(cases.c.community_id == reach.community))
        for name in reach.names if member is not None else ():
            values = {**blank, str(member): reach.veil.name(name)}
            theirs = sa.update(table).where(table.c[str(member)] == name, here).values(values)
            changed += connection.execute(theirs).rowcount
        query = sa.select(table.c.id, *(table.c[name] for name in names)).where(here, filled)
        spoken_of = [row[0] for row in connection.execute(query) if reach.occurs_in(list(row[1:]))]
        return changed + _update(connection, table, spoken_of, **blank)

    return erase


def waiting(connection: sa.Connection, reach: Reach) -> int:
    """Places in the queue: what has no text cannot be decided. What copies are found by is made of the text."""
    for part in _parts([*reach.case_ids, *reach.rewritten]):
        connection.execute(sa.delete(queue_keys).where(queue_keys.c.case_id.in_(part)))
    gone = 0
    for part in _parts(reach.case_ids):
        for table in (skips, claims):
            connection.execute(sa.delete(table).where(table.c.case_id.in_(part)))
        gone += connection.execute(sa.delete(queue).where(queue.c.case_id.in_(part))).rowcount
    return gone


def quotes(connection: sa.Connection, reach: Reach) -> int:
    """What others quoted of these messages: by the message they reply to, and by the words."""
    query = (
        sa.select(cases.c.id, cases.c.quoted, cases.c.reply_to)
        .where(cases.c.community_id == reach.community, cases.c.quoted != "")
        .order_by(cases.c.id)
    )
    if not reach.names:
        if reach.first_at is None:
            return 0
        query = query.where(cases.c.received_at >= reach.first_at)
    own = set(reach.case_ids)
    found = [
        row.id
        for row in connection.execute(query.execution_options(yield_per=_AT_ONCE))
        if row.id not in own and (row.reply_to in reach.message_ids or reach.quoted_in(row.quoted))
    ]
    return _update(connection, cases, found, quoted="")


def mentions(connection: sa.Connection, reach: Reach) -> int:
    """Their names where others address them (`@name`); as many signs stay, so that evidence keeps its place."""
    if not reach.names:
        return 0
    addressed = sa.or_(*(cases.c.text.contains(f"@{name}", autoescape=True) for name in reach.names))
    query = sa.select(cases.c.id, cases.c.text).where(cases.c.community_id == reach.community, addressed)
    changed: list[int] = []
    for row in connection.execute(query).all():
        text = reach.without_address(row.text)
        if text != row.text:
            values = {"text": text, "text_digest": rows.digest(text)}
            connection.execute(sa.update(cases).where(cases.c.id == row.id).values(values))
            changed.append(row.id)
    reach.rewritten.extend(changed)
    return len(changed)


def reasons(connection: sa.Connection, reach: Reach) -> int:
    """Why people decided as they did: about these messages, and wherever their names or words occur."""
    query = (
        sa.select(resolutions.c.id, resolutions.c.reason, resolutions.c.case_id)
        .join(cases, cases.c.id == resolutions.c.case_id)
        .where(cases.c.community_id == reach.community, resolutions.c.reason != "")
    )
    if not reach.names:
        query = query.where(resolutions.c.case_id.in_(reach.case_ids))
    about = set(reach.case_ids)
    found = [row.id for row in connection.execute(query) if row.case_id in about or reach.occurs_in(row.reason)]
    return _update(connection, resolutions, found, reason="")


def audited(connection: sa.Connection, reach: Reach) -> int:
    """Details in the audit log that hold a reason given about these messages, or their names or words."""
    subjects = {f"case:{case_id}" for case_id in reach.case_ids}
    query = sa.select(audit.c.id, audit.c.subject, audit.c.details).where(
        audit.c.community_id == reach.community, audit.c.details.is_not(sa.null())
    )
    if not reach.names:
        query = query.where(audit.c.subject.in_(subjects))
    found = [
        row.id
        for row in connection.execute(query.execution_options(yield_per=_AT_ONCE))
        if (row.subject in subjects and row.details.get("reason")) or reach.occurs_in(row.details)
    ]
    for part in _parts(found):
        SqlAuditLog(connection).erase(list(part))
    return len(found)


def examples(connection: sa.Connection, reach: Reach) -> int:
    """Their messages among those that a community named as examples of what belongs; set by people, so kept by age."""
    if not reach.names:
        return 0
    mine = communities.c.id == reach.community
    lists = connection.scalar(sa.select(communities.c.lists).where(mine)) or {}
    kept = [text for text in lists.get("on_topic_examples", ()) if not reach.occurs_in(text)]
    gone = len(lists.get("on_topic_examples", ())) - len(kept)
    if gone:
        change = {"lists": {**lists, "on_topic_examples": kept}, "revision": communities.c.revision + 1}
        connection.execute(sa.update(communities).where(mine).values(change))
    return gone


def orders(connection: sa.Connection, reach: Reach) -> int:
    """Notices to them; what no bot has taken yet is cancelled, for there is nobody any more to carry it out on."""
    pending = measures.c.state == OrderState.PENDING.value
    for part in _parts(reach.case_ids):
        ours = sa.update(measures).where(measures.c.case_id.in_(part), pending)
        connection.execute(ours.values(state=OrderState.CANCELLED.value))
    return _notices(connection, reach)


_notices = columns(measures, {"text": "", "detail": ""}, case="case_id")


def reported(connection: sa.Connection, reach: Reach) -> int:
    """What a member reported of others' messages here; the report counts on, under a name that is nobody's."""
    within = sa.select(cases.c.id).where(cases.c.community_id == reach.community)
    changed = 0
    for name in reach.names:
        theirs = sa.update(reports).where(reports.c.reporter == name, reports.c.case_id.in_(within))
        changed += connection.execute(theirs.values(reporter=reach.veil.name(name), note="", answer="")).rowcount
    return changed


def drafted(connection: sa.Connection, reach: Reach) -> int:
    """Drafts that tell of them, and their earlier versions: text and facts go, that something was published stays."""
    mine = sa.select(drafts.c.id).where(drafts.c.community_id == reach.community)
    changed = 0
    query = sa.select(drafts).where(drafts.c.community_id == reach.community)
    for row in connection.execute(query).all():
        if reach.occurs_in([row.body, row.brief, row.details]):
            brief = brief_json(Brief(Kind(row.brief["kind"]), row.brief["community"]))
            values = {"body": _emptied(row.body), "brief": brief, "objections": [], "overruled": "", "details": {}}
            connection.execute(sa.update(drafts).where(drafts.c.id == row.id).values(values))
            changed += 1
    earlier = sa.select(draft_revisions).where(draft_revisions.c.draft_id.in_(mine))
    for row in connection.execute(earlier).all():
        if reach.occurs_in(row.body):
            which = (draft_revisions.c.draft_id == row.draft_id) & (draft_revisions.c.number == row.number)
            connection.execute(sa.update(draft_revisions).where(which).values(body=_emptied(row.body)))
            changed += 1
    return changed


def _emptied(body: Mapping[str, Any]) -> dict[str, Any]:
    return {**body, "lines": [], "facts": [], "poll": None}


def joined_here(connection: sa.Connection, reach: Reach) -> int:
    """When they joined, under a name that is nobody's."""
    changed = 0
    for name in reach.names:
        theirs = sa.and_(
            joins.c.community_id == reach.community, sa.or_(joins.c.member == name, joins.c.nickname == name)
        )
        values = {"member": reach.veil.name(name), "nickname": ""}
        changed += connection.execute(sa.update(joins).where(theirs).values(values)).rowcount
    return changed


HOLDERS: list[tuple[str, Holder]] = [
    ("quotes", quotes),
    ("mentions", mentions),
    ("reasons", reasons),
    ("audit", audited),
    ("examples", examples),
    ("notes", columns(notes, {"text": ""}, case="case_id")),
    ("reports", columns(reports, {"note": "", "answer": ""}, case="case_id")),
    ("reported", reported),
    ("appeals", columns(appeals, {"text": "", "answer": ""}, case="case_id")),
    ("measures", orders),
    ("queue", waiting),
    ("drafts", drafted),
    ("joins", joined_here),
]
"""Every place but the cases themselves, which come last: the others are found by their words."""


def _parts(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(ids), _AT_ONCE):
        yield ids[start : start + _AT_ONCE]


def _update(connection: sa.Connection, table: sa.Table, ids: Sequence[int], **values: Any) -> int:
    for part in _parts(ids):
        connection.execute(sa.update(table).where(table.c.id.in_(part)).values(values))
    return len(ids)
