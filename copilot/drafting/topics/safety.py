"""What no prompt may ask for, since the honest answers would be off limits in any community."""

from __future__ import annotations

import re
from enum import StrEnum

from copilot.text import text_views


class OffLimits(StrEnum):
    """Why a question is not asked."""

    TIPS = "tips"
    PRIVATE = "private"
    MEDICAL = "medical"
    UNLAWFUL = "unlawful"
    STRIFE = "strife"
    TRADE = "trade"


_LISTS: tuple[tuple[OffLimits, str], ...] = (
    (
        OffLimits.TIPS,
        r"荐股|(?:推荐|看好|买)(?:哪[只支个]|什么)?(?:股票?|基金|币)|股票代码|报代码|涨停|跌停|抄底|"
        r"(?:几成|多少|重|满|加|建)仓|仓位|目标价|稳赚|翻倍|"
        r"(?:明天|下周|上半年|今年|收盘)[^，。？]{0,6}(?:大盘|行情)|which (?:stock|coin)s? (?:to|should|will)|"
        r"price target|stock tips?",
    ),
    (
        OffLimits.PRIVATE,
        r"身份证|银行卡号|手机号|护照[页签]|签证页|离婚|病人[^，。？]{0,4}(?:谁|名)|[哪那]个病人|"
        r"住(?:哪家|几楼|哪个)酒店|"
        r"(?:电话|微信|住址|地址|门牌|房间号|车牌|工资条?|收入|存款|密码|密钥|私钥|验证码)[^，。？]{0,6}(?:发|报|晒|多少|是什么|谁有|给|规则)|"
        r"(?:晒|报|比|发出|发一下)[^，。？]{0,4}(?:体重|收入|工资|存款|成绩|分数|排名)|"
        r"(?:phone number|password|home address|salary|passport) (?:of|is|are|please)|"
        r"your (?:salary|password|home address)",
    ),
    (
        OffLimits.MEDICAL,
        r"(?:吃|用|打|喷|服|开|买)[^，。？]{0,6}(?:什么药|哪种药|啥药|几片|几粒|什么针)|剂量|几毫克|"
        r"多少(?:毫克|单位)|(?:停|减|加|换)药|偏方|秘方|安眠药|胰岛素[^，。？]{0,8}(?:多少|几|怎么加)|打针|"
        r"(?:what|which|how much) (?:medicine|medication|dose|pills?)|dosage",
    ),
    (
        OffLimits.UNLAWFUL,
        r"代考|代写|枪手|押题|泄题|内部(?:真题|题|资料|消息)|盗版|破解|网盘|"
        r"(?:有|求|传|发)[^，。？]{0,6}(?:pdf|epub|资源)|闯(?:红)?灯|没人查|超载|绕过|应付(?:消防|检查)|"
        r"(?:假|做假)[^，。？]{0,4}(?:发票|报告|证)|飙车|刷(?:评|单|量)|测评渠道|替跑|外挂|代练|赌|带彩|禁限用|"
        r"偷拍|不被发现|高仿|仿大牌|诱拍|巢位|野生[^，。？]{0,4}挖|pirated?|crack(?:ed)? version|torrent|"
        r"cheat(?:ing)? (?:on|in)",
    ),
    (
        OffLimits.STRIFE,
        r"是不是(?:都|就该|应该)?[^，。？]{0,6}(?:没脑子|不行|有毛病|垃圾|最烂|没文化|废物)|"
        r"都(?:没脑子|是垃圾|黑心|不懂)|没一个好|服不服|也配|黑心|最(?:胖|丑|惨|穷|讨厌)|混得最差|人肉|挂人|点名|"
        r"教训|打爆|搞死|活该|就该得|(?:一起|大家)去[^，。？]{0,6}(?:举报|点差评|吵)|拖后腿|同意的(?:扣|举手|来)|"
        r"who is the (?:worst|ugliest|stupidest)|shame on|call (?:him|her|them) out",
    ),
    (
        OffLimits.TRADE,
        r"(?<!交)接单|订单[^，。？]{0,6}报名|要的(?:私|接龙)|私(?:聊|我)|领券|报我名|返(?:现|利)|拉(?:人头|下线)|成团|"
        r"高价收|扫码|转钱|谈价|dm me|promo code|for sale",
    ),
)
_KINDS = tuple((kind, re.compile(pattern)) for kind, pattern in _LISTS)


def off_limits(*texts: str) -> OffLimits | None:
    """Return why a question, or one of several texts, may not be asked; None where nothing speaks against them."""
    for text in texts:
        said = text_views(text).normal.text
        for kind, pattern in _KINDS:
            if pattern.search(said):
                return kind
    return None
