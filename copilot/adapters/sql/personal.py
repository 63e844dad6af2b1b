"""Who keeps personal data: one function a place, in a list that other modules join with one line.

A holder takes an open transaction and the reach of an erasure, takes out what is in it, and returns how many rows it
changed. It must do no harm when called again, and leave others' rows as they are.

>>> HOLDERS.append(("notes", columns(notes, {"text": ""}, case="case_id")))
>>> HOLDERS.append(("joins", columns(joins, {"greeting": ""}, member="name", community="community_id")))
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from copilot.adapters.sql import rows
from copilot.adapters.sql.audit import SqlAuditLog
from copilot.adapters.sql.reach import Reach
from copilot.adapters.sql.tables import (
    appeals,
    audit,
    cases,
    claims,
    communities,
    measures,
    notes,
    queue,
    queue_keys,
    reports,
    resolutions,
    skips,
)

Holder = Callable[[sa.Connection, Reach], int]
_AT_ONCE = 1000


def columns(
    table: sa.Table,
    blank: Mapping[str, Any],
    *,
    case: str | None = None,
    member: str | None = None,
    community: str | None = None,
) -> Holder:
    """Make a holder for a table: `blank` says what takes the place of each column that holds words.

    Rows are found by `case`, the column with the case's id, or by `member`, the one with a member's name (which becomes
    a pseudonym), the latter within `community`, the column with the community's id.
    """

    def erase(connection: sa.Connection, reach: Reach) -> int:
        changed = 0
        filled = sa.or_(*(table.c[name] != value for name, value in blank.items()))
        if case is not None and reach.case_ids:
            about = sa.update(table).where(table.c[case].in_(reach.case_ids), filled)
            changed += connection.execute(about.values(blank)).rowcount
        if member is not None:
            for name in reach.names:
                theirs = sa.update(table).where(table.c[member] == name)
                if community is not None:
                    theirs = theirs.where(table.c[community] == reach.community)
                values = {**blank, member: reach.veil.name(name)}
                changed += connection.execute(theirs.values(values)).rowcount
        return changed

    return erase


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
    for start in range(0, len(found), _AT_ONCE):
        SqlAuditLog(connection).erase(found[start : start + _AT_ONCE])
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


def reported(connection: sa.Connection, reach: Reach) -> int:
    """What a member reported of others' messages; the report counts on, under a name that is nobody's."""
    within = sa.select(cases.c.id).where(cases.c.community_id == reach.community)
    changed = 0
    for name in reach.names:
        theirs = sa.update(reports).where(reports.c.reporter == name, reports.c.case_id.in_(within))
        changed += connection.execute(theirs.values(reporter=reach.veil.name(name), note="", answer="")).rowcount
    return changed


def waiting(connection: sa.Connection, reach: Reach) -> int:
    """Their places in the queue: nothing is left there to look at."""
    changed = 0
    for table in (skips, claims, queue_keys, queue):
        for start in range(0, len(reach.case_ids), _AT_ONCE):
            part = reach.case_ids[start : start + _AT_ONCE]
            changed += connection.execute(sa.delete(table).where(table.c.case_id.in_(part))).rowcount
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
    ("measures", columns(measures, {"text": "", "detail": ""}, case="case_id")),
    ("queue", waiting),
]
"""Every place but the cases themselves, which come last: the others are found by their words."""


def _update(connection: sa.Connection, table: sa.Table, ids: Sequence[int], **values: Any) -> int:
    for start in range(0, len(ids), _AT_ONCE):
        part = ids[start : start + _AT_ONCE]
        connection.execute(sa.update(table).where(table.c.id.in_(part)).values(values))
    return len(ids)
