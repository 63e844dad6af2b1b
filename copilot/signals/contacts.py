"""Contact details in a message, and whether they are bait to draw members away."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from copilot.signals.context import Context
from copilot.text import TextViews
from copilot.types import Label, Reason, Signal

_EDGE = r"(?![\da-z])"
_START = r"(?<![\da-z@._\-])"

_PLAIN_KINDS: tuple[tuple[str, re.Pattern[str]], ...] = (
    # what is a contact by its form alone
    ("email", re.compile(rf"[a-z0-9._+\-]{{2,40}}@[a-z0-9\-]{{1,30}}(?:\.[a-z]{{2,10}}){{1,2}}{_EDGE}")),
    ("hotline", re.compile(rf"{_START}(?:[48]00[ \-]?\d{{3}}[ \-]?\d{{4}}|9[56]\d{{3}}|123\d\d|100\d\d|11\d){_EDGE}")),
    ("mobile", re.compile(rf"(?<![\da-z.])(?:\+?86[ \-]?)?1[3-9]\d{{9}}{_EDGE}")),
    ("mobile", re.compile(rf"{_START}(?:00|\+)(?:852|853|886)[ \-]?\d{{4}}[ \-]?\d{{4}}{_EDGE}")),
    ("landline", re.compile(rf"{_START}0\d{{2,3}}[ \-]?[2-8]\d{{3}} ?\d{{3,4}}{_EDGE}")),
)  # fmt: skip
_HANDLE = re.compile(rf"(?<![a-z0-9])@[ \-_.]{{0,2}}([a-z][a-z0-9_\-]{{3,31}}){_EDGE}")
_ACCOUNT = re.compile(
    r"(?<![a-z0-9./#\-])(?:"
    r"[1-9]\d{4,11}(?=(?:qq?|vx?|wx)(?![a-z0-9]))"  # 36820917q
    r"|(?:[a-z][a-z0-9_\-]{1,15}\.\d{2,8}"
    r"|[a-z]{2,12} \d{3,8}|[a-z][a-z0-9_\-]{4,19}|[1-9]\d{4,11}|\d(?=[\d_\-]{0,19}[a-z])[a-z0-9_\-]{5,19})"
    r"(?![a-z0-9./@]))"
)

_APPS: tuple[tuple[str, str], ...] = (
    (
        "wechat",
        r"微信|薇|溦|徽信|徾|微讯|微号|薇讯|wechat|weixin|(?<![a-z0-9])(?:v|wx|vx|weix)(?![a-z0-9])|微(?![\u4e00-\u9fff])"
        r"|加微|绿泡泡|绿色软件|位信|亻立亻言|[微薇]亻?吅",
    ),
    ("qq", r"QQ|(?<![a-z0-9])qq?(?![a-z0-9])|扣扣|企鹅|扣我|这是扣|球球|扣(?=[上里]|$)"),
    ("group", r"群|裙|qun(?![a-z])"),
    ("telegram", r"电报|飞机|纸飞|(?<![a-z])tg(?![a-z])|telegram|✈"),
    ("other", r"小红书|抖音|快手|闲鱼|line(?![a-z])|whatsapp|📨"),
)  # fmt: skip
_APP = re.compile("|".join(f"(?P<{kind}>{pattern})" for kind, pattern in _APPS))
_APP_JUST_BEFORE = re.compile(r"(?:微信|QQ|薇|群|裙|电报|飞机|(?<![a-z0-9])(?:v|wx|vx|q|qq))[号]?[^\w\n]{0,4}$")
_AT_SIGN = re.compile(r"@ {0,2}$")
_CALL = re.compile(
    r"加|\+|搜|扫|私|联系|找我|扣我|滴滴|戳|关注|收徒|报名|jia(?![a-z])|[同]号|call|咨询|详[聊谈询]|进|入|来|拉"
)
_REACH_BEFORE, _REACH_AFTER = 14, 10
"""Characters between an account and the word that makes it one."""

_NO_ACCOUNT_BEFORE = re.compile(
    r"(?:订单|单号|运单|快递|流水|编号|学号|工号|证号|合同|会议|房间|航班|税号|取件码|验证码|尾号|序列号|股票|代码|基金|版本|型号|比分|价格|坐标|"
    r"密码|passcode|端口)\S{0,4}[^\w]*$"
)
_NUMBERED_BEFORE = re.compile(r"(?:ip|uid|id|好友码)[^\w]*$")
_UNIT_AFTER = re.compile(
    r"\s?(?:元|块|个|分|年|月|日|号楼|栋|米|斤|公里|km|kg|ml|g(?![a-z])|%|w(?![a-z])|人|次|条|天|小时|点|万|mah|版|路(?!飞)|股|步|楼|名|届|级|层)"
)
_PUBLIC = re.compile(
    r"物业|前台|门卫|保安|居委|社区|派出所|报警|医院|学校|老师|班主任|快递|驿站|客服电话|售后|热线|投诉|举报|维修|救援|失主|挪车|取件|订单|单号|运单|"
    r"发票号|税号|会议|考场|车次|航班|收件人|登记|作业"
)  # fmt: skip
_OFFER = re.compile(
    r"代购|代理|代发|代刷|代开|代写|代做|代办|兼职|日结|日赚|月入|佣金|返利|返现|福利|优惠|特价|低价|批发|厂家|货源|正品|高仿|免费|领取|红包|贷款|放款|"
    r"额度|套现|发票|办证|刷单|刷粉|涨粉|引流|推广|课程|学员|包过|稳赚|带单|内部|名额|限时|秒杀|资源|上门|按摩|棋牌|彩|赌|充值|提现|上分|外挂|"
    r"辅助|接码|账号|出售|回收|收购|招聘|招人|诚招|加盟|出货|收卡|跑分|会员|看片|渠道|教程|包邮|赚|学历|征信|信用卡|招代|皮肤|粉丝|代还|推拿|日入"
)
_INVITES = re.compile(
    r"加我|加微信|加v|\+v|\+微信|加个?好友|加群|进群|入群|扫码|私聊我|私信我|私我|联系我|详聊|详询|详谈|咨询|滴滴|戳我|欢迎来|看头像|看主页|主页有|同号|找我|搜我|扣我|拉你"
)
_MAY_CONTACT = re.compile(r"[0-9@]|微信|薇|wechat|weixin|[vq]").search
_PLAINLY_WRITTEN = re.compile(r"[0-9A-Za-z_\-+@.:：\s，,。()（）【】\[\]微信号群加我联系方式电话手机是为]+")
_FULL_WIDTH = re.compile(r"[\x00-\x7f\uff01-\uff5e微信号群]+")


_UNNAMED = "unnamed"
"""An account whose app is not named; it is bait only where it is disguised."""


_MOST = 20
"""Candidates of one message that are looked at: enough to explain, whatever is pasted."""


@dataclass(frozen=True, slots=True)
class _Contact:
    kind: str
    start: int
    end: int


def detect(views: TextViews, context: Context) -> list[Signal]:
    """Return one signal per contact detail, labelled `ads` where it is bait."""
    view = views.resolved
    text = view.text
    if not _MAY_CONTACT(text):
        return []
    found = list(_contacts(text))
    if not found:
        return []
    invites = _INVITES.search(text) is not None
    offers = _OFFER.search(text) is not None
    public = _PUBLIC.search(text) is not None
    signals = []
    for contact in found:
        span = view.span(_with_app(text, contact.start), _with_closing(text, contact.start, contact.end))
        hidden = _is_hidden(views.typed[span[0] : span[1]])
        score = 0.0
        bait_possible = contact.kind != "hotline" and (contact.kind != _UNNAMED or hidden)
        if bait_possible and not context.community.commerce:
            score = _bait_score(invites=invites, offers=offers, public=public, hidden=hidden)
        signals.append(
            Signal(
                source="contacts",
                label=Label.ADS if score else None,
                score=score,
                reason=_reason(contact.kind, hidden=hidden, bait=score > 0),
                spans=(span,),
                kind=contact.kind,
            )
        )
    return signals


def _contacts(text: str) -> Iterator[_Contact]:
    """Contacts without overlaps: by their form alone first, then accounts that something names."""
    taken: list[tuple[int, int]] = []
    for contact in islice(_candidates(text), _MOST):
        if all(contact.end <= start or contact.start >= end for start, end in taken):
            taken.append((contact.start, contact.end))
            yield contact


def _candidates(text: str) -> Iterator[_Contact]:
    for kind, pattern in _PLAIN_KINDS:
        for start, end in (match.span() for match in pattern.finditer(text)):
            if kind in ("email", "hotline") or not _is_other_number(text, start, end):
                yield _Contact(_named(text, start, kind), start, end)
    offered = _OFFER.search(text) is not None
    for match in _HANDLE.finditer(text):
        yield _Contact("handle", *match.span())
    for start, end in (match.span() for match in _ACCOUNT.finditer(text)):
        if _is_other_number(text, start, end):
            continue
        kind_of_account = _account_kind(text, start, end) or (offered and _unnamed_kind(text[start:end]))
        if kind_of_account:
            yield _Contact(kind_of_account, start, end)


def _with_closing(text: str, start: int, end: int) -> int:
    """Return the end with the bracket that closes one opened inside or right before the account."""
    opened = any(char in "{[(（【<" for char in text[max(0, start - 1) : end])
    return end + 1 if opened and text[end : end + 1] in tuple("}])）】>") else end


def _with_app(text: str, start: int) -> int:
    """Return where the app's name begins that stands right before an account, else its own start."""
    match = _APP_JUST_BEFORE.search(text[max(0, start - 12) : start]) or _AT_SIGN.search(
        text[max(0, start - 3) : start]
    )
    return start - len(match.group()) if match else start


