"""The notice that goes to a member with a measure: what was broken, what follows, never the words themselves."""

from __future__ import annotations

from collections.abc import Callable

from copilot.types import Case, Clause, Measure

DraftNotice = Callable[[Case, Clause | None, Measure], str]
"""Writes the notice for a case, the clause that it broke, and a measure."""

_WHAT = {
    Measure.REMIND: "这次只是提醒一下",
    Measure.WARN: "这次给一次警告",
    Measure.MUTE: "先禁言{minutes}",
    Measure.REMOVE: "已请你退出本群",
}
_HOUR, _DAY = 60, 24 * 60


def draft_notice(case: Case, clause: Clause | None, measure: Measure) -> str:
    """Return the notice in Chinese, "" where the measure tells the member nothing."""
    if measure not in _WHAT:
        return ""
    rule = f"不符合群规第 {clause.number} 条（{clause.text.rstrip('。.')}）" if clause else "不符合群规"
    what = _WHAT[measure].format(minutes=_lasting(case.assessment.mute_minutes or _HOUR))
    return f"你好，你刚才发的一条消息{rule}，{what}。有异议可以直接回复管理员申诉。"


def _lasting(minutes: int) -> str:
    if minutes % _DAY == 0:
        return f" {minutes // _DAY} 天"
    return f" {minutes // _HOUR} 小时" if minutes % _HOUR == 0 else f" {minutes} 分钟"
