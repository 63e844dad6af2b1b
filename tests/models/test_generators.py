"""Language models behind the port: how they are loaded, the contract all of them keep, and the way of a draft."""

import contextlib
import importlib.util
import os
import re
import socket
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime

import pytest

from copilot.drafting.answer import schema
from copilot.drafting.budget import Budget, MemoryLedger
from copilot.drafting.circuit import Circuit
from copilot.drafting.generate import Options, Writer, draft
from copilot.drafting.material import gather
from copilot.drafting.types import Draft, Fact, Kind, Line, Origin, Sentence, Tone
from copilot.errors import ArtifactError, GenerationFailed
from copilot.ports import Limits, Price, Prompt, Role, Turn
from models import load_generator
from models.generators.openai_compatible import OpenAICompatibleGenerator

PROMPT = Prompt((Turn(Role.SYSTEM, "写早报"), Turn(Role.USER, "资料：早上好")))
SCHEMA = {"type": "object", "properties": {"count": {"type": "integer"}}, "required": ["count"]}
KEY = "hush-4f9a"


def model(server, **more):
    return OpenAICompatibleGenerator("qwen3-8b", server.url, **({"backoff": 0.01} | more))


def ask(generator, prompt=PROMPT, max_tokens=64, seconds=10.0):
    return generator.generate(prompt, max_tokens=max_tokens, deadline=time.monotonic() + seconds)


def failure(generator, **more):
    with pytest.raises(GenerationFailed) as error:
        ask(generator, **more)
    return error.value


@pytest.fixture(params=["server", "circuit", "transformers"])
def generator(request):
    if request.param == "transformers":
        return request.getfixturevalue("local")
    behind = model(request.getfixturevalue("server"), price=Price(1.0, 2.0))
    return Circuit(behind) if request.param == "circuit" else behind


def test_every_generator_answers_and_accounts_for_it(generator):
    answer = ask(generator, max_tokens=16)
    assert answer.text.strip()
    assert answer.model == generator.name
    assert answer.tokens_in > 0
    assert 0 < answer.tokens_out <= 16
    assert answer.cost == pytest.approx((answer.tokens_in + 2 * answer.tokens_out) / 1_000_000)
    assert 0 < answer.seconds < 10


def test_every_generator_refuses_what_is_too_late(generator):
    error = failure(generator, seconds=-1)
    assert error.retryable
    assert not error.asked


