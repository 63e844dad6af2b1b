"""Judge a file of messages line by line: any size, constant memory, every core."""

from __future__ import annotations

import json
import sys
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from multiprocessing import get_context
from os import cpu_count
from pathlib import Path
from typing import IO, Annotated, Any

import typer

from api.lines import BadLine, Line, lines_of, parse, rejects_path
from copilot.moderator import Moderator
from copilot.signals import Repeats
from copilot.signals.flood import FloodWindow
from copilot.types import Assessment, Message

_CHUNK = 512
_POOL_FROM = 4 * _CHUNK
"""Files with fewer lines than this are done before a second process has started."""

EXIT_REJECTS = 3

Job = tuple[list[Message], list[Any], list[Repeats]]


def classify(
    source: Annotated[str, typer.Argument(metavar="INPUT", help="JSONL with id and text per line; - for stdin.")],
    target: Annotated[str, typer.Argument(metavar="OUTPUT", help="JSONL to write; - for stdout.")],
    classifier: Annotated[str, typer.Option(help="A shipped model's name, or a model's folder.")] = "encoder-zh",
    workers: Annotated[int, typer.Option(min=0, help="Processes; 0 for one per core.")] = 0,
) -> None:
    """Judge INPUT and write one verdict per line to OUTPUT, in the same order.

    A line that cannot be judged goes to OUTPUT with the suffix .rejects.jsonl (to stderr where
    OUTPUT is -), with its number and the reason; then the exit status is 3.
    """
    if all(path != "-" and Path(path).exists() for path in (source, target)) and Path(source).samefile(target):
        raise typer.BadParameter("INPUT and OUTPUT are the same file")
    if source != "-" and target != "-" and rejects_path(Path(target)).absolute() == Path(source).absolute():
        raise typer.BadParameter("INPUT is where the rejects of OUTPUT go")
    with ExitStack() as stack:
        runner = stack.enter_context(_Runner(classifier, workers or cpu_count() or 1))
        try:
            stdin = stack.enter_context(_opened(source, "rb"))
            stdout = stack.enter_context(_opened(target, "wb"))
        except OSError as error:
            raise typer.BadParameter(f"{error.filename}: {error.strerror}") from error
        rejects = stack.enter_context(_Rejects(target))
        progress = stack.enter_context(_Progress(stdin, source))
        try:
            for line in _judged(stdin, rejects, progress, runner):
                stdout.write(line)
            stdout.flush()
        except (OSError, BrokenProcessPool) as error:
            typer.echo(f"stopped, {target} is incomplete: {error}", err=True)
            raise typer.Exit(1) from error
    if rejects.count:
        typer.echo(f"{rejects.count} lines were rejected: {rejects.place}", err=True)
        raise typer.Exit(EXIT_REJECTS)


def _judged(stdin: IO[bytes], rejects: _Rejects, progress: _Progress, runner: _Runner) -> Iterator[bytes]:
    """Verdicts as lines, in order, with a bounded number of chunks under way."""
    window = FloodWindow()
    pending: deque[Callable[[], bytes]] = deque()
    for chunk in _chunks(lines_of(stdin), rejects, progress):
        repeats = [window.observe(line.message) for line in chunk]
        pending.append(runner.submit(([line.message for line in chunk], [line.id for line in chunk], repeats)))
        while len(pending) > runner.most_pending:
            yield pending.popleft()()
    while pending:
        yield pending.popleft()()


def _chunks(lines: Iterator[tuple[int, bytes | None]], rejects: _Rejects, progress: _Progress) -> Iterator[list[Line]]:
    chunk: list[Line] = []
    for number, raw in lines:
        progress.advance(raw)
        try:
            line = parse(number, raw)
        except BadLine as bad:
            rejects.write(number, bad.reason, raw)
            continue
        if line is not None:
            chunk.append(line)
        if len(chunk) >= _CHUNK:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


_moderator: Moderator | None = None
"""One per worker process, made by `_start`."""


def _start(classifier: str) -> None:
    global _moderator
    from models import load_classifier

    _moderator = Moderator(load_classifier(classifier, threads=1))  # there is a process a core


def _assess(job: Job) -> bytes:
    messages, ids, repeats = job
    assert _moderator is not None  # noqa: S101 - set by the pool's initializer
    assessments = _moderator.assess(messages, None, repeats)
    return b"".join(_encoded(record(i, a)) for i, a in zip(ids, assessments, strict=True))


