"""What members are told: notices, corrections, answers to reports and appeals. None repeats what they wrote."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from copilot.policy.measures import OrderKind
from copilot.reasons import ZH_LABEL
from copilot.types import Case, Clause, ClauseKind, Community, Label, Resolution

_HAN = re.compile("[\u3400-\u9fff]")
_CLAUSE_SHOWN = 80
"""Characters of a clause that a notice quotes."""

_EN_LABEL = {
    Label.ADS: "advertising",
    Label.FRAUD: "fraud",
    Label.GAMBLING: "gambling",
    Label.PORN: "sexual content",
    Label.ABUSE: "abuse",
    Label.RUMOR: "an unverified claim",
    Label.OFF_TOPIC: "being off topic",
    Label.PRIVACY: "exposing somebody's private data",
    Label.FLOOD: "flooding",
}


@dataclass(frozen=True, slots=True)
class Matter:
    """What a letter is about: which message of when, the clause it broke, or at least for what it was flagged."""

    language: str
    sent: str
    clause: Clause | None = None
    label: Label | None = None


def spoken_in(community: Community) -> str:
    """The language that members are written to: `zh` where the community's own words hold Chinese, else `en`."""
    return "zh" if _HAN.search(f"{community.name}{community.theme}{community.rules}") else "en"


def matter(community: Community, case: Case, ruling: Resolution | None) -> Matter:
    """What to write about a case, under the ruling that stands."""
    language = spoken_in(community)
    at = case.message.sent_at or case.received_at
    labels = ruling.labels if ruling is not None else case.assessment.labels
    broken = [cited.clause for cited in case.assessment.clauses if cited.clause.kind is ClauseKind.FORBID]
    fitting = [clause for clause in broken if not clause.labels or not labels or set(clause.labels) & set(labels)]
    return Matter(
        language, _moment(at, community.time_zone, language), next(iter(fitting), None), next(iter(labels), None)
    )


def notice(kind: OrderKind, about: Matter, minutes: int = 0) -> str:
    """What a member is told together with a measure; empty where there is nothing to say."""
    if about.language == "zh":
        message = f"你在 {about.sent} 发的一条消息{_why_zh(about)}"
        return {
            OrderKind.REMIND: f"提醒一下：{message}。下次留意就好。",
            OrderKind.WARN: f"警告：{message}，请不要再发。如果再有，处理会加重。",
            OrderKind.MUTE: f"{message}，现禁言 {duration(minutes, 'zh')}。",
            OrderKind.REMOVE_MEMBER: f"{message}，你已被移出本群。",
        }.get(kind, "")
    message = f"a message you sent on {about.sent} {_why_en(about)}"
    return {
        OrderKind.REMIND: f"A friendly reminder: {message}. No harm done; please keep it in mind.",
        OrderKind.WARN: f"Warning: {message}. Please don't post this again; next time the measure will be stricter.",
        OrderKind.MUTE: f"You are muted for {duration(minutes, 'en')}, because {message}.",
        OrderKind.REMOVE_MEMBER: f"You were removed from the group, because {message}.",
    }.get(kind, "")


def correction(kinds: Sequence[OrderKind], about: Matter, *, mistaken: bool) -> str:
    """What a member is told when measures are lifted; `mistaken` where nothing at all remains of them."""
    if about.language == "zh":
        told = "；".join(_LIFTED[kind][0] for kind in kinds)
        head = f"关于你在 {about.sent} 发的消息，我们重新看过了：{told}"
        return f"{head}，不会计入记录。给你添麻烦了，抱歉。" if mistaken else f"{head}。"
    told = "; ".join(_LIFTED[kind][1] for kind in kinds)
    head = f"We have looked again at the message you sent on {about.sent}: {told}"
    return f"{head}. Nothing stays on your record. Sorry for the trouble." if mistaken else f"{head}."


