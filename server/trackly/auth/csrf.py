"""Did a request with a cookie come from our own pages? The browser says so itself: no token to carry around."""

from collections.abc import Mapping, Sequence

from trackly.auth.errors import CrossSiteRefused

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_OWN = ("same-origin", "none")
_BODIES = ("application/json", "multipart/form-data")


def ensure_own_page(headers: Mapping[str, str], origins: Sequence[str]) -> None:
    """For a cookie on an unsafe method. Raises CrossSiteRefused.

    `Sec-Fetch-Site` is enough when it says so, else `Origin` must be one of ours; a body must be JSON or multipart."""
    if headers.get("sec-fetch-site") not in _OWN and not _is_ours(headers, origins):
        raise CrossSiteRefused
    body = headers.get("content-type")
    if body is not None and body.partition(";")[0].strip().lower() not in _BODIES:
        raise CrossSiteRefused("A body must be JSON or multipart.")


def ensure_not_cross_site(headers: Mapping[str, str], origins: Sequence[str]) -> None:
    """For a login, which uses no cookie: programs send neither header and are let in, other sites' pages are not."""
    site = headers.get("sec-fetch-site")
    unmarked = site is None and "origin" not in headers
    if not (unmarked or site in _OWN or _is_ours(headers, origins)):
        raise CrossSiteRefused


def _is_ours(headers: Mapping[str, str], origins: Sequence[str]) -> bool:
    """Whether the page is at one of `origins`, or at the very host that it talks to, in the scheme of the first."""
    origin = headers.get("origin", "")
    scheme, _, host = origin.partition("://")
    own_host = host != "" and host == headers.get("host")
    return origin in origins or (own_host and scheme == origins[0].partition("://")[0])
