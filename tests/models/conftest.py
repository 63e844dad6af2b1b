"""Models of a test's own: a server of chat completions, a tiny language model, a classifier that is never sure."""

from __future__ import annotations

import contextlib
import http.server
import json
import threading
import time

import pytest

from copilot.policy import Band
from copilot.ports import Price
from copilot.types import LABELS, Label
from models import load_generator

USAGE = {"prompt_tokens": 11, "completion_tokens": 7, "total_tokens": 18}
CHAT_TEMPLATE = (
    "{% for m in messages %}<|im_start|>{{ m['role'] }}\n{{ m['content'] }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)


class Handler(http.server.BaseHTTPRequestHandler):
    """Performs the next step of the server's script; its last step is repeated.

    None answers well. A mapping is an answer: `status`, `body`, `type` and `headers`, or `events` and `hang`, the
    seconds until it hangs up. Anything else is called with the request and what was asked.
    """

    protocol_version = "HTTP/1.1"

    def do_POST(self):
        asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
        self.server.asked.append((self.path, {k.lower(): v for k, v in self.headers.items()}, asked))
        script = self.server.script
        step = script.pop(0) if len(script) > 1 else script[0]
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            self.perform(step, asked)

    def perform(self, step, asked):
        if step is None:
            self.answer_well(asked)
        elif callable(step):
            step(self, asked)
        elif "events" in step:
            self.start_events()
            for event in step["events"]:
                self.event(event)
            time.sleep(step.get("hang", 0.0))
        else:
            self.reply(**step)

    def answer_well(self, asked):
        """As the protocol has it: streamed or not, as asked; usage only where asked for."""
        if not asked.get("stream"):
            message = {"role": "assistant", "content": "大家早上好"}
            self.reply(body={"choices": [{"index": 0, "message": message, "finish_reason": "stop"}], "usage": USAGE})
            return
        usage = [{"choices": [], "usage": USAGE}] if asked.get("stream_options", {}).get("include_usage") else []
        self.perform({"events": [*self.server.pieces("大家", "早上", "好"), *usage, "[DONE]"]}, asked)

    def reply(self, status=200, body="", type="application/json", headers=None):  # noqa: A002 - as in the header
        data = body if isinstance(body, bytes) else (body if isinstance(body, str) else json.dumps(body)).encode()
        self.send_response(status)
        self.send_header("content-type", type)
        self.send_header("content-length", str(len(data)))
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)

    def start_events(self):
        self.send_response(200)
        self.send_header("content-type", "text/event-stream; charset=utf-8")
        self.send_header("connection", "close")
        self.end_headers()
        self.close_connection = True

    def event(self, value):
        self.wfile.write(f"data: {value if isinstance(value, str) else json.dumps(value)}\n\n".encode())
        self.wfile.flush()

    def log_message(self, *_):
        pass


class Server(http.server.ThreadingHTTPServer):
    """`script` are the steps to perform, `asked` the requests so far: path, headers, body."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.script, self.asked = [None], []
        self.url = f"http://127.0.0.1:{self.server_address[1]}/v1"

    @staticmethod
    def pieces(*texts, finish="stop"):
        """The events of an answer in pieces; without `finish` it breaks off."""
        deltas = [({"content": text}, None) for text in texts] + ([({}, finish)] if finish else [])
        return [{"choices": [{"index": 0, "delta": delta, "finish_reason": end}]} for delta, end in deltas]

    def handle_error(self, request, client_address):
        pass


@pytest.fixture
def server():
    with Server() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture(scope="session")
def tiny(tmp_path_factory):
    """A random model of Qwen's make with a tokenizer of its own, in a folder."""
    import torch
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast, Qwen3Config, Qwen3ForCausalLM

    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=400,
        special_tokens=["<|endoftext|>", "<|im_start|>", "<|im_end|>"],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(["大家早上好，今天写早报 good morning 12345"] * 9, trainer)
    fast = PreTrainedTokenizerFast(tokenizer_object=tokenizer, eos_token="<|im_end|>", pad_token="<|endoftext|>")
    fast.chat_template = CHAT_TEMPLATE
    torch.manual_seed(0)
    config = Qwen3Config(
        vocab_size=512,  # padded, as real ones are
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=2,
        num_attention_heads=2,
        num_key_value_heads=1,
        head_dim=16,
        max_position_embeddings=8_192,
        eos_token_id=fast.convert_tokens_to_ids("<|endoftext|>"),
        bos_token_id=None,
        pad_token_id=0,
    )
    folder = tmp_path_factory.mktemp("tiny") / "tiny-qwen"
    Qwen3ForCausalLM(config).save_pretrained(folder)
    fast.save_pretrained(folder)
    return folder


@pytest.fixture(scope="session")
def local(tiny):
    return load_generator(f"transformers:{tiny}", price=Price(1.0, 2.0))


class Undecided:
    """A classifier that takes everything for a little suspicious."""

    version = "undecided/1"

    @property
    def bands(self):
        return dict.fromkeys(LABELS, Band(0.5, 0.9))

    def evidence(self, view, label):
        return ()

    def classify(self, views):
        return [{Label.ADS: 0.2} for _ in views]


@pytest.fixture
def undecided() -> Undecided:
    """A classifier that takes everything for a little suspicious, so that only decisions move a verdict."""
    return Undecided()
