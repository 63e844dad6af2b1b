"""Personal data of somebody: identity and bank card numbers, phone with name, home address."""

from __future__ import annotations

import re
from collections.abc import Iterator

from stdnum import luhn
from stdnum.cn import ric

from copilot.signals.context import Context
from copilot.text import TextViews
from copilot.types import Label, Reason, Signal, Span

_ID_CARD = re.compile(
    r"(?<![\da-z])[1-9]\d{5}(?:18|19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dx](?![\da-z])"
)
_BANK_CARD = re.compile(r"(?<![\da-z])(?:62|4\d|5[1-5]|35|60)\d{14,17}(?![\da-z])")
_MOBILE = re.compile(r"(?<![\da-z])1[3-9]\d{9}(?![\da-z])")
_ADDRESS = re.compile(
    r"[\u4e00-\u9fff]{2,10}(?:路|街|道|巷|弄|小区|花园|苑|村|公寓|家园|新村|里|府|城)[\u4e00-\u9fff\d\-]{0,8}?\d{1,4}(?:号楼|号|栋|幢|座|#)?[\-\s]?(?:\d{1,2}单元)?[\-\s]?\d{2,4}(?:室|户|房)?"
)
_OTHERS = re.compile(
    r"(?:她|他|它|你|他们)(?:妈|爸|爹|娘|老公|老婆|弟|姐|妹|哥|女儿|儿子|家人)|车主|户主|业主姓|机主|楼上住的|前男友|[他她](?:的|家|叫|是|住|老公|老婆|妈|爸|电话|手机|名字|身份证|单位|公司|微信)|这[人女男货](?:的|叫|住|是|个)?|那[人女男](?:的|叫|住)?|此人|本人照片|真名|"
    r"人肉|曝光|挂人|挂出来|老赖|小三|渣男|渣女|骗子|欠钱|欠款|开盒|查一?下这个|家住|住址|住在|户籍|前任|前男友|前女友|同学名单|名册|名单|患者|病历|"
    r"学生姓名|大家打(?:他|她)?电话|去(?:他|她)家|收货人"
)
_OWN = re.compile(
    r"我(?:的)?(?:电话|手机|号码|微信|身份证|卡号|地址|家|是)|本人(?:电话|手机|联系)|打我|联系我|找我|加我|call我|放我|寄给我|挪车"
)
_PUBLIC = re.compile(
    r"物业|客服|热线|前台|门卫|派出所|居委|社区|售后|订单|单号|运单|预约|报名|咨询|招聘|门店|店铺|公司|医院|学校|学院|超市|酒店|餐厅|捡到|失物|快递柜|驿站|登记|收件人"
)
_NAMED = re.compile(
    r"(?:姓名|名字|叫|本名|真名)[:：\s]{0,2}[\u4e00-\u9fff]{2,4}|[\u4e00-\u9fff]{2,3}[,，、\s:：]{0,2}(?=1[3-9]\d{9})"
)
_MAY_LEAK = re.compile(r"\d").search


def detect(views: TextViews, context: Context) -> list[Signal]:
    """Return one signal per piece of personal data that the message shows."""
    view = views.resolved
    text = view.text
    if not _MAY_LEAK(text):
        return []
    others = _OTHERS.search(text) is not None
    own = _OWN.search(text) is not None and not others
    public = _PUBLIC.search(text) is not None and not others
    found = [*_id_cards(text, own), *_bank_cards(text, own, others), *_home(text, own, others, public)]
    return [
        Signal("privacy", Label.PRIVACY, score, _REASONS[kind], (view.span(*span),), kind)
        for kind, score, span in found
    ]


def personal(views: TextViews) -> list[tuple[str, Span]]:
    """Return kind and place of all personal data, whoever's it is: what is not to be shown without need."""
    view = views.resolved
    if not _MAY_LEAK(view.text):
        return []
    cards = [m for m in _BANK_CARD.finditer(view.text) if luhn.is_valid(m.group()) or "卡" in view.text]
    found = {
        "id_card": _ID_CARD.finditer(view.text),
        "bank_card": cards,
        "mobile": _MOBILE.finditer(view.text),
        "address": _ADDRESS.finditer(view.text),
    }
    return [(kind, view.span(*match.span())) for kind, matches in found.items() for match in matches]


_Finding = tuple[str, float, Span]


def _id_cards(text: str, own: bool) -> Iterator[_Finding]:
    for match in _ID_CARD.finditer(text):
        valid = ric.is_valid(match.group().upper())
        yield "id_card", (0.9 if valid else 0.75) - (0.2 if own else 0.0), match.span()


def _bank_cards(text: str, own: bool, others: bool) -> Iterator[_Finding]:
    for match in _BANK_CARD.finditer(text):
        if luhn.is_valid(match.group()) or others or "卡" in text:
            yield "bank_card", 0.75 if others else 0.3 if own else 0.5, match.span()


def _home(text: str, own: bool, others: bool, public: bool) -> Iterator[_Finding]:
    """Somebody's phone, surer with a name, an address or words about another person beside it."""
    if own or public:
        return
    address = _ADDRESS.search(text)
    evidence = 0.3 * others + 0.15 * (_NAMED.search(text) is not None) + 0.25 * (address is not None)
    if evidence:
        for match in _MOBILE.finditer(text):
            yield "mobile", 0.25 + evidence, match.span()
    if address is not None and others:
        yield "address", 0.6, address.span()


_REASONS = {
    "id_card": Reason("出现身份证号码", "Shows an identity card number."),
    "bank_card": Reason("出现银行卡号", "Shows a bank card number."),
    "mobile": Reason("出现他人的手机号码和身份线索", "Shows somebody's phone number with clues to who it is."),
    "address": Reason("出现他人的住址", "Shows somebody's home address."),
}