def _is_other_number(text: str, start: int, end: int) -> bool:
    """Whether the words around say that it is an order, a price, a version and so on."""
    before = text[max(0, start - 12) : start]
    if text[start:end].isdigit() and (_UNIT_AFTER.match(text[end : end + 4]) or _NUMBERED_BEFORE.search(before)):
        return True
    return _NO_ACCOUNT_BEFORE.search(before) is not None


def _named(text: str, start: int, kind: str) -> str:
    """A mobile number named as a WeChat id is one."""
    before = text[max(0, start - 5) : start]
    return "wechat" if kind == "mobile" and re.search(r"微信号?[:：\s是]*$", before) else kind


def _account_kind(text: str, start: int, end: int) -> str | None:
    """Return what kind of account this is by the nearest app's name, None where it is no account.

    A word of letters alone is an account only right behind an app's name; others need an app's name
    or a call within reach.
    """
    account = text[start:end].replace(" ", "")
    before, after = text[max(0, start - _REACH_BEFORE) : start], text[end : end + _REACH_AFTER]
    apps_before = list(_APP.finditer(before))
    if not any(char.isdigit() for char in account):
        joined = re.search(r"(?:微信|wechat|QQ|vx|wx|电报|飞机)(?:号|id)?[^\w]{0,3}(?:是|为|搜)?[:：\s]{0,2}$", before)
        return (apps_before[-1].lastgroup or "account") if joined and apps_before and len(account) >= 5 else None
    app_after = _APP.search(after)
    if apps_before:
        return apps_before[-1].lastgroup
    if app_after and app_after.start() <= 6 and _near_enough(account, after[: app_after.start()]):
        return app_after.lastgroup
    if _CALL.search(before[-5:]) and (not account.isdigit() or len(account) >= 7):
        return "account"
    if re.match(r"\s?(?:加|找|这是|搜|扣|私)我?", after) and (not account.isdigit() or len(account) >= 7):
        return "account"
    return None


