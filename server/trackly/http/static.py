"""The built client, served from the same origin: hashed files for a year, everything else anew each time."""

import os
from pathlib import Path

import anyio
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.responses import FileResponse, Response
from starlette.staticfiles import NotModifiedResponse, StaticFiles
from starlette.types import Scope

_FOR_EVER = "public, max-age=31536000, immutable"
_FRESH = "no-cache"
_PACKED = {"br": ".br", "gzip": ".gz"}
_RESERVED = ("api/", "docs", "redoc", "openapi.json", "livez", "readyz", "health", "metrics")
_HASHED = "_app/immutable/"
_KEPT_BYTES = 256 * 1024


class ClientFiles(StaticFiles):
    """A path of the client's own router answers with its one page; an unknown path below `/api` stays a 404.

    The build lies a smaller copy beside each text (`x.js.br`, `x.js.gz`): who accepts one gets it. A file that has its
    hash in its name never changes: once read it stays in memory, which costs less than half of asking the disk anew for
    each of the forty that a page is made of. That is 1 MB in all."""

    def __init__(self, folder: Path) -> None:
        super().__init__(directory=folder, html=True)
        self._kept: dict[tuple[str, frozenset[str]], tuple[bytes, dict[str, str]]] = {}

    async def get_response(self, path: str, scope: Scope) -> Response:
        asked = Headers(scope=scope)
        key = path, _accepted(asked.get("accept-encoding", ""))
        if (kept := self._kept.get(key)) and scope["method"] == "GET" and "range" not in asked:
            body, headers = kept
            response = Response(body, headers=headers)
            return NotModifiedResponse(response.headers) if self.is_not_modified(response.headers, asked) else response
        response = await self._from_disk(path, scope)
        is_hashed = path.startswith(_HASHED) and "." in path.rsplit("/", 1)[-1]  # without a dot it is the one page
        response.headers["Cache-Control"] = _FOR_EVER if is_hashed else _FRESH
        if is_hashed and isinstance(response, FileResponse) and int(response.headers["content-length"]) <= _KEPT_BYTES:
            self._kept[key] = await anyio.Path(response.path).read_bytes(), dict(response.headers)
        return response

    async def _from_disk(self, path: str, scope: Scope) -> Response:
        try:
            return await super().get_response(path, scope)
        except HTTPException as error:
            if error.status_code != 404 or path.startswith(_RESERVED) or "." in path.rsplit("/", 1)[-1]:
                raise
            return await super().get_response("index.html", scope)

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


def _accepted(header: str) -> frozenset[str]:
    """The encodings of packed copies that an Accept-Encoding names and does not refuse by `q=0`."""
    offers = (offer.replace(" ", "").lower().split(";q=") for offer in header.split(","))
    return frozenset(name for name, *weight in offers if name in _PACKED and (not weight or weight[0].strip("0.")))
