"""Every error the domain raises.

CopilotError
├── InvalidInput        the caller's data is wrong; `param` names the field
├── NotFound            a community, message or key that does not exist
├── Conflict            it exists already, or changed meanwhile
├── ModelUnavailable    a classifier or encoder could not be loaded or failed
│   ├── ArtifactError   an artefact is missing, torn or not what its manifest says
│   └── GenerationFailed  a language model gave no answer; `retryable` says whether it may later
└── StoreUnavailable    the database did not answer; worth retrying
"""

from __future__ import annotations


class CopilotError(Exception):
    """Base of all; `param` names the offending field where there is one."""

    def __init__(self, message: str, *, param: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.param = param


class InvalidInput(CopilotError):
    """The caller's data is wrong."""


class NotFound(CopilotError):
    """What was asked for does not exist."""


class Conflict(CopilotError):
    """It exists already, or was changed by somebody else meanwhile."""


class ModelUnavailable(CopilotError):
    """A model could not be loaded or failed while running."""


class ArtifactError(ModelUnavailable):
    """A model's folder is missing, torn, or not what its manifest says."""


class GenerationFailed(ModelUnavailable):
    """A language model gave no answer. `retryable` is true where the same prompt may succeed later.

    `retry_after` is how many seconds its server asked to wait, None where it did not say. `asked` is false where the
    model surely did not read the prompt, so that it cannot have cost anything.
    """

    def __init__(self, message: str, *, retryable: bool, retry_after: float | None = None, asked: bool = True) -> None:
        super().__init__(message)
        self.retryable = retryable
        self.retry_after = retry_after
        self.asked = asked


class StoreUnavailable(CopilotError):
    """The database did not answer; the same call may succeed later."""
