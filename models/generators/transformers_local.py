"""A causal language model from a folder, run in this process by `transformers`."""

from __future__ import annotations

import queue
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from copilot.errors import ArtifactError, GenerationFailed
from copilot.ports import Generated, Price, Prompt, Role
from models.generators.structured import Constrainer


@dataclass(slots=True)
class _Run:
    """One generation: what its thread hands back, until when anybody waits for it."""

    deadline: float
    tokens_out: int = 0
    finished: bool = False
    error: Exception | None = None

    def over(self) -> bool:
        """Whether the time is up."""
        return time.monotonic() >= self.deadline


class TransformersGenerator:
    """A model with a chat template, from a local folder only; no code of the folder is run.

    It decodes greedily, so that the same facts give the same draft, and one prompt at a time. With llguidance
    installed its answers have the schema asked for.
    """

    def __init__(self, folder: Path, *, price: Price | None = None, threads: int | None = None) -> None:
        if not folder.is_dir():
            raise ArtifactError(f"transformers:{folder} is not a folder")
        try:
            import torch
            from transformers import AutoModelForCausalLM, AutoTokenizer
        except ImportError as error:
            raise ArtifactError("transformers is missing: pip install 'community-copilot[transformers]'") from error
        device = "cuda" if torch.cuda.is_available() else "cpu"
        try:
            self._tokenizer: Any = AutoTokenizer.from_pretrained(folder, local_files_only=True)
            model: Any = AutoModelForCausalLM.from_pretrained(folder, local_files_only=True, dtype="auto")
            self._model = model.to(device).eval()
        except Exception as error:  # the library raises whatever its parts raise
            raise ArtifactError(f"the language model in {folder} cannot be loaded: {error}") from error
        if not self._tokenizer.chat_template:
            raise ArtifactError(
                f"the language model in {folder} has no chat template, so it cannot be told who speaks; "
                "take the instruction-tuned variant of the model"
            )
        if threads is not None:
            torch.set_num_threads(threads)
        self._name = f"transformers:{folder.name}"
        self._price = price or Price()
        self._busy = threading.Lock()
        self._ends = _ends(self._model, self._tokenizer)
        self._constrainer = Constrainer(self._tokenizer, self._ends)

    @property
    def name(self) -> str:
        """The folder's name."""
        return self._name

    @property
    def price(self) -> Price:
        """What its tokens cost."""
        return self._price

    def generate(self, prompt: Prompt, *, max_tokens: int, deadline: float) -> Generated:
        """Answer a prompt. Raises GenerationFailed."""
        started = time.monotonic()
        if started >= deadline:
            raise GenerationFailed("no time is left", retryable=True, asked=False)
        ids = self._encoded(prompt)
        tokens_in = ids.shape[-1]
        self._fits(tokens_in, max_tokens)
        if not self._busy.acquire(timeout=max(0.0, deadline - time.monotonic())):
            raise GenerationFailed("the model is busy with another draft", retryable=True, asked=False)
        run = _Run(deadline)
        text = self._streamed(prompt, ids, max_tokens, run)
        if run.error is not None:
            message = f"the model failed: {type(run.error).__name__}: {run.error}"[:300]
            raise GenerationFailed(message, retryable=isinstance(run.error, MemoryError)) from run.error
        if not text.strip():
            raise GenerationFailed("the model's answer is empty", retryable=True)
        return Generated(
            text,
            self._name,
            tokens_in,
            run.tokens_out,
            self._price.cost(tokens_in, run.tokens_out),
            time.monotonic() - started,
            complete=run.finished,
        )

    def _streamed(self, prompt: Prompt, ids: Any, max_tokens: int, run: _Run) -> str:
        """Read the text as it is written. At the deadline leave, even while the model still reads a long prompt."""
        from transformers import TextIteratorStreamer

        streamer = TextIteratorStreamer(self._tokenizer, skip_prompt=True, skip_special_tokens=True)
        worker = threading.Thread(target=self._write, args=(prompt, ids, max_tokens, run, streamer), daemon=True)
        worker.start()
        pieces: list[str] = []
        while True:
            streamer.timeout = max(0.0, run.deadline - time.monotonic())
            try:
                pieces.append(next(streamer))
            except StopIteration:
                break
            except queue.Empty:
                raise GenerationFailed("the model took too long", retryable=True) from None
        worker.join()
        if run.error is None and not run.finished and run.over():
            raise GenerationFailed("the model took too long", retryable=True)
        return "".join(pieces)

    def _write(self, prompt: Prompt, ids: Any, max_tokens: int, run: _Run, streamer: Any) -> None:
        """The thread that runs the model; it owns the lock until it is done."""
        import torch
        from transformers import LogitsProcessorList, StoppingCriteriaList

        try:
            processors = LogitsProcessorList()
            if prompt.schema is not None:
                constrained = self._constrainer.processor(prompt.schema, ids.shape[-1])
                processors.extend([constrained] if constrained else [])
            with torch.inference_mode():
                found = self._model.generate(
                    ids,
                    attention_mask=torch.ones_like(ids),
                    max_new_tokens=max_tokens,
                    do_sample=False,
                    temperature=None,
                    top_p=None,
                    top_k=None,
                    eos_token_id=self._ends,
                    pad_token_id=self._ends[0],
                    logits_processor=processors,
                    stopping_criteria=StoppingCriteriaList([_stop(run)]),
                    streamer=streamer,
                )
            new = found[0, ids.shape[-1] :].tolist()
            run.tokens_out, run.finished = len(new), bool(new) and new[-1] in self._ends
        except Exception as error:  # told to whoever waits
            run.error = error
        finally:
            self._busy.release()
            streamer.text_queue.put(streamer.stop_signal)

    def _encoded(self, prompt: Prompt) -> Any:
        """Token ids of shape (1, tokens). Text in the turns cannot become a control token."""
        turns = [{"role": turn.role.value, "content": self._defused(turn.text)} for turn in prompt.turns]
        try:
            return self._templated(turns)
        except Exception as first:  # templates raise what they like
            merged = _without_system(turns)
            if merged == turns:
                raise GenerationFailed(
                    f"the chat template failed: {first}"[:300], retryable=False, asked=False
                ) from first
        try:
            return self._templated(merged)
        except Exception as error:
            raise GenerationFailed(f"the chat template failed: {error}"[:300], retryable=False, asked=False) from error

    def _templated(self, turns: list[dict[str, str]]) -> Any:
        encoded = self._tokenizer.apply_chat_template(
            turns, add_generation_prompt=True, return_tensors="pt", return_dict=True, enable_thinking=False
        )
        return encoded["input_ids"].to(self._model.device)

    def _defused(self, text: str) -> str:
        text = text.encode("utf-8", "replace").decode()
        for token in self._tokenizer.get_added_vocab():
            if len(token) > 1 and token in text:
                text = text.replace(token, f"{token[0]} {token[1:]}")
        return text

    def _fits(self, tokens_in: int, max_tokens: int) -> None:
        config = self._model.config.get_text_config()
        room = getattr(config, "max_position_embeddings", None)
        if room is not None and tokens_in + max_tokens > room:
            raise GenerationFailed(
                f"{tokens_in} tokens of prompt and {max_tokens} of answer are more than the {room} the model reads",
                retryable=False,
                asked=False,
            )


def _stop(run: _Run) -> Any:
    """A stopping criterion for one sequence."""
    import torch

    def over(input_ids: Any, scores: Any, **_: Any) -> Any:
        return torch.full((input_ids.shape[0],), run.over(), dtype=torch.bool, device=input_ids.device)

    return over


def _ends(model: Any, tokenizer: Any) -> list[int]:
    """Every token that ends an answer: the model's own and the tokenizer's, which chat models often set apart."""
    own = model.generation_config.eos_token_id
    ends = [*(own if isinstance(own, list) else [own]), tokenizer.eos_token_id]
    known = list(dict.fromkeys(end for end in ends if end is not None))
    if not known:
        raise ArtifactError("the language model has no token that ends an answer")
    return known


def _without_system(turns: list[dict[str, str]]) -> list[dict[str, str]]:
    """The turns for a template that knows no system role: what it says comes first in the user's."""
    if len(turns) < 2 or turns[0]["role"] != Role.SYSTEM.value:
        return turns
    return [{"role": turns[1]["role"], "content": f"{turns[0]['content']}\n\n{turns[1]['content']}"}, *turns[2:]]
