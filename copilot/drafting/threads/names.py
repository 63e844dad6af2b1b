"""Which members a message names: nicknames are long, and people call each other by a part of them."""
# ruff: noqa: E501 - tables: each Chinese character counts twice

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator, Sequence

from ahocorasick_rs import AhoCorasick, MatchKind

from copilot.text import text_views

_BRACKETS = re.compile(r"[（(【\[].*?[）)】\]]")
_RUN = re.compile(r"[\u3400-\u9fff]+|[a-z][a-z0-9_]+")
_SURNAME = re.compile(r"[老小阿大]([\u3400-\u9fff])$|^[老小阿大]([\u3400-\u9fff])")
_HONORIFICS = ("叔", "哥", "姐", "姨", "工", "总", "爷", "师傅", "老师", "医生", "教练")
_TITLE = re.compile(r"([\u3400-\u9fff])(?:师傅|老师|医生|教练|大爷|阿姨|班长|站长|会计|助理|队长|经理)")
_FORMAL = frozenset("老小阿大")
_FUNCTION = re.compile(r"[的了是在不没我你他她它有这那吗呢吧啊]")
_GENERIC = frozenset(
    "大家 各位 朋友 老师 师傅 医生 教练 群主 管理 会长 班长 站长 团长 店主 老板 客服 物业 妈妈 爸爸 奶奶 爷爷 同学 今天 明天 早上 晚上 "
    "可以 自己 什么 一个 两个 没有 不要 不吃 我的 你的 他的 上班 下班 回家 家长 业主 新人 新来 刚来 指挥 房东 护士 名字 周边 副会 会计 测试 "
    "admin mod bot the and for".split()
)
"""Parts of nicknames that are ordinary words or offices: too often said of nobody in particular."""


def _forms(name: str) -> Iterator[str]:
    """How others may call the bearer of a nickname, in its normal form."""
    normal = text_views(name).normal.text.casefold().strip()
    bare = _BRACKETS.sub(" ", normal).strip()
    yield from (normal, bare)
    for run in _RUN.findall(normal):
        yield run
        if run[0] >= "\u3400" and len(run) > 2:
            yield from (run[:2], run[-2:])
        if run[0] >= "\u3400" and len(run) > 3:
            yield from (run[:3], run[-3:])
        if run[0] >= "\u3400":
            yield run[-1] * 2
            yield from (end + honorific for end in {run[0], run[-1]} - _FORMAL for honorific in _HONORIFICS)
        for match in (*_SURNAME.finditer(run), *_TITLE.finditer(run)):
            surname = next(group for group in match.groups() if group)
            yield from (surname + honorific for honorific in _HONORIFICS)


def _usable(form: str) -> bool:
    return len(form) > 1 and not _FUNCTION.search(form[:1] + form[-1:])


class Nicknames:
    """The members who spoke, and the forms by which exactly one of them can be meant."""

    def __init__(self, authors: Collection[str]) -> None:
        forms = {author: {form for form in _forms(author) if _usable(form)} for author in authors}
        shared = Counter(form for each in forms.values() for form in each)
        owners: dict[str, str] = {}
        for author in sorted(authors):
            own = text_views(author).normal.text.casefold().strip()
            for form in forms[author]:
                if form == own or (shared[form] == 1 and form not in _GENERIC):
                    owners.setdefault(form, author)
        self._owners = list(owners.values())
        self._finder = AhoCorasick(list(owners), matchkind=MatchKind.LeftmostLongest) if owners else None

    def named(self, normal: str) -> list[str]:
        """Return the members a normal form names, in order of first mention, each once."""
        if self._finder is None:
            return []
        found = self._finder.find_matches_as_indexes(normal.casefold())
        return list(dict.fromkeys(self._owners[index] for index, _, _ in found))


def mentions(texts: Sequence[str], authors: Sequence[str]) -> list[list[str]]:
    """Return for each normal form the members it names, its own author left out."""
    nicknames = Nicknames({author for author in authors if author})
    return [
        [name for name in nicknames.named(text) if name != author] for text, author in zip(texts, authors, strict=True)
    ]
