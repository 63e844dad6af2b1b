"""Ways out for drafts: a signed webhook, and a file for previews and tests."""

from copilot.adapters.channels.file import FileSender
from copilot.adapters.channels.webhook import WebhookSender, signature

__all__ = ["FileSender", "WebhookSender", "signature"]
