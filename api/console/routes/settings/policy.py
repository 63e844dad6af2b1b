"""The policy: thresholds over the scores of the last month, measures, quotas, and automatic removal."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request
from fastapi.responses import Response

from api.console.guard import Operator, Visit
from api.console.page import language_of
from api.console.routes.settings import charts
from api.console.routes.settings.forms import Form, Problems, back, fragment, show
from api.console.routes.settings.policies import (
    PolicyForm,
    differences,
    lasting,
    read_policy,
    rungs,
    told,
    written,
)
from api.console.routes.settings.replaying import Example, run
from api.console.routes.settings.trying import tried
from api.console.routes.settings.versions import base_of, in_state, numbered
from api.errors import ApiError
from api.pieces import pieces_of
from copilot.errors import Conflict
from copilot.people import Role
from copilot.policy import NEVER_REMOVED, Automatic, Bands, CommunityPolicy
from copilot.policy.decision import LIFTED_BY_ROLE
from copilot.ports import State, Version
from copilot.scoresheet import Move
from copilot.service.policies import lets_remove
from copilot.service.replays import Proposal
from copilot.types import LABELS

router = APIRouter(prefix="/c/{community}/settings/policy")

Number = Annotated[int, Path(ge=1, le=2**31 - 1)]
_TRIAL_SPAN = timedelta(days=30)
_SHOWN = 20
_ORDER = (Move.REMOVED, Move.KEPT, Move.FLAGGED, Move.CLEARED)


@router.get("")
def show_policy(request: Request, visit: Operator) -> Response:
    """The policy in force, or the version asked for, ready to be changed."""
    versions = pieces_of(request).service.policies.all(visit.community.id)
    chosen = base_of(versions, request.query_params.get("from", ""))
    policy = chosen.value if chosen is not None else CommunityPolicy()
    values = written(policy, _base(request), language_of(request))
    return _page(request, visit, versions, PolicyForm(values, Problems(language_of(request))))


@router.post("")
def save_policy(request: Request, visit: Operator, form: Form) -> Response:
    """Keep what was typed as a new version, on trial or in force."""
    policies, read = pieces_of(request).service.policies, _read(request, visit, form)
    state = State.LIVE if form.text("state") == "live" else State.SHADOW
    if not read.problems and state is State.LIVE and not _may(request, visit, CommunityPolicy.from_mapping(read.body)):
        read.problems.add("automatic", "settings.policy.owner_only")
    if read.problems:
        return _page(request, visit, policies.all(visit.community.id), read, 400)
    try:
        seen = form.whole("seen", 0, 2**31 - 1, 0)
        version = policies.put(visit.community.id, read.body, state, visit.actor, seen=seen)
    except Conflict:
        versions = policies.all(visit.community.id)
        return _page(request, visit, versions, read, 409, theirs=_against(request, read.values, versions[0]))
    return back(visit, "policy", "saved" if state is State.LIVE else "trial", version.number)


@router.get("/scores")
def show_scores(request: Request, visit: Operator) -> Response:
    """The histograms of all labels, for a page that is there already."""
    sheet = pieces_of(request).service.outlook.sheet(visit.community.id, datetime.now(UTC))
    drawn = {label: charts.chart(sheet.histogram(label)) for label in LABELS}
    return fragment(request, visit, "policy_scores", drawn=drawn, messages=len(sheet), decided=sheet.decided)


@router.post("/preview")
def preview(request: Request, visit: Operator, form: Form) -> Response:
    """What the thresholds as they stand would have done to the last month's messages."""
    read = _read(request, visit, form)
    if read.problems:
        return fragment(request, visit, "policy_preview", problems=read.problems, outcome=None, moves=(), examples={})
    service = pieces_of(request).service
    outcome = service.outlook.consequence(visit.community.id, read.body, datetime.now(UTC))
    wanted = {i for crossing in outcome.crossings.values() for i in crossing.examples}
    texts = service.review.texts(sorted(wanted))
    examples = {move: [Example(i, texts[i]) for i in c.examples] for move, c in outcome.crossings.items()}
    moves = [move for move in _ORDER if move in outcome.crossings]
    return fragment(
        request,
        visit,
        "policy_preview",
        problems=read.problems,
        outcome=outcome,
        moves=moves,
        examples=examples,
        changed=differences(_in_force(request, visit), read.values),
    )


@router.post("/try")
def try_policy(request: Request, visit: Operator, form: Form) -> Response:
    """Judge a message by the policy in force and by the one typed."""
    read = _read(request, visit, form)
    if read.problems:
        return fragment(request, visit, "tried", 400, problems=read.problems, sides=())
    policy = CommunityPolicy.from_mapping(read.body)
    return tried(request, visit, form, lambda charter: replace(charter, policy=policy))


