"""Bodies of POST /v1/search."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field

from api.schemas.classify import CitedClauseOut, PrecedentOut
from api.schemas.fields import Body, CommunityId, MessageText


class SearchIn(Body):
    """Texts to find the like of."""

    community: CommunityId
    texts: list[MessageText] = Field(min_length=1, max_length=32)
    k: int = Field(3, ge=1, le=50, description="At most so many precedents a text.")
    lang: Literal["zh", "en"] = Field("zh", description="Language of `reason`.")


class FoundPrecedentOut(PrecedentOut):
    """A precedent with what was written."""

    text: str


class FoundOut(BaseModel):
    """What is like one text."""

    precedents: list[FoundPrecedentOut]
    clauses: list[CitedClauseOut]


class SearchOut(BaseModel):
    """One entry per text, in order."""

    results: list[FoundOut]