def _unnamed_kind(account: str) -> str | None:
    """Beside an offer an id of letters and digits, or a long number, is taken for an account too."""
    mixed = any(c.isdigit() for c in account) and sum(c.isalpha() for c in account) >= 2
    return _UNNAMED if mixed or len(account) >= 8 else None


def _near_enough(account: str, between: str) -> bool:
    """Behind a short number an app's name must follow at once ("3个群"); behind an id it may wait."""
    return len(between) <= (6 if not account.isdigit() or len(account) >= 7 else 1)


def _is_hidden(typed: str) -> bool:
    """Whether the typed form goes out of its way not to be read; full width alone does not."""
    return not (_PLAINLY_WRITTEN.fullmatch(typed) or _FULL_WIDTH.fullmatch(typed)) or "\n" in typed.strip()


def _bait_score(*, invites: bool, offers: bool, public: bool, hidden: bool) -> float:
    """How likely a contact is bait: a disguise alone says so (65 of 69 such messages in the corpus are harmful)."""
    if hidden:
        return 0.95 if invites or offers else 0.8
    if public:
        return 0.0
    if invites and offers:
        return 0.7
    return 0.35 if invites or offers else 0.0


_NAMES = {
    "email": ("邮箱", "an e-mail address"),
    "wechat": ("微信号", "a WeChat id"),
    "qq": ("QQ 号", "a QQ number"),
    "group": ("群号", "a group number"),
    "telegram": ("电报账号", "a Telegram account"),
    "mobile": ("手机号", "a mobile number"),
    "hotline": ("客服热线", "a hotline"),
    "landline": ("座机号", "a landline number"),
    "handle": ("账号名", "a handle"),
}


def _reason(kind: str, *, hidden: bool, bait: bool) -> Reason:
    zh, en = _NAMES.get(kind, ("联系账号", "an account"))
    if hidden:
        return Reason(f"用变体写法隐藏的{zh}", f"Contains {en} written so as to escape filters.")
    if bait:
        return Reason(f"以{zh}招揽", f"Contains {en} as bait.")
    return Reason(f"含{zh}", f"Contains {en}.")