def test_every_generator_serves_several_threads(generator):
    answers = []
    threads = [threading.Thread(target=lambda: answers.append(ask(generator, max_tokens=8).text)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 4
    assert len(set(answers)) == 1


def test_every_generator_takes_lone_surrogates_and_turns_back_and_forth(generator):
    turns = (*PROMPT.turns, Turn(Role.ASSISTANT, "?\ud800"), Turn(Role.USER, "再来"))
    assert ask(generator, Prompt(turns, SCHEMA), max_tokens=40).text


def test_no_reference_is_no_generator():
    assert load_generator("") is None


@pytest.mark.parametrize(
    ("reference", "base_url", "said"),
    [
        ("gpt-5", "", "openai:MODEL or transformers:DIR"),
        ("openai:", "http://127.0.0.1:1/v1", "names no model"),
        ("openai:m", "", "base URL"),
        ("openai:m", "127.0.0.1:8000/v1", "base URL"),
        ("openai:m", "ftp://127.0.0.1/v1", "base URL"),
        ("openai:m", "https://user:hush@host/v1", "base URL"),
        ("transformers:/nowhere", "", "not a folder"),
    ],
)
def test_a_reference_that_cannot_be_loaded_says_why(reference, base_url, said):
    with pytest.raises(ArtifactError) as error:
        load_generator(reference, base_url=base_url)
    assert said in error.value.message
    assert "hush" not in error.value.message


def test_the_key_comes_from_its_file_or_the_environment(server, tmp_path, monkeypatch):
    file = tmp_path / "key"
    file.write_text(f"{KEY}\n", "utf-8")
    monkeypatch.setenv("COPILOT_GENERATOR_KEY", "from-environment")
    ask(load_generator("openai:m", base_url=server.url, key_file=file))
    ask(load_generator("openai:m", base_url=server.url))
    sent = [headers["authorization"] for _, headers, _ in server.asked]
    assert sent == [f"Bearer {KEY}", "Bearer from-environment"]


@pytest.mark.parametrize("content", [b"", b"\n", b"two words", "密钥".encode(), b"\xff"])
def test_a_file_without_a_key_is_refused_and_not_repeated(tmp_path, content):
    file = tmp_path / "key"
    file.write_bytes(content)
    with pytest.raises(ArtifactError) as error:
        load_generator("openai:m", base_url="http://127.0.0.1:1/v1", key_file=file)
    assert "two words" not in error.value.message
    with pytest.raises(ArtifactError):
        load_generator("openai:m", base_url="http://127.0.0.1:1/v1", key_file=tmp_path / "none")


FACT = Fact("count:messages", Origin.COUNT, "812 条消息", trusted=True)
COMPOSED = Draft(
    Kind.BRIEFING,
    "owners",
    "zh",
    Tone.WARM,
    (Line((Sentence("昨天 812 条消息。", (FACT.id,)),)),),
    (FACT,),
    "composer/1",
)
ANSWER = '{"lines": [{"sentences": [{"text": "昨天聊了 812 条。", "facts": ["count:1"]}]}]}'


def drafted(generator, **options):
    budget = Budget(MemoryLedger(), Limits())
    now = datetime(2026, 11, 21, tzinfo=UTC)
    return draft(COMPOSED, generator, lambda written: [], budget, now, options=Options(**options))


def test_a_server_writes_a_draft_even_if_its_first_answer_is_lost(server):
    server.script = [
        {"events": server.pieces(ANSWER[:40], finish=None)},
        {"events": server.pieces(f"```json\n{ANSWER}\n```")},
    ]
    outcome = drafted(model(server))
    assert (outcome.writer, outcome.draft.text) == (Writer.MODEL, "昨天聊了 812 条。")
    assert outcome.draft.written_by == "openai:qwen3-8b"


def test_a_dead_server_leaves_the_draft_to_the_composer():
    outcome = drafted(OpenAICompatibleGenerator("m", "http://127.0.0.1:9/v1", backoff=0.01))
    assert (outcome.writer, outcome.draft) == (Writer.COMPOSER, COMPOSED)
    assert "cannot be reached" in outcome.reason.en


def test_a_local_model_keeps_to_the_form_of_a_draft_and_to_its_facts(local):
    material = gather(COMPOSED, (), (), UTC, 100)
    asked = Prompt(PROMPT.turns, schema(material))
    text = ask(local, asked, max_tokens=120).text
    assert text.startswith('{"lines": [')
    assert set(re.findall(r'"facts": \["(.*?)"', text)) <= {"count:1"}


def test_a_model_that_knows_no_language_leaves_the_draft_to_the_composer(local):
    outcome = drafted(local, max_tokens=40, seconds=20.0)
    assert (outcome.writer, outcome.draft) == (Writer.COMPOSER, COMPOSED)
    assert outcome.tokens > 0


@pytest.fixture
def served(tiny, tmp_path):
    """`transformers serve` with the tiny model, offline, in a process of its own."""
    if importlib.util.find_spec("accelerate") is None:
        pytest.skip("transformers serve needs accelerate")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "transformers.cli.transformers", "serve", str(tiny)]
    options = ["--device", "cpu", "--host", "127.0.0.1", "--port", str(port)]
    offline = os.environ | {"HF_HUB_OFFLINE": "1", "HF_HOME": str(tmp_path), "OMP_NUM_THREADS": "1"}
    with (tmp_path / "log").open("w") as log:
        process = subprocess.Popen([*command, *options], stdout=log, stderr=log, env=offline)
    try:
        for _ in range(600):
            assert process.poll() is None, (tmp_path / "log").read_text()
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                break
            time.sleep(0.1)
        yield f"http://127.0.0.1:{port}/v1"
    finally:
        process.terminate()
        process.wait(20)


@pytest.mark.slow
def test_transformers_serve_is_understood(served, tiny):
    generator = load_generator(f"openai:{tiny}", base_url=served)
    answer = ask(generator, Prompt(PROMPT.turns, SCHEMA), max_tokens=12, seconds=60)
    assert answer.text
    assert 0 < answer.tokens_out <= 12
    assert not answer.complete
