"""Links and bare domains: registered domain, shorteners, look-alikes, allow and deny lists."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from itertools import islice

from copilot.signals.context import Context
from copilot.text import TextViews, text_views
from copilot.types import Label, Reason, Signal

_ASCII_HOST = r"(?<![a-z0-9@.\-])(?:[a-z0-9](?:[a-z0-9\-]{0,40}[a-z0-9])?\.){1,5}(?:[a-z]{2,12}|中国|公司|网络)"
_URL = re.compile(
    rf"(?:https?://|www\.)[^\s\u4e00-\u9fff，。；！？、“”<>]{{3,300}}|{_ASCII_HOST}(?:[:/?#][a-z0-9\-._~:/?#@!$&'()*+,;=%]{{0,200}})?"
)
_TLD = "com|cn|net|org|top|vip|xyz|cc|club|site|fun|pro|info|link|icu|one"
_HIDDEN_DOT = re.compile(
    # a word or a sign for the dot: abc点com, abc[.]cc, abc 丶 vip
    rf"(?<![a-z0-9])(?:[a-z0-9\-]{{1,20}}\s?[.丶丨ㆍ·•]\s?)?[a-z0-9\-]{{2,30}}[\s_]{{0,2}}(?:小数点|点儿?|[丶丨ㆍ·•]|\[\.\]|\(\.\)|\(点\)|【点】|\(?dot\)?|\[dot\])[\s_]{{0,2}}"
    rf"(?:{_TLD}|me|io|co|app|live|shop)(?![a-z])"
    # another mark in its place, behind a name that is no word: abc703，cn, abc703❗com
    rf"|(?<![a-z0-9])(?=[a-z\-]{{0,30}}\d|[a-z0-9\-]{{6}})[a-z0-9\-]{{4,30}}\s?[^\w\s/@:.]{{1,2}}\s?(?:com|cn|net|top|vip|xyz|cc|club|site|fun)(?![a-z])(?:/[a-z0-9]{{0,20}})?"
    r"|[a-z0-9\-]{4,30}\s*\n\s*\.(?:com|cn|net|top|vip|xyz|cc)(?![a-z])"
    r"|h[*x]{0,2}t?ps?://\S{4,60}"
)
_DOTS = re.compile(r"[\s_(（\[【]*(?:dot|小数点|点儿?|[丶丨ㆍ]|(?!:)[^\w\s/\-:])[\s_)）\]】]*")
_MAY_LINK = re.compile(
    r"[a-z0-9][\s_]{0,2}(?:\.|点|。|，|,|小|丶|丨|ㆍ|、|·|•|【|\[|\(|dot|[^\w\s])|http|www|://"
).search

_MOST = 20
"""Links of one message that are looked at: enough to explain, whatever is pasted."""

SHORTENERS = frozenset(
    (
        "t.cn url.cn dwz.cn suo.im suo.nz bit.ly tinyurl.com t.co goo.gl is.gd mrw.so u.nu rrd.me 985.so "
        "dwz.mk tb.cn kurl.cn c7.gg w.url.cn 0x7.me reurl.cc pse.is lihi.cc shorturl.at cutt.ly rb.gy v.gd "
        "buff.ly ow.ly"
    ).split()
)
"""Services whose links hide where they lead."""

_WELL_KNOWN = (
    "taobao.com tmall.com jd.com pinduoduo.com alipay.com weixin.qq.com qq.com icbc.com.cn ccb.com "
    "boc.cn abchina.com cmbchina.com 12306.cn 10086.cn 10010.com 189.cn baidu.com bilibili.com "
    "douyin.com weibo.com zhihu.com xiaohongshu.com meituan.com ctrip.com sf-express.com apple.com "
    "microsoft.com google.com github.com telegram.org paypal.com binance.com"
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
    view, restored = views.normal, views.numbered
    if not (_MAY_LINK(view.text) or _MAY_LINK(restored.text)):
        return []
    found = [
        (view.span(*match.span()), _host(match.group()), False) for match in islice(_URL.finditer(view.text), _MOST)
    ]
    hidden = [
        *(_URL.finditer(restored.text) if restored.text != view.text else ()),
        *_HIDDEN_DOT.finditer(restored.text),
    ]
    for match in hidden[:_MOST]:
        span = restored.span(*match.span())
        if all(span[1] <= start or span[0] >= end for (start, end), _, _ in found):
            found.append((span, _host(_DOTS.sub(".", match.group())), True))
    signals = (_judge(host, (span,), context, hidden=hidden) for span, host, hidden in found)
    return [signal for signal in signals if signal is not None]


def _host(address: str) -> str:
    """Return the host of an address: `https://www.a.com:80/x` gives `a.com`."""
    authority = re.split(r"[/?#\\]", address.partition("://")[2] or address)[0]
    host = authority.rpartition("@")[2].partition(":")[0]  # what stands before @ is a name, not the host
    return host.lower().removeprefix("www.").strip(".")


@lru_cache(maxsize=1024)
def _hosts(entries: tuple[str, ...]) -> frozenset[str]:
    return frozenset(map(listed_host, entries))


def listed_host(entry: str) -> str:
    """Return the host that an entry of a list stands for."""
    return _host(text_views(entry).normal.text.strip())


def _judge(host: str, spans: tuple[tuple[int, int], ...], context: Context, *, hidden: bool) -> Signal | None:
    domain = registered_domain(host)
    if not domain:
        return None
    community = context.community
    listed = {host, domain}
    if listed & _hosts(community.allow_domains):
        return Signal("links", None, 0.0, Reason("链接在允许名单", "The link is on the allow list."), spans, "allowed")
    if listed & _hosts(community.deny_domains):
        return Signal(
            "links", Label.ADS, 0.97, Reason("链接在禁止名单", "The link is on the deny list."), spans, "denied"
        )
    imitated = looks_like(domain)
    if imitated is not None:
        return Signal(
            "links",
            Label.FRAUD,
            0.8,
            Reason(f"域名模仿 {imitated}", f"The domain imitates {imitated}."),
            spans,
            "look_alike",
        )
    if hidden:
        return Signal(
            "links",
            Label.ADS,
            0.6,
            Reason("用变体写法隐藏的网址", "An address written so as to escape filters."),
            spans,
            "hidden",
        )
    if listed & SHORTENERS:
        return Signal(
            "links",
            None,
            0.0,
            Reason("短链接，看不出去向", "A short link that hides where it leads."),
            spans,
            "shortener",
        )
    if listed & _JOINS or host in _JOINS:
        return Signal(
            "links",
            None,
            0.0,
            Reason("进群或私聊链接", "A link that joins a group or opens a chat."),
            spans,
            "invitation",
        )
    return Signal("links", None, 0.0, Reason(f"链接到 {domain}", f"Links to {domain}."), spans, "link")
