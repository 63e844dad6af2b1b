"""The words by which rules forbid, permit, tell and threaten. Data only, on the normal form."""
# ruff: noqa: E501 - tables: each Chinese character counts twice

from __future__ import annotations

import re

from copilot.types import Measure


def _any(*parts: str) -> re.Pattern[str]:
    return re.compile("|".join(parts))


FORBIDS = _any(
    # outright
    r"禁(?!言|眼|渔|食|区)|不[准许得]|(?<!要)不要|(?<![能可])不[能可](?!以为|不|见|了)|不可以|不允许|不欢迎|不提倡|(?<!能)不行(?!了)|勿",
    r"(?<![错区特分个类级性告离届班组识辨派差职品国省另鉴])别(?!人|的|家|墅|处|样)(?=\S)",
    r"拒绝|杜绝|谢绝|抵制|切忌|免谈|打住|零容忍|休想|概不|少[传发说来扯转](?!于)|免打扰|请勿|请先|请自觉|请回避|算违规|视为违规|违者",
    # a verb with 不
    r"不(?:谈|聊|议|传|发|接|买|卖|搞|骂|求|转|贴|刷|互|带|剧透|找|拉|做|碰|给|晒|截|上传|公开|外传|透露|打听|议论|在[群这])|不收(?!费|徒|钱|你|、)",
    # what alone belongs here, and where the rest goes
    r"只[谈聊说留发](?!我)|就[说聊谈]|只能(?:发到|去|在)(?!周|每|工|\d|早|晚)|别处|移步|去(?:水群|隔壁)|走人",
    # conditions and limits
    r"必须|须(?:得|先|注明|打)|务必|应当|才能发|再发|先去?核实|请附|等出处|打码|遮|够了|为限|管住",
    # what happens
    r"请出|请走|移出|清出|清退|劝退|踢|拉黑|封号|小黑屋|自行撤回|[的就会]删|一律[撤删不]|直接[踢删飞移]|[=＝]\s*(?:直接)?飞|谁发谁",
    r"\bno\b(?! need)|\bnot allowed|\bdo(?: not|n't|nt)\b|\bnever\b|\bban(?:ned)?\b|\bforbid|\bprohibit|\bmust not|\bavoid|\brefrain|\bkeep\b.*\bout\b",
    r"\bstay on topic|\bnot people|\binstead of\b|\bonce, in\b|\bbe (?:kind|nice|respectful|civil)|\brespect\b|source only|\bare not\b|\bgo(?:es)? to\b",
)
PERMITS = _any(
    r"(?<!不)可以(?![为去])|(?<![不认])可[发贴带出晒说聊放转提卖在每由直自招随]|可张贴|也可|(?<!不)允许|(?<!不)欢迎|(?<!不)鼓励|(?<!不)能发|(?:^|[。?\s])(?:能|可以)[,,。]",
    r"随便|随时|随意|随你|自由|尽管|照发|大方|没问题|无妨|不拦|不禁止|都好|都可|哪天都|多多益善|开放|没事(?=[,。;]|$)|(?:都|也|就)(?:行|成)(?=[,。;、\s!~]|$)",
    r"除外|例外|不限|不在此限|不算违规|(?<!不会)(?<!不)放行|支持(?!下|一下)",
    # by whom and when
    r"统一由|只有\S{1,8}能|由\S{1,16}(?:发|来发|发布)|才算|每\S{1,12}(?:发一[回条次篇]|发\S{0,4}(?:通知|一次))|周[六日末一二三四五]\S{0,4}发",
    r"(?:发|贴)[一两二三1-3][条篇次回个](?=$|[,。;\s\)])|一人一[张条]|按成本\S{0,4}发|写清楚?(?!\S{0,6}再)|发齐",
    r"\bexception|\bexcept\b|\b(?:is|are) (?:welcome|allowed|fine|ok)|\bwelcome\b|\bmay\b|\bcan (?:be )?(?:post|share)|(?<!not )\ballowed\b|\bok\b|feel free|permitted|at cost",
)
MEMBERSHIP = _any(
    r"可以?进(?![行来])|限在读|校友也|代为进群|都可以加入|加入本群|新人|fine\b.*(?:行|ok|可)|languages?|both fine|先去?医院|拨打1|先打1"
)
"""Who may join, which languages are spoken, whom to call: told, even where it says 可以."""
TELLS = _any(
    r"^本群(?:由|是|为|限|用于|主要)|^这[个里]?(?:是|群)|群主(?:从来)?不(?:找|收|私)|管理\S{0,4}不收|不收[,、]|旧版|看到旧|[见在]群(?:公告|文件)|解释权|未尽事宜|其余",
    r"急病|拨打|先打1|打1[12]\d|先去医院|救援|志愿|同意(?:以上|本)|自动生效|马甲|昵称|改名|改成|备注|实行实名|实名制|集合|监护人|公示|搜\S{0,6}记录|不担保|从来不",
    r"volunteer|nobody owes|read once|english|both fine",
)
SETS_DEFAULT = _any(
    r"[没未沒]有?(?:写|说|寫|注明|特别说明|规定|另行)\S{0,8}(?:先|提醒|警告|私|一律|处理|的)|未尽|其余未|已注明的外",
    r"^\W*(?:以上|违规|违反|违者)?\S{0,2}第?[一1首]次\S{0,4}(?:提醒|警告|口头)\S{0,3}\s*[,、\s]*第?二次|说不听的|初犯\S{0,6}再犯|首次由|屡教不改",
    r"以上(?:各条|规则)?,?违[反者]|违反(?:者|以上|上述|任何)|^违规(?:处理|处罚|者)|提醒一次,再|先提醒再|先\S{0,6}再犯|unless a rule says|reminder, then",
)
"""What happens where a clause does not say so itself."""
UNLESS_SAID = re.compile(r"[没未沒]有?(?:写|说|寫|注)\S{0,6}?的")
"""没写踢的先提醒 names what it is not about."""
OUTRIGHT = re.compile(r"禁止|严禁|不得|不准|不许|一律")
LADDER = re.compile(r"第?[二2]次|再犯|再|还不听|不听|屡|其次|\bthen\b|\bsecond")
"""Words that make several measures the steps of a ladder."""
REMINDED = re.compile(r"就提醒|提醒一次|撤回|提醒[,。]?$")
MEASURES: tuple[tuple[Measure, re.Pattern[str]], ...] = (
    (
        Measure.REMOVE,
        _any(
            r"移出|踢|退团|退群|出群|请出|请你?出去|请走|清出|清退|劝退|逐出|开除出群|拉黑|封号|抱走|飞机票|一张✈|[=,直接]\s*飞|飞(?=\s*[+。]|$)|谁发谁[滚没]|立即清|永久取消",
            r"instant ban|\bban(?:ned)?\b|\bkick(?:ed)?\b|\bremoved from|\bexpel",
        ),
    ),
    (Measure.MUTE, _any(r"禁言|禁眼|闭麦|小黑屋|口球|\bmuted?\b|time-?out")),
    (Measure.WARN, _any(r"警告|黄牌|当面批评|通报批评|记过|\bwarn")),
    (
        Measure.REMIND,
        _any(
            r"(?<![来以])提醒(?!大家|别人|一下|同|各|姐妹|兄弟|后人)|口头说|私聊你|私下说一句|私信|@你|撤回|点名|\bnudge|\bremind"
        ),
    ),
)
"""Measures with the words for them, severest first."""
