"""Bodies that rules and policies share."""

from __future__ import annotations

from pydantic import BaseModel, Field


class TrialOut(BaseModel):
    """How a version has fared on trial, by what people decided meanwhile."""

    decided: int = Field(description="Decided messages that it judged on trial.")
    flagged: int = Field(description="Of these it flags so many.")
    right: int = Field(description="Of which were harmful.")
    harmful: int = Field(description="Harmful ones in all.")
    precision: float | None
    recall: float | None
    differs: int = Field(description="Messages on which it disagrees with what was in force.")
    better: int = Field(description="Of these people sided with it.")
