"""The built client, served from the same origin: hashed files for a year, everything else anew each time."""

import os
from pathlib import Path

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

_FOR_EVER = "public, max-age=31536000, immutable"
_FRESH = "no-cache"
_PACKED = {"br": ".br", "gzip": ".gz"}
_RESERVED = ("api/", "docs", "redoc", "openapi.json", "livez", "readyz", "health", "metrics")


class ClientFiles(StaticFiles):
    """A path of the client's own router answers with its one page; an unknown path below `/api` stays a 404.

    The build lies a smaller copy beside each text (`x.js.br`, `x.js.gz`): who accepts one gets it."""

    def __init__(self, folder: Path) -> None:
        super().__init__(directory=folder, html=True)

    async def get_response(self, path: str, scope: Scope) -> Response:
        try:
            response = await super().get_response(path, scope)
        except HTTPException as error:
            if error.status_code != 404 or path.startswith(_RESERVED) or "." in path.rsplit("/", 1)[-1]:
                raise
            response = await super().get_response("index.html", scope)
        response.headers["Cache-Control"] = _FOR_EVER if "/immutable/" in scope["path"] else _FRESH
        return response

    def file_response(
        self, full_path: str | os.PathLike[str], stat_result: os.stat_result, scope: Scope, status_code: int = 200
    ) -> Response:
        accepted = _accepted(Headers(scope=scope).get("accept-encoding", ""))
        for encoding, ending in _PACKED.items():
            packed = Path(f"{os.fspath(full_path)}{ending}")
            if encoding in accepted and packed.is_file():
                response = super().file_response(packed, packed.stat(), scope, status_code)
                response.headers["Content-Encoding"] = encoding
                break
        else:
            response = super().file_response(full_path, stat_result, scope, status_code)
        response.headers.add_vary_header("Accept-Encoding")
        return response


def _accepted(header: str) -> set[str]:
    """The encodings that an Accept-Encoding names and does not refuse by `q=0`."""
    offers = (offer.replace(" ", "").lower().split(";q=") for offer in header.split(","))
    return {name for name, *weight in offers if not weight or weight[0].strip("0.")}
