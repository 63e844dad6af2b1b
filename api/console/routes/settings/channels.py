"""How messages come in: what a bot sends where. Which keys there are is for whoever runs the server to see."""

from __future__ import annotations

import json

from fastapi import APIRouter, Request
from fastapi.responses import Response

from api.console.guard import Operator
from api.console.routes.settings.forms import show

router = APIRouter(prefix="/c/{community}/settings/channels")


@router.get("")
def show_channels(request: Request, visit: Operator) -> Response:
    """The addresses for this community, ready to be pasted."""
    base = str(request.base_url).removesuffix("/").removesuffix("/console")
    body = {
        "community": visit.community.id,
        "messages": [{"id": "m-1", "author": "u-1", "text": "大家好"}],
    }
    sample = json.dumps(body, ensure_ascii=False)
    command = (
        f"curl {base}/v1/classify \\\n  -H 'Authorization: Bearer $KEY' \\\n"
        f"  -H 'Content-Type: application/json' \\\n  -d '{sample}'"
    )
    return show(request, visit, "channels", "channels", base=base, command=command)
