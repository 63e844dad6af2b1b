"""Contact details in a message, and whether they are bait to draw members away."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from copilot.signals.context import Context
from copilot.text import TextViews, View
from copilot.types import Label, Reason, Signal, Span

_EDGE = r"(?![\da-z])"
_ID = r"[a-z][a-z0-9_\-]{4,19}"
_SAYS = r"[^\w@]{0,4}(?:是|为|号)?[^\w@]{0,3}"

_KINDS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("email", re.compile(r"[a-z0-9._+\-]{2,40}@[a-z0-9\-]{1,30}(?:\.[a-z]{2,10}){1,2}" + _EDGE)),
    ("wechat", re.compile(rf"(?:微信|wechat|weixin)(?:号|id)?{_SAYS}({_ID}|\d{{5,11}}){_EDGE}")),
    ("qq", re.compile(rf"(?<![a-z])(?:qq|QQ)(?:号|群号?)?{_SAYS}(\d{{5,11}}){_EDGE}")),
    ("group", re.compile(rf"群号?{_SAYS}(\d{{6,11}}){_EDGE}")),
    ("mobile", re.compile(rf"(?<![\da-z])(?:\+?86[ \-]?)?(1[3-9]\d{{9}}){_EDGE}")),
    ("hotline", re.compile(rf"(?<![\da-z])([48]00[ \-]?\d{{3}}[ \-]?\d{{4}}|95\d{{3}}|123\d{{2}}|96\d{{3}}){_EDGE}")),
    ("landline", re.compile(rf"(?<![\da-z])(0\d{{2,3}}[ \-]?[2-8]\d{{6,7}}){_EDGE}")),
    ("handle", re.compile(rf"(?<![a-z0-9])@({_ID}){_EDGE}(?=$|[^\w]|[\u4e00-\u9fff])")),
    ("account", re.compile(rf"(?:[加扫搜私][我你v]?|联系(?:我|方式)?|同号){_SAYS}({_ID}(?<=\d)|[1-9]\d{{6,10}}){_EDGE}")),
)  # fmt: skip
_MAY_CONTACT = re.compile(r"[0-9@]|微信|wechat|weixin").search

_CALL = re.compile(
    r"加我|加微信|加v|\+v|\+微信|加一?下?(?:微信|QQ|群)|加群|进群|入群|扫码|私聊我|私信我|私我|联系我|详聊|详询|咨询|滴滴|戳我|欢迎来|"
    r"看头像|看主页|主页有|头像有|看我?简介|可加|同号|了解加|联系微信|联系QQ|q群|QQ群|微信群"
)
_OFFER = re.compile(
    r"代购|代理|代发|代刷|代开|代写|代做|代办|兼职|日结|日赚|月入|佣金|返利|返现|福利|优惠|特价|低价|批发|厂家|货源|正品|高仿|免费|领取|红包|贷款|放款|"
    r"额度|套现|发票|办证|刷单|刷粉|涨粉|引流|推广|课程|学员|包过|稳赚|带单|内部|名额|限时|秒杀|资源|视频|上门|按摩|棋牌|彩|赌|充值|提现|上分|外挂|"
    r"辅助|接码|账号|出售|回收|收购|招聘|招人|诚招|加盟|价格|出货|收卡|跑分|会员|直播|看片|约|茶|买卖|渠道|秘诀|教程|包邮|赚"
)
_OWN_OR_PUBLIC = re.compile(
    r"物业|前台|门卫|保安|居委|社区|派出所|报警|医院|学校|老师|班主任|快递|驿站|客服|售后|热线|投诉|举报|维修|救援|失主|挪车|取件|订单|单号|运单|"
    r"流水|发票号|税号|会议|考场|座位|车次|航班"
)
_ORDER_BEFORE = re.compile(r"(?:订单|单号|运单|快递|流水|编号|学号|工号|证号|合同|会议|房间|航班|税号|取件码|验证码|尾号|序列号)\S{0,4}[^\w]*$")


@dataclass(frozen=True, slots=True)
class _Contact:
    kind: str
    start: int
    end: int


def detect(views: TextViews, context: Context) -> list[Signal]:
    """Return one signal per contact detail, and one for a call to get in touch that hides itself."""
    view = views.resolved
    text = view.text
    if not _MAY_CONTACT(text):
        return []
    found = list(_contacts(text))
    if not found:
        return []
    calls = _CALL.search(text) is not None
    offers = _OFFER.search(text) is not None
    public = _OWN_OR_PUBLIC.search(text) is not None
    signals = []
    for contact in found:
        span = view.span(contact.start, contact.end)
        hidden = _is_hidden(views, span)
        score = _bait_score(contact.kind, calls=calls, offers=offers, public=public, hidden=hidden)
        is_bait = score > 0 and not context.community.commerce
        signals.append(
            Signal(
                source="contacts",
                label=Label.ADS if is_bait else None,
                score=score if is_bait else 0.0,
                reason=_reason(contact.kind, hidden=hidden, bait=is_bait),
                spans=(span,),
                kind=contact.kind,
            )
        )
    return signals


def _contacts(text: str) -> Iterator[_Contact]:
    """Contacts in order of the kinds above; a place is reported once, as the first kind that fits."""
    taken: list[tuple[int, int]] = []
    for kind, pattern in _KINDS:
        for match in pattern.finditer(text):
            group = 1 if pattern.groups else 0
            start, end = match.span(group)
            if any(start < t_end and end > t_start for t_start, t_end in taken):
                continue
            if kind in ("mobile", "landline", "account") and _ORDER_BEFORE.search(text[max(0, start - 12) : start]):
                continue
            taken.append((start, end))
            yield _Contact(kind, match.start() if kind in ("wechat", "qq", "group") else start, end)


_DISGUISE = re.compile(r"[0-9A-Za-z_\-+@.:：\s，,。()（）【】\[\]微信号群加我联系方式电话手机是为Qqv]+")


def _is_hidden(views: TextViews, span: Span) -> bool:
    """Whether the typed form goes out of its way not to be read by a machine."""
    typed = views.typed[span[0] : span[1]]
    return _DISGUISE.fullmatch(typed) is None and not _only_width(typed)


def _only_width(typed: str) -> bool:
    """Full-width digits alone come from an input method, not from an intention."""
    return all(char.isascii() or "\uff01" <= char <= "\uff5e" or char in "微信号群" for char in typed)


def _bait_score(kind: str, *, calls: bool, offers: bool, public: bool, hidden: bool) -> float:
    if kind == "hotline" or (public and not hidden):
        return 0.0
    score = 0.0
    if hidden:
        score = 0.8
    if calls and offers:
        score = max(score, 0.7)
    elif calls or offers:
        score = max(score, 0.35)
    return min(0.97, score + (0.15 if hidden and (calls or offers) else 0.0))


_NAMES = {
    "email": ("邮箱", "an e-mail address"),
    "wechat": ("微信号", "a WeChat id"),
    "qq": ("QQ 号", "a QQ number"),
    "group": ("群号", "a group number"),
    "mobile": ("手机号", "a mobile number"),
    "hotline": ("客服热线", "a hotline"),
    "landline": ("座机号", "a landline number"),
    "handle": ("账号名", "a handle"),
    "account": ("联系账号", "an account"),
}


def _reason(kind: str, *, hidden: bool, bait: bool) -> Reason:
    zh, en = _NAMES[kind]
    if hidden:
        return Reason(f"用变体写法隐藏的{zh}", f"Contains {en} written so as to escape filters.")
    if bait:
        return Reason(f"以{zh}招揽", f"Contains {en} as bait.")
    return Reason(f"含{zh}", f"Contains {en}.")
