"""`/docs` and `/redoc`, with their scripts from our own origin: they work offline, and under the same policy."""

import base64
import hashlib
import re

from fastapi import FastAPI
from fastapi.openapi.docs import get_redoc_html, get_swagger_ui_html
from starlette.requests import Request
from starlette.responses import HTMLResponse

_INLINE = re.compile(r"<script>(.*?)</script>", re.DOTALL)
_ICON = "/favicon.svg"


def install_docs(app: FastAPI) -> None:
    """The pages of the API's description; the scripts are among the client's files (`/vendor`)."""

    async def swagger(_: Request) -> HTMLResponse:
        return _page(
            get_swagger_ui_html(
                openapi_url="/openapi.json",
                title="Trackly API",
                swagger_js_url="/vendor/swagger-ui-bundle.js",
                swagger_css_url="/vendor/swagger-ui.css",
                swagger_favicon_url=_ICON,
                swagger_ui_parameters={"docExpansion": "none", "defaultModelsExpandDepth": 0, "filter": True},
            )
        )

    async def redoc(_: Request) -> HTMLResponse:
        return _page(
            get_redoc_html(
                openapi_url="/openapi.json",
                title="Trackly API",
                redoc_js_url="/vendor/redoc.standalone.js",
                redoc_favicon_url=_ICON,
                with_google_fonts=False,
            )
        )

    app.add_route("/docs", swagger, include_in_schema=False)
    app.add_route("/redoc", redoc, include_in_schema=False)


def _page(page: HTMLResponse) -> HTMLResponse:
    """Allow exactly the page's own inline script, and the inline styles that these tools set."""
    text = bytes(page.body).decode()
    hashes = " ".join(
        f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'"
        for script in _INLINE.findall(text)
    )
    page.headers["Content-Security-Policy"] = (
        f"default-src 'none'; script-src 'self' {hashes}; style-src 'self' 'unsafe-inline'; img-src 'self' data:;"
        " font-src 'self'; connect-src 'self'; worker-src blob:; frame-ancestors 'none'; base-uri 'none'"
    )
    return page
