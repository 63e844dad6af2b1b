"""Links and bare domains: registered domain, shorteners, look-alikes, allow and deny lists."""

from __future__ import annotations

import re
from functools import cache

from copilot.signals.context import Context
from copilot.text import TextViews
from copilot.types import Label, Reason, Signal

_ASCII_HOST = r"(?<![a-z0-9@.\-])(?:[a-z0-9](?:[a-z0-9\-]{0,40}[a-z0-9])?\.){1,5}(?:[a-z]{2,12}|中国|公司|网络)"
_URL = re.compile(rf"(?:https?://|www\.)[^\s\u4e00-\u9fff，。；！？、“”<>]{{3,300}}|{_ASCII_HOST}(?:[:/?#][a-z0-9\-._~:/?#@!$&'()*+,;=%]{{0,200}})?")
_HIDDEN_DOT = re.compile(
    r"(?<![a-z0-9])[a-z0-9\-]{2,30}[\s_]{0,2}(?:点|丶|·|•|\[\.\]|\(\.\)|\(点\)|【点】|\(?dot\)?|\[dot\])[\s_]{0,2}"
    r"(?:com|cn|net|org|top|vip|xyz|cc|club|site|fun|me|io|co|app|live|shop|pro|info|link|icu|one)(?![a-z])"
    r"|(?<![a-z0-9])(?=[a-z\-]*\d|[a-z0-9\-]{6})[a-z0-9\-]{4,30}\s?[。，,、]\s?(?:com|cn|net|top|vip|xyz|cc|club|site|fun)(?![a-z])(?:/[a-z0-9]{0,20})?"
    r"|h[*x]{2}ps?://\S{4,60}"
)
_MAY_LINK = re.compile(r"[a-z0-9][\s_]{0,2}(?:\.|点|。|，|,|丶|、|·|•|【|\[|\(|dot)|http|www|h\*").search

SHORTENERS = frozenset(
    "t.cn url.cn dwz.cn suo.im suo.nz bit.ly tinyurl.com t.co goo.gl is.gd mrw.so u.nu rrd.me 985.so dwz.mk tb.cn kurl.cn c7.gg w.url.cn "
    "0x7.me reurl.cc pse.is lihi.cc shorturl.at cutt.ly rb.gy v.gd buff.ly ow.ly".split()
)
"""Services whose links hide where they lead."""

_WELL_KNOWN = (
    "taobao.com tmall.com jd.com pinduoduo.com alipay.com weixin.qq.com qq.com icbc.com.cn ccb.com boc.cn abchina.com cmbchina.com "
    "12306.cn 10086.cn 10010.com 189.cn baidu.com bilibili.com douyin.com weibo.com zhihu.com xiaohongshu.com meituan.com "
    "ctrip.com sf-express.com apple.com microsoft.com google.com github.com telegram.org paypal.com binance.com"
).split()
_CONFUSED = str.maketrans("013457", "oleast")
_JOINS = frozenset(("t.me", "telegram.me", "qm.qq.com", "jq.qq.com", "discord.gg", "chat.whatsapp.com", "line.me"))
"""Hosts whose links join a group or open a chat."""


@cache
def _extract() -> object:
    import tldextract

    return tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)


def registered_domain(host: str) -> str:
    """Return the registrable part of a host name (`a.b.com.cn` -> `b.com.cn`), "" where none."""
    parts = _extract()(host)  # type: ignore[operator]
    domain: str = parts.top_domain_under_public_suffix
    return domain


def _skeleton(domain: str) -> str:
    return domain.translate(_CONFUSED).replace("rn", "m").replace("vv", "w").replace("-", "")


@cache
def _well_known_skeletons() -> dict[str, str]:
    return {_skeleton(domain).split(".")[0]: domain for domain in _WELL_KNOWN if len(domain.split(".")[0]) > 4}


def looks_like(domain: str) -> str | None:
    """Return the well-known domain that this one imitates, if any."""
    if domain in _WELL_KNOWN:
        return None
    name = domain.split(".")[0]
    imitated = _well_known_skeletons().get(_skeleton(domain).split(".")[0])
    if imitated is None or name == imitated.split(".")[0]:
        return None
    return imitated


def detect(views: TextViews, context: Context) -> list[Signal]:
    """Return one signal per link or bare domain."""
    view = views.joined if ". c" in views.normal.text else views.normal
    text = view.text
    if not _MAY_LINK(text):
        return []
    signals: list[Signal] = []
    for match in _URL.finditer(text):
        host = re.sub(r"^https?://", "", match.group()).split("/")[0].split("?")[0].split("#")[0].split(":")[0]
        signal = _judge(host, (view.span(*match.span()),), context, hidden=False)
        if signal is not None:
            signals.append(signal)
    for match in _HIDDEN_DOT.finditer(text):
        host = re.sub(r"[^a-z0-9\-]+(?:点|dot)?[^a-z0-9\-]*|点", ".", match.group()).strip(".")
        signal = _judge(host, (view.span(*match.span()),), context, hidden=True)
        if signal is not None:
            signals.append(signal)
    return signals


def _judge(host: str, spans: tuple[tuple[int, int], ...], context: Context, *, hidden: bool) -> Signal | None:
    host = host.removeprefix("www.").strip(".")
    domain = registered_domain(host)
    if not domain:
        return None
    community = context.community
    listed = {host, domain}
    if listed & set(community.allow_domains):
        return Signal("links", None, 0.0, Reason("链接在允许名单", "The link is on the allow list."), spans, "allowed")
    if listed & set(community.deny_domains):
        return Signal("links", Label.ADS, 0.97, Reason("链接在禁止名单", "The link is on the deny list."), spans, "denied")
    imitated = looks_like(domain)
    if imitated is not None:
        return Signal(
            "links", Label.FRAUD, 0.8, Reason(f"域名模仿 {imitated}", f"The domain imitates {imitated}."), spans, "look_alike"
        )
    if hidden:
        return Signal("links", Label.ADS, 0.6, Reason("用变体写法隐藏的网址", "An address written so as to escape filters."), spans, "hidden")
    if listed & SHORTENERS:
        return Signal("links", None, 0.0, Reason("短链接，看不出去向", "A short link that hides where it leads."), spans, "shortener")
    if listed & _JOINS or host in _JOINS:
        return Signal("links", None, 0.0, Reason("进群或私聊链接", "A link that joins a group or opens a chat."), spans, "invitation")
    return Signal("links", None, 0.0, Reason(f"链接到 {domain}", f"Links to {domain}."), spans, "link")
