"""Bodies of the status addresses and of every error."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field


class StatusOut(BaseModel):
    """How the service is."""

    status: Literal["ok"]
    version: str
    model: str


class ErrorDetail(BaseModel):
    """What went wrong."""

    type: str = Field(examples=["invalid_request"])
    message: str
    param: str | None = Field(description="The field at fault.", examples=["messages.0.text"])
    request_id: str | None = Field(description="Finds the request in the log.")


class ErrorOut(BaseModel):
    """The one shape of every error."""

    error: ErrorDetail