_LIFTED = {
    OrderKind.LIFT_REMIND: ("此前的提醒已经撤回", "the reminder is withdrawn"),
    OrderKind.LIFT_WARN: ("此前的警告已经撤回", "the warning is withdrawn"),
    OrderKind.LIFT_MUTE: ("禁言已经解除", "you are no longer muted"),
    OrderKind.LIFT_DELETE_MESSAGE: (
        "那条消息不该删，欢迎再发一次",
        "it should not have been deleted, and you are welcome to post it again",
    ),
    OrderKind.LIFT_REMOVE_MEMBER: ("你随时可以回到群里", "you are welcome back in the group"),
}


def apology(about: Matter) -> str:
    """What a member is told when a decision against them is taken back."""
    if about.language == "zh":
        head = f"你在 {about.sent} 发的消息，我们重新看过了"
        return f"{head}，当时处理得不对，已经撤销，不会计入你的记录。给你添麻烦了，抱歉。"
    return (
        f"We have looked again at the message you sent on {about.sent}. Our decision was wrong; it is taken back and "
        "does not stay on your record. Sorry for the trouble."
    )


def appeal_upheld(about: Matter, *, by_another: bool) -> str:
    """What a member is told when their appeal changes nothing."""
    if about.language == "zh":
        who = "请另一位管理员" if by_another else ""
        return f"我们{who}重新看了你在 {about.sent} 发的消息，它{_why_zh(about)}，原来的处理不变。谢谢你说明情况。"
    who = "Another moderator has" if by_another else "We have"
    return (
        f"{who} looked again at the message you sent on {about.sent}. It {_why_en(about)}, so the decision stands. "
        "Thank you for telling us your side."
    )


def overturned(language: str, appeal_id: int) -> str:
    """The reason of the decision that an appeal led to."""
    return f"申诉 {appeal_id} 成立" if language == "zh" else f"Appeal {appeal_id} succeeded"


def report_answer(language: str, *, upheld: bool) -> str:
    """What somebody who reported a message is told."""
    if language == "zh":
        if upheld:
            return "谢谢你的反馈。我们看过了，这条消息确实不合群规，已经处理。"
        return "谢谢你的反馈。我们看过了，这条消息没有违反群规，所以保留。以后看到不对的，欢迎继续告诉我们。"
    if upheld:
        return "Thank you for your report. We have looked at the message: it breaks the rules, and we have acted on it."
    return (
        "Thank you for your report. We have looked at the message: it does not break the rules, so it stays. Please "
        "keep telling us when something seems wrong."
    )


def appeal_line(language: str, url: str) -> str:
    """How to appeal, as the last line of a notice."""
    return f"觉得不对？可以在这里申诉：{url}" if language == "zh" else f"Think this is wrong? Appeal here: {url}"


def duration(minutes: int, language: str) -> str:
    """Minutes in words: `1 小时 30 分钟`, `2 days`."""
    days, rest = divmod(minutes, 1440)
    hours, left = divmod(rest, 60)
    parts = [(days, "天", "day"), (hours, "小时", "hour"), (left, "分钟", "minute")]
    if language == "zh":
        return " ".join(f"{count} {zh}" for count, zh, _ in parts if count)
    return " ".join(f"{count} {en}{'s' if count > 1 else ''}" for count, _, en in parts if count)


def _moment(at: datetime, time_zone: str, language: str) -> str:
    local = at.astimezone(ZoneInfo(time_zone))
    if language == "zh":
        return f"{local.month} 月 {local.day} 日 {local:%H:%M}"
    return f"{local.day} {local:%B at %H:%M}"


def _why_zh(about: Matter) -> str:
    if about.clause is not None:
        return f"与群规第 {about.clause.number} 条不符（“{_short(about.clause.text)}”）"
    return f"属于{ZH_LABEL[about.label]}" if about.label is not None else "不符合群规"


def _why_en(about: Matter) -> str:
    if about.clause is not None:
        return f"goes against rule {about.clause.number} (“{_short(about.clause.text)}”)"
    return f"was found to be {_EN_LABEL[about.label]}" if about.label is not None else "goes against the rules"


def _short(text: str) -> str:
    """A clause as a notice quotes it: one line, without the stop at its end, cut where it is long."""
    line = " ".join(text.split())
    cut = line if len(line) <= _CLAUSE_SHOWN else line[: _CLAUSE_SHOWN - 1] + "…"
    return cut.rstrip("。.")
