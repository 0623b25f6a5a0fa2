"""Which requests come from our own pages, what the cookies look like, and where a sign-in may lead."""

import pytest

from trackly.auth.cookies import Cookies
from trackly.auth.csrf import ensure_not_cross_site, ensure_own_page
from trackly.auth.errors import CrossSiteRefused
from trackly.auth.schemas import Entry
from trackly.auth.sign_in import safe_path
from trackly.auth.throttle import address_of
from trackly.users.facade import Role, UserOut

ORIGINS = ("https://issues.example.com", "http://127.0.0.1:8000")
JSON = {"content-type": "application/json"}


def allowed(check, **headers: str) -> bool:
    try:
        check({name.replace("_", "-"): value for name, value in headers.items()}, ORIGINS)
    except CrossSiteRefused:
        return False
    return True


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"sec_fetch_site": "same-origin"}, True),
        ({"sec_fetch_site": "none"}, True),
        ({"sec_fetch_site": "same-site"}, False),
        ({"sec_fetch_site": "cross-site"}, False),
        ({"sec_fetch_site": "cross-site", "origin": "https://evil.example"}, False),
        ({"sec_fetch_site": "same-site", "origin": "https://issues.example.com"}, True),
        ({"origin": "https://issues.example.com"}, True),
        ({"origin": "https://issues.example.com.evil.example"}, False),
        ({"origin": "https://issues.example.com@evil.example"}, False),
        ({"origin": "http://issues.example.com"}, False),
        ({"origin": "null"}, False),
        ({"origin": ""}, False),
        ({"origin": "https://[bad", "host": "issues.example.com"}, False),
        ({"origin": "https://other.example.com", "host": "other.example.com"}, True),
        ({"origin": "http://other.example.com", "host": "other.example.com"}, False),
        ({"origin": "https://other.example.com:8443", "host": "other.example.com"}, False),
        ({"origin": "http://127.0.0.1:8000"}, True),
        ({"origin": "http://localhost:8000", "host": "localhost:8000"}, False),
        ({"referer": "https://issues.example.com/"}, False),
        ({}, False),
    ],
)
def test_a_cookie_works_from_our_own_pages_only(headers: dict[str, str], expected: bool) -> None:
    assert allowed(ensure_own_page, **headers) is expected


@pytest.mark.parametrize(
    ("content_type", "expected"),
    [
        ("application/json", True),
        ("application/json; charset=utf-8", True),
        ("Multipart/Form-Data; boundary=x", True),
        ("text/plain", False),
        ("application/x-www-form-urlencoded", False),
        ("text/plain; application/json", False),
        ("", False),
    ],
)
def test_a_body_is_json_or_multipart(content_type: str, expected: bool) -> None:
    assert allowed(ensure_own_page, sec_fetch_site="same-origin", content_type=content_type) is expected


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({}, True),
        ({"sec_fetch_site": "same-origin"}, True),
        ({"sec_fetch_site": "cross-site"}, False),
        ({"sec_fetch_site": "same-site"}, False),
        ({"origin": "https://evil.example"}, False),
        ({"origin": "null"}, False),
        ({"origin": "https://issues.example.com"}, True),
    ],
)
def test_a_login_is_refused_from_other_sites_only(headers: dict[str, str], expected: bool) -> None:
    assert allowed(ensure_not_cross_site, **headers) is expected


def an_entry() -> Entry:
    fields = {"id": 1, "email": "a@b.c", "name": "A", "role": Role.ADMIN, "active": True, "version": 1}
    return Entry(UserOut.model_validate({**fields, "created_at": "2026-11-20T00:00:00Z"}), "access", "refresh")


def test_cookies_on_https() -> None:
    access, refresh = (value.decode() for _, value in Cookies(True, 1800, 604_800).of(an_entry()))
    assert access == "__Host-trackly_access=access; Max-Age=1800; Path=/; HttpOnly; SameSite=Lax; Secure"
    assert refresh == "__Host-trackly_refresh=refresh; Max-Age=604800; Path=/; HttpOnly; SameSite=Lax; Secure"


def test_cookies_on_plain_http_of_this_machine() -> None:
    access, _ = (value.decode() for _, value in Cookies(False, 1800, 604_800).of(an_entry()))
    assert access == "trackly_access=access; Max-Age=1800; Path=/; HttpOnly; SameSite=Lax"


def test_cookies_are_taken_back_under_the_same_attributes() -> None:
    assert [value.decode() for _, value in Cookies(True, 1, 1).none()] == [
        "__Host-trackly_access=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax; Secure",
        "__Host-trackly_refresh=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax; Secure",
    ]


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/issues/TRK-1?tab=files#x", "/issues/TRK-1?tab=files#x"),
        ("/", "/"),
        ("//evil.example", "/"),
        ("/\\evil.example", "/"),
        ("https://evil.example", "/"),
        ("javascript:alert(1)", "/"),
        ("/a\r\nSet-Cookie: x=y", "/"),
        ("", "/"),
        ("/é", "/"),
        ("/" + "a" * 600, "/"),
    ],
)
def test_a_sign_in_leads_to_our_own_pages(path: str, expected: str) -> None:
    assert safe_path(path) == expected


@pytest.mark.parametrize(
    ("ip", "expected"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("", ""),
        ("not an address", "not an address"),
    ],
)
def test_who_counts_as_one_address(ip: str, expected: str) -> None:
    assert address_of(ip) == expected
