"""The words by which messages ask, thank, settle, tell and feel, Chinese and English. Data only, on the normal form."""
# ruff: noqa: E501 - tables: each Chinese character counts twice

from __future__ import annotations

import re

PLACEHOLDER = re.compile(r"\[(?:[^\[\]\s]{1,12})(?:\s[^\[\]]{0,12})?\]")
"""What stands for a picture, a file, a sticker."""
LINK = re.compile(r"https?://\S+")
MENTION = re.compile(r"@(?:所有人|全体成员|everyone|all|\S{1,24})")
WORD = re.compile(r"[^\W_]")
NOTICE = re.compile(
    r"加入了?群聊|加入了?本群|邀请\S{1,40}加入|被\S{0,24}移出|退出了?群聊|撤回了?一条|修改群名|成为新群主|开启了?全员禁言|拍了拍"
    r"|\bjoined (?:the|via|by)|\bleft the (?:group|chat)|\bwas (?:removed|added)\b|\bdeleted this message|\bchanged the (?:group|subject)"
)
"""Phrases of the platform itself."""
SYSTEM = frozenset({"", "系统", "系统消息", "系统通知", "群系统", "system"})
"""Authors under which platforms speak."""

QUESTION = re.compile(
    r"[?？]|(?<!什)(?<!这)(?<!那)[吗么嘛]\W*$|(?<![要也都出就别])[不没](?=[\s,，。]|\W*$)|[吗][,，。\s]|([\u4e00-\u9fff])[不没]\1"
    r"|什么|啥(?!的)|怎么(?!说呢)|咋(?![呼])|为何|为什么|哪[里儿个家位天款种些来]?|多少|多久|多大|几[点号个天月时位]|(?<![一上])谁(?!都|也)|是不是|有没有|能不能|可不可以|要不要|行不行|会不会|好不好|对不对|去不去|够不够|在不在|还[有能]\S{0,6}[吗么没不]"
    r"|请问|请教|求[助教问推解]|(?:^|[\s,，。])问[下一问个]|(?:想|弱弱|顺便|再)问|有人\S{0,8}(?:吗|不|没|懂|知道|用过|会|去)|靠谱[吗不]|同问|谁[有能知会家]"
    r"|\b(?:who|what|when|where|why|how|which|whose|anyone|anybody|does|is there|are there|do we|can (?:i|we|you|someone)|could (?:i|we|you)|should (?:i|we))\b[^.!]*$"
)
"""A question of any sort."""
ASKING = re.compile(
    r"请问|请教|求[助教问推解]|(?:^|[\s,，。])问[下一问个]|(?:想|弱弱|顺便|再)问|同问|有人\S{0,6}(?:吗|懂|知道|用过|会)|有没有(?:人|谁)|谁(?:有|知道|懂|会|能|家|用过)|哪位|懂\S{0,4}的|\banyone\b|\banybody\b|\bdoes any|\bquestion\b|\bany idea"
)
"""A question put to the group."""
THANKS = re.compile(
    r"谢谢|感谢|多谢|谢了|谢啦|[跪拜叩]谢|(?:^|[\s,，。!])谢(?=[^谢绝])|感恩|感激|蟹蟹|3q\b|\bthanks?\b|\bthx\b|\bty\b|\bcheers\b|\bmuch appreciated"
)
ACK = re.compile(
    r"^\W*(?:好[的嘞呀啊哒吧]?|行[吧啊]?|可以|收到|嗯+|哦+|噢|ok+|okk?|1|6+|对+|是的?|是啊|没错|\+1|懂了|明白|知道了|了解|哈+|hh+|啊+|赞|牛|同意|支持|来了?|在|到|没事|yes|yep|sure|got it|great|nice|lol|haha+|same|cool|\+ ?1)\W*$"
)
"""A message that is nothing but assent."""
SETTLED = re.compile(
    r"定(?:了|一下|下来?|在|为|于|个|好)|(?:那|就)(?:这么)?定|说定|敲定|决定|确定了?(?!吗|么|不)|就这么|统一|截止|截了|就\S{1,6}了(?=\s|$)|截龙|成团|改到|改成|改为|调整为|推迟到|提前到|延期到|挪到?|(?:那|那么|还是)就|最后(?:选|定|报名)|按\S{1,8}来|归\S{1,10}(?:了|\s|$)|不再加|照常|以\S{1,8}为准|一律|经商量|"
    r"\bdecided\b|\bagreed\b|\bsettled\b|\bfinal(?:ised|ized)?\b|\bit's set\b|\bset for\b|\bconfirmed\b|\bmoved to\b|\bpostponed\b|\bso we (?:go|meet|take)|\blet's (?:go with|do|make it|meet)|\bwe(?:'ll| will| are going to) (?:go with|meet|do)"
)
"""Something was decided."""
TIME = re.compile(
    r"\d{1,2}[:：]\d{2}|\d{1,2}\s*点|(?:[二两三四五六七八九十]|十[一二]|(?<=[早午晚])一)点(?!点)|\d{1,2}\s*(?:月|日|号(?![楼线桥门仓院厅馆机柜店位]))|(?:周|星期|礼拜)[一二三四五六日天末]|今[天晚早]|明[天晚早]|后天|下周|本周|这周|上午|中午|下午|晚上|月底|立冬前|节前"
    r"|\b\d{1,2}\s*(?:am|pm)\b|\b(?:mon|tues|wednes|thurs|fri|satur|sun)day\b|\btomorrow\b|\btonight\b|\bnoon\b|\bnext week\b"
)
AMOUNT = re.compile(
    r"\d+(?:\.\d+)?\s*(?:元|块|万|%|折|斤|份|袋|件|人|个|家|只|票|天|分钟|小时|公里|k\b|kg|米|度|页|次|台|张|倍|套|名|ml|毫升|克)|[¥￥$€£]\s*\d|\d{2,}"
)
OUTCOME = re.compile(
    r"找到了|抓到|接到了|拿到了?|来水|来电了|恢复|修好|通过了|解决|搞定|退回来?|亮了|好了|成功|合了|merged|过了[!！]|谈下来|稳了|问(?:了|过了?)|查(?:了|过)|看过了|登记|处理|已(?:经)?|推了|到账|结果|公示|通知|公告|原因|实锤|其实|就是|"
    r"\bfixed\b|\bfound (?:it|him|her|the)|\bsolved\b|\bdone\b|\breleased\b|\bturns out\b|\bthe (?:cause|reason)\b|\bannounce"
)
"""How something came out, or what somebody found out."""
ADVICE = re.compile(
    r"建议|别(?!人|的|家)|不要|不用|先\S|要是|如果|的话|可以\S{2}|应该|一般|最好|记得|注意|必须|需要|不能|不许|不准|禁止|重申|提醒|否则|\bshould\b|\btry\b|\bdon't\b|\bplease\b|\bneed to\b|\bmake sure\b|\bremember\b"
)
CALL = re.compile(
    r"@(?:所有人|全体成员|everyone|all)|(?:^|\s)(?:各位|大家|通知|注意|同学们|家长们|业主们|兄弟们|姐妹们)|说[个下一]\S{0,2}事|通知一下|另外|对了|说到|插(?:个队|一句)|正事|再问|顺便|\bhi all\b|\bheads up\b|\bfyi\b|\breminder\b|\bby the way\b|\bbtw\b"
)
"""The group is addressed, or the matter changes."""
WELCOME = re.compile(r"欢迎|\bwelcome\b")
INTRODUCES = re.compile(
    r"大家好|各位好|邻居们好|朋友们好|姐妹们好|老师\S{0,4}好|新人(?!哭|都)|新来的|刚来(?!的钱)|刚进群|新进群|刚加入|新加入|初来乍到|请?多关照|多多关照|报到|萌新|新手报|新粉|来投奔|认识大家|刚搬[来到]|"
    r"\bnew here\b|\bjust joined\b|\bhello everyone\b|\bhi everyone\b|\bi'm new\b|\bnice to meet\b|\bjust moved\b"
)
UNSURE = re.compile(
    r"不知道|不清楚|不确定|不晓得|没注意|没说|没写|没细说|记不[清得]|不记得|忘了|没人知道|同问|也想知道|等\S{0,4}(?:通知|公告|细则|高人|吧|下)|再等|可能|估计|好像|印象|问[下问]\S{0,4}(?:客服|老师|群主)|得问|看情况|没听[说到]|没研究|蹲|下班了|没出吧|占线|没回|不一样吧|"
    r"\bno idea\b|\bnot sure\b|\bdon't know\b|\bsame question\b|\bdunno\b|\bmaybe\b|\bi think\b"
)
"""An answer that is none."""
ECHO = re.compile(
    r"还(?:没|是没|在等)|没人(?:知道|懂|回|能|理|收)|还[没等]\S{0,6}(?:回|答|信|到|消息)|\?{2}|真没|到底|问了\S{0,8}(?:没|个)|\bstill\b|\bno one\b|\bnobody\b"
)
"""Somebody still waits for an answer."""
FEELING = re.compile(
    r"[哈嘻呵]{2,}|hh+|呜+|啊{2,}|[!！]{3,}|😂|🤣|😭|笑死|绝了|绝绝子|好惨|心疼|吓[死人]|抱抱|羡慕|恭喜|加油|牛[啊逼的]?$|\blol\b|\bhaha"
)
RHETORIC = re.compile(
    r"[?？]{2,}|^\W*[?？]+|^\W*(?:真的|什么|啥|啊|哈|谁|凭什么|为什么|怎么了|真的假的|是吗|对吧|认真的?|不会吧)\W*$|不是\S{1,16}吗|难道|凭什么|[我他她你]哪(?![里儿个位天家些款])|谁家\S{0,8}(?:这么|好)\S{1,3}$|哪有|哪来的|谁(?:敢|不|懂啊|让你|拉进来)|谁懂|好不好意思|什么(?:破|玩意|东西$)|还(?:能|要)\S{0,4}吗[!！]|是吧|对不"
)
"""Questions that want no answer."""
SIGNUP = re.compile(
    r"^\W*(?:\+\s*\d{1,2}|\d{1,2}(?:\s*[^\W\d]{1,2}(?:\s.*)?)?|[甲乙丙丁]|[a-d]\s*[*x×]?\d{0,2}|[^\W\d]{1,4}\s*\+\s*\d|[一两二三四]?\d?\s*[份袋件双只位个斤]|我?要?[一两二三四五\d]{1,2}\s*[份袋件双只位个斤]|(?:报名|参加|接龙|我来|算我|加我|我也[来去要]?)\S{0,4})\W*$"
)
"""An entry of a list: +1, 乙 两份, A*2."""
