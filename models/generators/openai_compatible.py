"""A model behind any server that speaks chat completions: vLLM, Ollama, llama.cpp, `transformers serve`, a provider's.

The SDK sends and parses; retries, deadlines and what counts as an answer are decided here, because a draft has to be
there at eight whatever a server does.
"""

from __future__ import annotations

import asyncio
import ipaddress
import logging
import random
import time
from collections.abc import Coroutine, Mapping
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit

from copilot.drafting.budget import estimate_tokens
from copilot.errors import ArtifactError, GenerationFailed
from copilot.ports import Generated, Price, Prompt
from models.generators.completion import Completion
from models.generators.failures import malformed, of_status, shown, unused_wish

if TYPE_CHECKING:
    from openai import AsyncOpenAI

_CONNECT_SECONDS = 5.0
_SILENCE_SECONDS = 60.0
"""Longest silence: a local server may read a long prompt for a while before its first token."""
_RETRIES = 3
_BACKOFF_SECONDS = 0.5
_LONGEST_BACKOFF = 8.0
_TEMPERATURE = 0.3
_NO_KEY = "none"

T = TypeVar("T")

log = logging.getLogger(__name__)


class OpenAICompatibleGenerator:
    """A model on a server. Parameters that the server turns down are left out from then on.

    What surely was not generated (no connection, 429, 5xx) is asked for again, with exponential backoff and full jitter
    (Brooker, "Exponential Backoff And Jitter", 2015) and never before the server's Retry-After; what may have been
    charged is not. `silence` is the longest wait in seconds for the next byte.
    """

    def __init__(
        self,
        model: str,
        base_url: str,
        *,
        key: str = "",
        price: Price | None = None,
        retries: int = _RETRIES,
        backoff: float = _BACKOFF_SECONDS,
        silence: float = _SILENCE_SECONDS,
    ) -> None:
        try:
            import openai  # noqa: F401 - whether it is there
        except ImportError as error:
            raise ArtifactError("openai is missing: pip install 'community-copilot[llm]'") from error
        if not model.strip():
            raise ArtifactError("openai: names no model; write for example openai:qwen3-8b")
        self._local = _is_local(base_url)
        if key and not self._local and urlsplit(base_url).scheme == "http":
            log.warning("the generator's key travels unencrypted to %s", urlsplit(base_url).hostname)
        self._model, self._base_url, self._key = model, base_url, key
        self._price = price or Price()
        self._retries, self._backoff, self._silence = retries, backoff, silence
        self._refused: set[str] = set()

    @property
    def name(self) -> str:
        """The model as the server calls it."""
        return f"openai:{self._model}"

    @property
    def price(self) -> Price:
        """What its tokens cost."""
        return self._price

    def generate(self, prompt: Prompt, *, max_tokens: int, deadline: float) -> Generated:
        """Answer a prompt. Raises GenerationFailed."""
        started = time.monotonic()
        if started >= deadline:
            raise GenerationFailed("no time is left", retryable=True, asked=False)
        completion = _run(self._completion(prompt, max_tokens, deadline))
        if completion.finish == "content_filter":
            raise GenerationFailed("the server's filter stopped the answer", retryable=False)
        if not completion.text.strip():
            raise malformed("is empty")
        counted = completion.tokens_in is not None
        tokens_in = completion.tokens_in or sum(estimate_tokens(turn.text) for turn in prompt.turns)
        tokens_out = completion.tokens_out or estimate_tokens(completion.text)
        return Generated(
            completion.text,
            self.name,
            tokens_in,
            tokens_out,
            self._price.cost(tokens_in, tokens_out),
            time.monotonic() - started,
            complete=completion.finish != "length",
            counted=counted,
        )

    async def _completion(self, prompt: Prompt, max_tokens: int, deadline: float) -> Completion:
        async with self._client() as client:
            for attempt in range(self._retries + 1):
                try:
                    return await self._attempt(client, prompt, max_tokens, deadline)
                except GenerationFailed as error:
                    wait = self._wait(attempt, error)
                    again = error.retryable and not error.asked and attempt < self._retries
                    if not again or time.monotonic() + wait >= deadline:
                        raise
                await asyncio.sleep(wait)
        raise AssertionError("the last attempt returns or raises")

    def _wait(self, attempt: int, error: GenerationFailed) -> float:
        backoff = random.uniform(0, min(_LONGEST_BACKOFF, self._backoff * 2.0**attempt))  # noqa: S311 - spreads load
        return max(backoff, error.retry_after or 0.0)

    async def _attempt(self, client: AsyncOpenAI, prompt: Prompt, max_tokens: int, deadline: float) -> Completion:
        """One request, repeated without what the server turns down. Raises GenerationFailed."""
        from openai import APIStatusError

        while True:
            wishes = self._wishes(prompt, max_tokens)
            try:
                return await self._request(client, prompt, wishes, max_tokens, deadline)
            except APIStatusError as error:
                unused = unused_wish(error.body, wishes) if error.status_code in (400, 422) else None
                if unused is None:
                    raise of_status(error.status_code, error.body, error.response.headers, self._key) from None
                self._refused.add(unused)
                log.info("%s does not take %s", self.name, unused)

    async def _request(
        self, client: AsyncOpenAI, prompt: Prompt, wishes: Mapping[str, Any], max_tokens: int, deadline: float
    ) -> Completion:
        from openai import APIConnectionError, APIError, APIStatusError

        completion = Completion()
        turns: Any = [{"role": turn.role.value, "content": _sendable(turn.text)} for turn in prompt.turns]
        try:
            async with asyncio.timeout(deadline - time.monotonic()):
                create: Any = client.chat.completions.with_streaming_response.create
                async with create(model=self._model, messages=turns, **wishes) as response:
                    await completion.read(response, max_tokens)
        except TimeoutError:
            self._unless_finished(completion, GenerationFailed("the server took too long", retryable=True))
        except APIConnectionError as error:
            self._unless_finished(completion, _of_connection(error))
        except APIStatusError:
            raise
        except APIError as error:
            raise GenerationFailed(f"the server broke off: {shown(error.message, self._key)}", retryable=True) from None
        if not completion.finish:
            raise malformed("breaks off in the middle")
        return completion

    @staticmethod
    def _unless_finished(completion: Completion, failure: GenerationFailed) -> None:
        """What was said to the end counts, even if the server does not hang up."""
        if not completion.finish:
            raise failure

    def _wishes(self, prompt: Prompt, max_tokens: int) -> dict[str, Any]:
        """The parameters that this server takes, as far as is known."""
        wishes: dict[str, Any] = {
            "temperature": _TEMPERATURE,
            "stream": True,
            "stream_options": {"include_usage": True},
        }
        wishes["max_completion_tokens" if "max_tokens" in self._refused else "max_tokens"] = max_tokens
        if prompt.schema is not None:
            wanted = {"name": "draft", "schema": dict(prompt.schema), "strict": True}
            wishes["response_format"] = {"type": "json_schema", "json_schema": wanted}
        kept = {name: value for name, value in wishes.items() if name not in self._refused}
        if "stream" not in kept:
            kept.pop("stream_options", None)
        return kept

    def _client(self) -> AsyncOpenAI:
        """A client for one answer. It takes nothing but what was passed here: no key, no address of the environment."""
        import httpx2
        from openai import AsyncOpenAI, Omit

        timeout = httpx2.Timeout(self._silence, connect=_CONNECT_SECONDS)
        return AsyncOpenAI(
            api_key=self._key or _NO_KEY,
            base_url=self._base_url,
            max_retries=0,
            timeout=timeout,
            default_headers={"OpenAI-Organization": Omit(), "OpenAI-Project": Omit()},  # type: ignore[dict-item]
            http_client=httpx2.AsyncClient(timeout=timeout, follow_redirects=False, trust_env=not self._local),
        )


