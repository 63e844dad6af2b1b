"""What the first start sets up, so that the first request is one paste away."""

from __future__ import annotations

import json
import secrets
from contextlib import suppress
from dataclasses import dataclass

from copilot.adapters.sql import Accounts, KeyRing
from copilot.errors import Conflict
from copilot.service import Service
from copilot.types import Community

COMMUNITY = Community(
    id="demo",
    name="阳光花园业主群",
    theme="阳光花园小区业主交流：物业与维修、停车、快递、邻里互助、宠物、孩子上学、周边生活。",
    rules=(
        "1. 请勿发布广告、招聘兼职、拉人进群和各类引流信息。\n"
        "2. 请勿辱骂、攻击或嘲讽邻居和物业人员。\n"
        "3. 请勿传播未经证实的消息；转发通知请注明来源。\n"
        "4. 请勿公开他人的电话、身份证号、门牌号等个人信息。\n"
        "5. 请勿刷屏；闲置物品请发在二手群。\n"
        "6. 严禁赌博和色情内容，一经发现移出本群。\n"
        "7. 与小区无关的话题请移步闲聊群。\n"
        "8. 物业和业委会可以发布通知和团购信息。"
    ),
)

EXAMPLE = "招兼职打字员,在家就能做,日结300-500元,名额不多,加微信 zhaopin8866 详聊"

ADMIN = "admin"
KEY_NAME = "first start"
KEY_SCOPES = ("classify", "moderate", "operate")

_FIRST = """\
Community Copilot listens on {url}

Your API key, shown only this once:

    {key}

The moderators' console: {url}/console

    name      {name}
    password  {password}

Try the API:

    curl {url}/v1/classify \\
      -H 'Authorization: Bearer {key}' \\
      -H 'Content-Type: application/json' \\
      -d '{body}'

Lost the key? Make another: community-copilot keys create --name mine --scopes classify,moderate,operate
"""

_LATER = """\
Community Copilot listens on {url}
The moderators' console: {url}/console
API keys exist. List them: community-copilot keys list
Make another: community-copilot keys create --name mine --scopes classify,moderate,operate
"""


@dataclass(frozen=True, slots=True)
class FirstStart:
    """What the first start made; nobody can show it again."""

    key: str
    password: str


def set_up(service: Service, keyring: KeyRing, accounts: Accounts) -> FirstStart | None:
    """On the first start, make the demo community, a key and an admin; None later."""
    if keyring.list():
        return None
    with suppress(Conflict):  # an earlier first start got this far and no further
        service.add_community(COMMUNITY)
    password = secrets.token_urlsafe(12)
    try:
        accounts.create(ADMIN, password, admin=True)
    except Conflict:
        accounts.set_password(accounts.named(ADMIN).id, password)
    return FirstStart(keyring.create(KEY_NAME, KEY_SCOPES), password)


def greeting(url: str, first: FirstStart | None) -> str:
    """What to print once the address is taken."""
    if first is None:
        return _LATER.format(url=url)
    body = json.dumps({"community": COMMUNITY.id, "messages": [{"id": "1", "text": EXAMPLE}]}, ensure_ascii=False)
    return _FIRST.format(url=url, key=first.key, name=ADMIN, password=first.password, body=body)
