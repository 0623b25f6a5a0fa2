"""The check of a webhook's signature that the user's guide shows, against what is sent."""

import re
import runpy
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from trackly.notifications.webhook_calls import signature

GUIDE = Path(__file__).parents[3] / "docs/user/reports.md"
Check = Callable[[str, dict[str, str], bytes], bool]
BODY = b'{"type":"report.ready","data":{"rows":3}}'


@pytest.fixture
def is_genuine(tmp_path: Path) -> Check:
    shown = re.search(r"```python\n(.*?)```", GUIDE.read_text(), re.DOTALL)
    assert shown is not None
    place = tmp_path / "shown.py"
    place.write_text(shown[1])
    found: Check = runpy.run_path(str(place))["is_genuine"]
    return found


def headers(secret: str, age_s: int = 0) -> dict[str, str]:
    moment = int(time.time()) - age_s
    return {
        "webhook-id": "msg_1",
        "webhook-timestamp": str(moment),
        "webhook-signature": signature(secret, "msg_1", moment, BODY),
    }


@pytest.mark.parametrize("secret", ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "any text of at least 24 characters"])
def test_what_the_guide_shows_checks_what_is_sent(is_genuine: Check, secret: str) -> None:
    assert is_genuine(secret, headers(secret), BODY)
    assert not is_genuine(secret, headers(secret), BODY + b" ")
    assert not is_genuine(secret, headers(secret, age_s=600), BODY)
    assert not is_genuine(secret + "x" * 4, headers(secret), BODY)