def _of_connection(error: Exception) -> GenerationFailed:
    import httpx2

    cause = error.__cause__
    if isinstance(cause, httpx2.ConnectError | httpx2.ConnectTimeout):
        return GenerationFailed("the server cannot be reached", retryable=True, asked=False)
    if isinstance(cause, httpx2.TimeoutException):
        return GenerationFailed("the server fell silent", retryable=True)
    return GenerationFailed("the connection to the server broke", retryable=True)


def _is_local(base_url: str) -> bool:
    """Whether an address is on this machine. Raises ArtifactError where it is none."""
    parts = urlsplit(base_url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username or parts.password:
        raise ArtifactError(
            f"{parts.scheme or base_url[:40]!r} is no base URL of a server; write for example http://127.0.0.1:8000/v1"
        )
    try:
        return parts.hostname == "localhost" or ipaddress.ip_address(parts.hostname).is_loopback
    except ValueError:
        return False


def _sendable(text: str) -> str:
    """A text without lone surrogates, which have no form on the wire."""
    return text.encode("utf-8", "replace").decode()


def _run(task: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine to its end. Unlike `asyncio.run` it does not wait for a name server that takes too long."""
    loop = asyncio.new_event_loop()
    try:
        return loop.run_until_complete(task)
    finally:
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.close()
