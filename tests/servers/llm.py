"""What an OpenAI-compatible endpoint says, on the scripted web server."""

from __future__ import annotations

import json
from typing import Any

from tests.servers import http

CHAT = "/v1/chat/completions"
JSON = {"Content-Type": "application/json"}


def says(web: http.Server, text: object, *, ended: str = "stop", tokens: int = 120) -> None:
    """Answer every question with a text."""
    web.reply(CHAT, body=completion(text, ended=ended, tokens=tokens), headers=JSON)


def completion(text: object, *, ended: str = "stop", tokens: int = 120) -> str:
    """Return the JSON of an answer."""
    return json.dumps({
        "id": "1", "object": "chat.completion",
        "choices": [{
            "index": 0, "finish_reason": ended,
            "message": {"role": "assistant", "content": text},
        }],
        "usage": {"total_tokens": tokens},
    })  # fmt: skip


def asked(web: http.Server) -> dict[str, Any]:
    """Return the last question as it was sent."""
    found: dict[str, Any] = json.loads(web.asked[-1].body)
    return found
