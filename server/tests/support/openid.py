"""A real OpenID provider beside the tests, in its own process, and a browser that signs in there."""

import json
import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urljoin, urlsplit

from tests.support.http import http
from tests.support.npm import installed, node
from tests.support.server import free_port

CLIENT_ID, CLIENT_SECRET = "trackly-tests", "the-provider-knows-this-one"
CALLBACK = "http://127.0.0.1:8000/api/auth/google/callback"
PEOPLE: Mapping[str, Mapping[str, Any]] = {
    "1001": {"email": "Ada.Admin@example.com", "email_verified": True, "name": "Ada at the provider"},
    "1002": {"email": "new@allowed.example", "email_verified": True, "name": "Nia New"},
    "1003": {"email": "stranger@elsewhere.example", "email_verified": True, "name": "Sid Stranger"},
    "1004": {"email": "unverified@allowed.example", "email_verified": False, "name": "Una Unverified"},
    "1005": {"email": "ada.admin@example.com", "email_verified": True, "name": "Not Ada"},
    "1006": {"email": "x@sub.allowed.example", "email_verified": True, "name": "Sub Domain"},
}


@dataclass
class OpenIdServer:
    """The provider, until `stop`. `claims_in_token`: mail address and name are in the ID token, as Google does it."""

    claims_in_token: bool
    port: int = 0
    _process: subprocess.Popen[str] | None = None

    @property
    def settings(self) -> dict[str, str]:
        return {
            "GOOGLE_CLIENT_ID": CLIENT_ID,
            "GOOGLE_CLIENT_SECRET": CLIENT_SECRET,
            "GOOGLE_DISCOVERY_URL": f"http://127.0.0.1:{self.port}/.well-known/openid-configuration",
            "GOOGLE_ALLOWED_DOMAINS": "allowed.example",
        }

    def start(self) -> "OpenIdServer":
        self.port = free_port()
        folder = installed(Path(__file__).with_name("oidc_provider"))
        options = {
            "port": self.port,
            "people": PEOPLE,
            "client": {"id": CLIENT_ID, "secret": CLIENT_SECRET},
            "redirect": CALLBACK,
            "claimsInToken": self.claims_in_token,
        }
        command = [str(node()), str(folder / "provider.mjs"), json.dumps(options)]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        said = []
        assert self._process.stdout is not None
        for line in self._process.stdout:
            said.append(line)
            if line.strip() == "ready":
                return self
        raise RuntimeError(f"the OpenID provider did not start:\n{''.join(said)}")

    def stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None


async def sign_in_there(authorization_url: str, sub: str) -> str:
    """Be `sub` at the provider, agree to everything; returns the address that the provider sends the browser to."""
    async with http() as browser:
        url, answer = authorization_url, await browser.get(authorization_url)
        for _ in range(12):
            while answer.is_redirect:
                url = urljoin(url, answer.headers["location"])
                if url.startswith(CALLBACK):
                    return url
                answer = await browser.get(url)
            prompt = re.search(r'name="prompt" value="(\w+)"', answer.text)
            assert prompt, f"{answer.status_code} at {url}: {answer.text[:2000]}"
            form = {"prompt": prompt[1], "login": sub, "password": "any"}
            answer = await browser.post(url, data=form)
    raise AssertionError(f"the provider never sent the browser back; last at {url}")


def query_of(url: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
