"""The replay page: any change, tried on what was said already."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response

from api.console.guard import Operator, Visit
from api.console.page import language_of
from api.console.routes.settings.clauses import confirmed_of
from api.console.routes.settings.forms import Form, Problems, Typed, fragment, show
from api.console.routes.settings.replaying import DAYS, LIMITS, run
from api.pieces import pieces_of
from copilot.errors import InvalidInput
from copilot.service.replays import Proposal
from copilot.signals.lists import Lines, read_domains, read_words

router = APIRouter(prefix="/c/{community}/settings/replay")

LISTS = ("deny_keywords", "allow_keywords", "deny_domains", "allow_domains")
_SUBJECTS = ("rules", "policy", "lists", "model")


@router.get("")
def show_replay(request: Request, visit: Operator) -> Response:
    """What may be replayed: versions, edited lists, the model that runs now."""
    service = pieces_of(request).service
    asked = request.query_params.get("of", "")
    return show(
        request,
        visit,
        "replay",
        "replay",
        rules=service.rulebook.all(visit.community.id),
        policies=service.policies.all(visit.community.id),
        values={name: "\n".join(getattr(visit.community, name)) for name in LISTS},
        lists=LISTS,
        subjects=_SUBJECTS,
        asked=asked if asked in _SUBJECTS else "rules",
        chosen=request.query_params.get("version", ""),
        model=service.moderator.versions.model,
        days=DAYS,
        limits=LIMITS,
    )


@router.post("")
async def replay(request: Request, visit: Operator, form: Form) -> Response:
    """Replay what the form names."""
    problems = Problems(language_of(request))
    proposal = _proposal(request, visit, form, problems)
    if proposal is None:
        return fragment(request, visit, "replay_refused", 400, problems=problems)
    return run(request, visit, form, proposal)


def _proposal(request: Request, visit: Visit, form: Typed, problems: Problems) -> Proposal | None:
    service, community_id = pieces_of(request).service, visit.community.id
    number = form.whole("number", 0, 2**31 - 1, 0)
    match form.text("subject"):
        case "rules":
            rules = next((v.value for v in service.rulebook.all(community_id) if v.number == number), None)
            if rules is not None:
                return Proposal(rules=rules.text, confirmed=tuple(confirmed_of(rules)))
            problems.add("number", "settings.replay.no_version")
        case "policy":
            policy = next((v.value for v in service.policies.all(community_id) if v.number == number), None)
            if policy is not None:
                return Proposal(policy=policy.to_mapping())
            problems.add("number", "settings.replay.no_version")
        case "lists":
            return _lists(form, problems)
        case "model":
            return Proposal(reread=True)
        case _:
            raise InvalidInput("choose what to replay", param="subject")
    return None


def _lists(form: Typed, problems: Problems) -> Proposal | None:
    lists: dict[str, tuple[str, ...]] = {}
    for name in LISTS:
        read = _read(name, form.text(name))
        lists[name] = read.entries
        for wrong in read.problems:
            problems.add(name, f"settings.fault.{wrong.fault}", line=wrong.line, part=wrong.part, labels="")
    return None if problems else Proposal(lists=lists)


def _read(name: str, text: str) -> Lines:
    return read_domains(text) if name.endswith("domains") else read_words(text, labelled=name == "deny_keywords")
