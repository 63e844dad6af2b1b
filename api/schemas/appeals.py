"""Bodies of /v1/cases/{id}/appeal-link."""

from __future__ import annotations

from pydantic import BaseModel, Field


class AppealLinkOut(BaseModel):
    """Where a member can appeal against a decision. Whoever has the link can use it, so give it to the member alone."""

    url: str
    token: str
    days: int = Field(description="For how many days it takes an appeal; the answer can be read there afterwards too.")
