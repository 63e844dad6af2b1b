"""Drafts as lines of a file, one JSON object a post: for previews, for tests, and for programs that read along."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

from copilot.errors import InvalidInput
from copilot.ports import Destination, NotSent, Post


@dataclass(frozen=True, slots=True)
class FileSender:
    """Appends to `<folder>/<community>.jsonl`. A post whose key is there already is not written again."""

    folder: Path

    def send(self, post: Post, to: Destination) -> str:
        """Append the post and return its place; raises NotSent where the file cannot be opened."""
        path = self.folder / f"{_plain(post.community)}.jsonl"
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            if path.is_file() and any(post.key == key for key in _keys(path)):
                return f"{path.name}: there already"
            file = path.open("a", encoding="utf-8", errors="surrogatepass")
        except OSError as error:
            raise NotSent(f"the file cannot be opened: {error.strerror}") from error
        with file:
            place = file.tell()
            file.write(json.dumps(asdict(post), ensure_ascii=False, default=str) + "\n")
            file.flush()
            os.fsync(file.fileno())
        return f"{path.name}: {place}"

    def check(self, destination: Destination) -> None:
        """Raise InvalidInput for an address: where the files lie is the installation's to say."""
        if destination.address:
            raise InvalidInput("a file has no address; it lies in the folder that the settings name", param="address")


def _keys(path: Path) -> list[str]:
    """The keys of whole lines; one torn by a crash is none."""
    keys = []
    for line in path.read_text("utf-8", "surrogatepass").splitlines():
        try:
            keys.append(str(json.loads(line)["key"]))
        except (ValueError, KeyError, TypeError):
            continue
    return keys


def _plain(community: str) -> str:
    return "".join(c if c.isalnum() or c in "-_" else f"%{ord(c):02x}" for c in community)