class _Runner(AbstractContextManager["_Runner"]):
    """Runs chunks here until there are enough of them to be worth a pool of processes."""

    def __init__(self, classifier: str, workers: int) -> None:
        _start(classifier)  # fails here, before anything is written, where the model is missing
        self._classifier = classifier
        self._workers = workers
        self._seen = 0
        self._pool: ProcessPoolExecutor | None = None

    @property
    def most_pending(self) -> int:
        """Chunks that may wait for their turn to be written."""
        return 2 * self._workers if self._pool else 0

    def submit(self, job: Job) -> Callable[[], bytes]:
        """Start a chunk; the returned function waits for its lines."""
        self._seen += len(job[0])
        if self._pool is None and self._workers > 1 and self._seen > _POOL_FROM:
            self._pool = ProcessPoolExecutor(
                self._workers, get_context("spawn"), initializer=_start, initargs=(self._classifier,)
            )
        if self._pool is None:
            return lambda: _assess(job)
        future: Future[bytes] = self._pool.submit(_assess, job)
        return future.result

    def __exit__(self, *_: object) -> None:
        if self._pool:
            self._pool.shutdown(cancel_futures=True)


def record(message_id: Any, assessment: Assessment) -> dict[str, Any]:
    """Return an output line: the fixed contract of the command."""
    return {
        "id": message_id,
        "decision": assessment.decision.value,
        "labels": [label.value for label in assessment.labels],
        "scores": {label.value: round(score, 6) for label, score in assessment.scores.items()},
        "measure": assessment.measure.value,
        "signals": [
            {
                "source": signal.source,
                "kind": signal.kind,
                "label": signal.label.value if signal.label else None,
                "score": round(signal.score, 6),
                "spans": [list(span) for span in signal.spans],
                "reason": signal.reason.zh,
                "reason_en": signal.reason.en,
            }
            for signal in assessment.signals
        ],
        "versions": {
            "model": assessment.versions.model,
            "policy": assessment.versions.policy,
            "rules": assessment.versions.rules,
        },
    }


def _encoded(line: dict[str, Any]) -> bytes:
    try:
        return json.dumps(line, ensure_ascii=False).encode() + b"\n"
    except UnicodeEncodeError:  # an id with a lone surrogate is still JSON when escaped
        return json.dumps(line).encode() + b"\n"


def _opened(path: str, mode: str) -> AbstractContextManager[Any]:
    if path != "-":
        return Path(path).open(mode)
    return _Borrowed(sys.stdin.buffer if "r" in mode else sys.stdout.buffer)


@dataclass
class _Borrowed(AbstractContextManager[Any]):
    stream: IO[bytes]

    def __enter__(self) -> IO[bytes]:
        return self.stream

    def __exit__(self, *_: object) -> None:
        pass


class _Rejects(AbstractContextManager["_Rejects"]):
    """Where bad lines go; the file is made when the first one comes, and an old one is removed."""

    def __init__(self, target: str) -> None:
        self.count = 0
        ordinary = target != "-" and (Path(target).is_file() or not Path(target).exists())
        self._path = rejects_path(Path(target)) if ordinary else None
        self._file: IO[bytes] | None = None
        if self._path is not None:
            self._path.unlink(missing_ok=True)

    @property
    def place(self) -> str:
        """Where to look."""
        return str(self._path) if self._path else "see above"

    def write(self, number: int, reason: str, raw: bytes | None) -> None:
        """Keep a bad line with its number and reason; `raw` is None for one too long to keep."""
        self.count += 1
        text = raw.decode("utf-8", "backslashreplace").rstrip("\r\n") if raw is not None else None
        line = _encoded({"line": number, "reason": reason, "raw": text})
        if self._path is None:
            sys.stderr.buffer.write(line)
            return
        if self._file is None:
            self._file = self._path.open("wb")
        self._file.write(line)

    def __exit__(self, *_: object) -> None:
        if self._file:
            self._file.close()


class _Progress(AbstractContextManager["_Progress"]):
    """A bar on a terminal; nothing elsewhere."""

    def __init__(self, stream: IO[bytes], source: str) -> None:
        self._bar: Any = None
        self._bytes = 0
        if sys.stderr.isatty():
            from rich.console import Console
            from rich.progress import BarColumn, DownloadColumn, Progress, TimeRemainingColumn

            self._bar = Progress(BarColumn(), DownloadColumn(), TimeRemainingColumn(), console=Console(stderr=True))
            total = Path(source).stat().st_size if source != "-" and Path(source).is_file() else None
            self._task = self._bar.add_task("classify", total=total)
            self._bar.start()

    def advance(self, raw: bytes | None) -> None:
        """Count a line that was read."""
        self._bytes += len(raw or b"")
        if self._bar and self._bytes >= 1 << 16:
            self._bar.advance(self._task, self._bytes)
            self._bytes = 0

    def __exit__(self, *_: object) -> None:
        if self._bar:
            self._bar.advance(self._task, self._bytes)
            self._bar.stop()
