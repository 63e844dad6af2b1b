"""Whom a clause permits or exempts, and whether a member is one of them. On the normal form."""
# ruff: noqa: E501 - patterns: each Chinese character counts twice

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from copilot.rules.piece import normal

_OFFICE = (
    r"群主|副群主|管理员|管理组|管理|版主|楼主|会长|官员|团长|班长|组长|委员|秘书处|护士站|护士|办公室|居委会|居委|物业|业委会|客服|老师|教练|领跑员|领队|助教|"
    r"主持人|志愿者|群助手|机器人|核心成员|老会员|会员|vip|学长学姐|学长|学姐|店主|老板|商家|商户|赞助商|厂商|作者|维护者|领读|站长|楼长|嘉宾|干部|队长|组委会|运营|家委会|家委|"
    r"maintainers?|moderators?|mods?|admins?|administrators?|organi[sz]ers?|owners?|core team|staff|sponsors?"
)
_LIST = rf"(?:{_OFFICE})(?:\S{{0,3}}?(?:[和、及与或,/]|\band\b|\bor\b|\s+or\s+|\s+and\s+)\s*(?:{_OFFICE}))*"
_PERMITTED = re.compile(
    rf"(?:只有|仅限|仅|只能由|统一由|(?<![理自缘])由|经过?授权的|认证的?|报备[过]?的|only )\s*(?P<by>\S{{0,6}}?{_LIST}|\S{{2,8}}?(?=[发来统可]))|"
    rf"(?P<may>{_LIST})(?:们)?[\w, ]{{0,8}}?(?:可以?|能|除外|不受限|不在此列|发的?(?:才算|除外|不算)|excepted|are exempt|may|can)|(?:除|除了|except (?:for )?)\s*(?P<but>{_LIST})(?:以?外|$|[,。.)])"
)
_APPROVED = re.compile(
    rf"(?:经|征得|得到|获得?)\s*(?P<by>{_OFFICE}|\S{{0,2}}?管理\S{{0,2}}?)\s*(?:们)?(?:的)?(?:同意|许可|批准|授权|审核|认证)(?:过)?(?:的|后)?(?P<who>{_OFFICE}|\S{{0,2}}商|[\u4e00-\u9fff]{{2,4}}(?=可))?"
)
_OFFICES = re.compile(_OFFICE)
_SAME = (
    frozenset(
        {"管理员", "管理", "管理组", "版主", "moderator", "mod", "admin", "administrator", "maintainer", "维护者"}
    ),
    frozenset({"群主", "owner", "会长", "团长", "站长", "楼主"}),
    frozenset({"商家", "商户", "店主", "老板", "厂商", "赞助商", "sponsor"}),
)
_OVER = {"群主": "管理员", "owner": "管理员"}
"""Who holds the first may do whatever the second may."""


def roles_of(form: str) -> tuple[str, ...]:
    """Return the roles that a clause in normal form permits or exempts, in order, as it names them."""
    found: dict[str, None] = {}
    for match in _APPROVED.finditer(form):
        who = match.group("who")
        found[who if who and _OFFICES.fullmatch(who) else f"经{match.group('by')}同意"] = None
    rest = _APPROVED.sub(" ", form)
    for match in _PERMITTED.finditer(rest):
        named = next(group for group in match.groups() if group)
        offices = _OFFICES.findall(named)
        for role in offices or ([named] if match.group("by") else []):
            found[role] = None
    return tuple(found)


def holds(author: Sequence[str], wanted: Sequence[str]) -> bool:
    """Whether an author with these roles is among those a clause names; nobody is named, everybody is meant."""
    if not wanted:
        return True
    have = {_plain(role) for role in author}
    have |= {_OVER[role] for role in have if role in _OVER}
    return any(_alike(role, _plain(other)) for role in have for other in wanted)


@lru_cache(maxsize=1024)
def _plain(role: str) -> str:
    form = normal(role).strip()
    return form.removesuffix("s") if form.isascii() else form


def _alike(role: str, wanted: str) -> bool:
    return bool(role) and (role == wanted or any(role in group and wanted in group for group in _SAME))
