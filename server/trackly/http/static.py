"""The built client, served from the same origin: hashed files for a year, everything else anew each time."""

from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

_FOR_EVER = "public, max-age=31536000, immutable"
_FRESH = "no-cache"
_RESERVED = ("api/", "docs", "redoc", "openapi.json", "livez", "readyz", "health", "metrics")


class ClientFiles(StaticFiles):
    """A path of the client's own router answers with its one page; an unknown path below `/api` stays a 404."""

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