@router.post("/replay")
async def replay_policy(request: Request, visit: Operator, form: Form) -> Response:
    """Say what the typed policy would have done to the last messages."""
    read = _read(request, visit, form)
    if read.problems:
        return fragment(request, visit, "policy_preview", problems=read.problems, outcome=None, moves=(), examples={})
    return run(request, visit, form, Proposal(policy=read.body))


@router.get("/versions/{number}")
def show_version(number: Number, request: Request, visit: Operator) -> Response:
    """What a version changed against the one in force."""
    chosen = numbered(pieces_of(request).service.policies.all(visit.community.id), number)
    lines = _against(request, _in_force(request, visit), chosen)
    tell = partial(told, language_of(request))
    return fragment(request, visit, "policy_difference", lines=lines, tell=tell)


@router.post("/versions/{number}/promote")
def promote_policy(number: Number, request: Request, visit: Operator, form: Form) -> Response:
    """Put a version in force; only an owner where it lets the machine remove."""
    policies = pieces_of(request).service.policies
    _must(request, visit, numbered(policies.all(visit.community.id), number))
    policies.promote(visit.community.id, number, visit.actor, seen=form.whole("seen", 0, 2**31 - 1, 0))
    return back(visit, "policy", "promoted")


@router.post("/versions/{number}/end")
def end_trial(number: Number, request: Request, visit: Operator) -> Response:
    """End a trial."""
    pieces_of(request).service.policies.retire(visit.community.id, number, visit.actor)
    return back(visit, "policy", "ended")


@router.post("/back")
def roll_back_policy(request: Request, visit: Operator, form: Form) -> Response:
    """Go back to the version before."""
    policies = pieces_of(request).service.policies
    seen = form.whole("seen", 0, 2**31 - 1, 0)
    earlier = [v for v in policies.all(visit.community.id) if v.number < seen]
    _must(request, visit, earlier[0] if earlier else None)
    policies.roll_back(visit.community.id, visit.actor, seen=seen)
    return back(visit, "policy", "back")


@router.post("/resume")
def resume_removal(request: Request, visit: Operator) -> Response:
    """Let automatic removal go on, because a person has looked."""
    pieces_of(request).service.safeguard.confirm(visit.community.id, datetime.now(UTC), visit.actor)
    return back(visit, "policy", "resumed")


def _base(request: Request) -> Bands:
    return CommunityPolicy().bands_over(pieces_of(request).service.moderator.policy)


def _read(request: Request, visit: Visit, form: Form) -> PolicyForm:
    return read_policy(form, _base(request), visit.community.time_zone, language_of(request))


def _live(request: Request, visit: Visit) -> CommunityPolicy | None:
    live = in_state(pieces_of(request).service.policies.all(visit.community.id), State.LIVE)
    return live.value if live is not None else None


def _in_force(request: Request, visit: Visit) -> dict[str, Any]:
    return written(_live(request, visit) or CommunityPolicy(), _base(request), language_of(request))


def _against(request: Request, old: dict[str, Any], version: Version[CommunityPolicy]) -> list[Any]:
    return differences(old, written(version.value, _base(request), language_of(request)))


def _may(request: Request, visit: Visit, policy: CommunityPolicy) -> bool:
    """To let the machine remove by itself is an owner's decision; to keep it doing so is not."""
    return visit.role is Role.OWNER or not lets_remove(_live(request, visit), policy)


def _must(request: Request, visit: Visit, version: Version[CommunityPolicy] | None) -> None:
    if version is not None and not _may(request, visit, version.value):
        raise ApiError(403, "needs the role owner")


def _page(
    request: Request,
    visit: Visit,
    versions: list[Version[CommunityPolicy]],
    form: PolicyForm,
    status: int = 200,
    /,
    **context: Any,
) -> Response:
    service, now = pieces_of(request).service, datetime.now(UTC)
    trial = in_state(versions, State.SHADOW)
    record = service.policies.record(visit.community.id, trial.number, now - _TRIAL_SPAN) if trial else None
    state = service.automatic(visit.community.id)
    until = state.breaker.trip.until if state.breaker.trip is not None else None
    language = language_of(request)
    default = written(CommunityPolicy(), _base(request), language)
    return show(
        request,
        visit,
        "policy",
        "policy",
        status,
        **{"theirs": (), **context},
        values=form.values,
        problems=form.problems,
        default=default,
        labels=LABELS,
        never=NEVER_REMOVED,
        lifted=LIFTED_BY_ROLE,
        modes=tuple(Automatic),
        duration=partial(lasting, language),
        tell=partial(told, language),
        rungs=rungs(rung for label in LABELS for rung in form.values[f"ladder.{label}"]),
        slider=charts.slider,
        ticks=[(tick, charts.slider(str(100 * tick))) for tick in charts.TICKS],
        state=state,
        until=datetime.fromtimestamp(until, UTC) if until is not None else None,
        versions=versions[:_SHOWN],
        newest=versions[0] if versions else None,
        live=in_state(versions, State.LIVE),
        trial=trial,
        record=record,
    )
