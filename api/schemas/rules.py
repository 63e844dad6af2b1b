"""Bodies of /v1/communities/{id}/rules."""

from __future__ import annotations

from datetime import datetime, time
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from api.schemas.fields import Body
from copilot.ports import State
from copilot.rules import FindingKind
from copilot.types import ClauseKind, Label, Measure

RulesText = Annotated[str, Field(max_length=20_000, description="The rules as the admins wrote them.")]
Lang = Annotated[Literal["zh", "en"], Field(description="Language of findings.")]
Entry = Literal[State.LIVE, State.SHADOW]


class RulesIn(Body):
    """Rules to read, and whether they come into force or on trial."""

    text: RulesText
    state: Entry = Field(State.LIVE, description="`live`, or `shadow`: judged beside what is in force, not acted upon.")
    actor: str | None = Field(None, min_length=1, max_length=100)
    lang: Lang = "zh"


class RulesCheckIn(Body):
    """Rules to read without keeping them."""

    text: RulesText
    lang: Lang = "zh"


class WindowBody(Body):
    """Recurring hours in the community's time; no weekdays means every day."""

    weekdays: list[Annotated[int, Field(ge=1, le=7)]] = Field(default_factory=list, max_length=7)
    start: time | None = None
    end: time | None = None


Words = Annotated[list[Annotated[str, Field(min_length=1, max_length=50)]], Field(max_length=50)]


class ClauseIn(Body):
    """What an admin says a clause means. It keeps its number and its words."""

    version: int = Field(ge=1, description="The version whose clause is corrected.")
    kind: ClauseKind
    labels: list[Label] = Field(default_factory=list, max_length=9)
    measure: Measure = Measure.NONE
    keywords: Words = Field(default_factory=list)
    windows: list[WindowBody] = Field(default_factory=list, max_length=14)
    roles: Words = Field(default_factory=list)
    actor: str | None = Field(None, min_length=1, max_length=100)


class ClauseOut(BaseModel):
    """One rule with what it was understood to mean."""

    number: int
    text: str
    kind: ClauseKind
    labels: list[Label]
    measure: Measure
    keywords: list[str]
    windows: list[WindowBody]
    roles: list[str]
    confidence: float = Field(ge=0, le=1, description="How sure the reading is; 1 where an admin confirmed it.")


class FindingOut(BaseModel):
    """One remark on the rules: a gap, a contradiction, a reading to confirm."""

    kind: FindingKind
    clauses: list[int] = Field(description="Numbers of the clauses it is about.")
    label: Label | None
    reason: str


class ReadRulesOut(BaseModel):
    """Rules as they were read."""

    clauses: list[ClauseOut]
    findings: list[FindingOut] = Field(description="Gravest first.")


class RulesVersionOut(ReadRulesOut):
    """One version of a community's rules."""

    version: int
    state: State
    text: str
    actor: str
    created_at: datetime


class RulesVersionsOut(BaseModel):
    """All versions, newest first."""

    versions: list[RulesVersionOut]
