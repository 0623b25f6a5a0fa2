"""Objects as GitHub's REST API gives them, as far as an import reads them."""

import gzip
import json
from pathlib import Path
from typing import Any


def github_issue(number: int, **over: Any) -> dict[str, Any]:
    return {
        "number": number,
        "repository_url": "https://api.github.com/repos/acme/Rocket-Parts",
        "title": f"Valve {number} leaks",
        "body": "It *drips*.\r\n\r\n- one\r\n- two",
        "user": {"login": "wile-e"},
        "author_association": "NONE",
        "state": "open",
        "state_reason": None,
        "created_at": "2024-03-01T10:00:00Z",
        "updated_at": "2024-03-05T10:00:00Z",
        "closed_at": None,
        "closed_by": None,
        "assignee": None,
        "labels": [],
        "comments": 3,
        **over,
    }


def closed(number: int, reason: str | None = "completed", **over: Any) -> dict[str, Any]:
    done = {"state": "closed", "state_reason": reason, "closed_at": "2024-03-04T09:30:00Z"}
    return github_issue(number, **{**done, "closed_by": {"login": "road-runner"}, **over})


def write_jsonl(path: Path, lines: list[dict[str, Any] | str]) -> Path:
    text = "\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines)
    data = f"{text}\n".encode()
    path.write_bytes(gzip.compress(data) if path.suffix == ".gz" else data)
    return path
