"""Why a claim that reads like a rumour needs checking: it alarms, urges to pass it on, names no source.

Hints for the person who checks; they decide nothing, since neither truth nor rumour can be read off such words.
"""

from __future__ import annotations

import re

from copilot.text import TextViews
from copilot.types import Reason, Signal

_URGING = re.compile(
    r"(?:赶紧|赶快|快点?|请|速|务必|一定要|马上|都)?(?:转发|转告|转给|扩散|传下去|相互转告|互相转告|告诉(?:家人|身边|亲戚|朋友|大家|老人)|多转|帮转|速转|转起来|发到?各?群)"
    r"|能转就转|转一个是一个|看到的?(?:都)?转|别外传|截图保存|马上(?:就)?(?:被)?删|趁没删"
)
_ALARM = re.compile(
    r"致癌|致命|致死|剧毒|有毒|死了?[一二三四五六七八九十百千万\d两好]+[个人多名]|炸了|爆炸|失踪|拐|偷(?:小孩|孩子)|割肾|摘(?:器官|肾)|封城|封小区|停(?:水|电|气|课)[一二三四五六七八九十两\d]+天"
    r"|地震|塌了|坍塌|感染|病毒|艾滋|针扎|瘫痪|猝死|暴毙|辐射|超标|甲醛|地沟油|塑料(?:大米|紫菜|做的)|紧急通知|出大事|出事了|内部消息|不敢报|捂着|压下来|瞒着|要打仗|抢购|涨到|取消.{0,6}(?:医保|社保|退休)"
)
_HEARSAY = re.compile(
    r"(?:朋友|亲戚|同学|同事|[表堂][姐哥弟妹]|闺蜜|邻居|老乡|一个|有个|我[姐哥弟妹妈爸姑姨舅叔])"
    r"[^，。,.!！ ]{0,8}(?:说|讲|透露|告诉|亲眼|亲口|发来)"
    r"|听(?:人|说|别人|讲)|据说|据传|传言|网上(?:都)?(?:说|传)|内部(?:消息|人士|流出)|有人(?:说|看见|看到)|专家(?:都)?说"
)
_SOURCE = re.compile(
    r"通报|官方|官网|发布会|公告|公示|通知原文|记者|央视|新华社|人民日报|卫健委|疾控|公安|警方|派出所|法院|教育局|应急|气象局|气象台|市监|辟谣|澄清|原文|链接|https?://|www\.|\x04|不实|假的|谣言|别信|不要信"
)

_REASONS = {
    "urging": Reason("催促转发扩散", "It urges to pass it on."),
    "alarm": Reason("说法惊人", "The claim is alarming."),
    "hearsay": Reason("只说是听来的", "It rests on hearsay."),
    "no_source": Reason("没有可以核对的来源", "It names no source that could be checked."),
}


def hints(views: TextViews) -> list[Signal]:
    """Return what a person should look at in a text that was flagged as a rumour, each with its reason."""
    view = views.resolved
    found = [
        Signal("rumor", None, 0.0, _REASONS[kind], tuple(view.span(*place) for place in places), kind)
        for kind, pattern in (("alarm", _ALARM), ("urging", _URGING), ("hearsay", _HEARSAY))
        if (places := [match.span() for match in pattern.finditer(view.text)][:3])
    ]
    if not _SOURCE.search(view.text):
        found.append(Signal("rumor", None, 0.0, _REASONS["no_source"], (), "no_source"))
    return found
