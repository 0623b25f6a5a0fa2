"""Forged tokens: every way in that python-jose leaves open, and the ones that it does not."""

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from jose import jwt

from trackly.auth.errors import NotAuthenticated
from trackly.auth.tokens import MAX_BYTES, TokenSigner

KEY, OLD_KEY = "kC9pX2vQ7mB4wZ8nL1tR6yF3hJ5dG0sA", "uE4oV8iT2qY6rW1zN9xM5bC3lK7jH0fD"
NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
SESSION = uuid4()
SIGNER = TokenSigner.of([KEY], 1800)


def b64(value: Any) -> str:
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def good_claims(**over: Any) -> dict[str, Any]:
    at = int(NOW.timestamp())
    claims = {
        "iss": "trackly",
        "aud": "trackly-api",
        "exp": at + 1800,
        "iat": at,
        "nbf": at,
        "sub": "7",
        "sid": str(SESSION),
        "jti": "a1b2",
    }
    return {name: value for name, value in {**claims, **over}.items() if value is not ...}


def signed(claims: Any, *, header: Any = None, key: bytes = KEY.encode(), digest: Any = hashlib.sha256) -> str:
    """A token with a true signature, whatever it says: only our own checks can refuse it."""
    header = {"alg": "HS256", "typ": "JWT", "kid": SIGNER.signing} if header is None else header
    signing_input = f"{b64(header)}.{b64(claims)}"
    return f"{signing_input}.{b64(hmac.new(key, signing_input.encode(), digest).digest())}"


def refused(token: str, now: datetime = NOW, signer: TokenSigner = SIGNER) -> bool:
    with pytest.raises(NotAuthenticated):
        signer.verify(token, now)
    return True


def test_a_token_of_ours_says_who_and_which_session() -> None:
    claims = SIGNER.verify(SIGNER.issue(7, SESSION, NOW), NOW)
    assert (claims.user_id, claims.session_id) == (7, SESSION)
    assert claims.expires_at == NOW + timedelta(minutes=30)
    assert SIGNER.verify(signed(good_claims()), NOW) == claims


def test_it_is_good_for_its_time_only() -> None:
    token = SIGNER.issue(7, SESSION, NOW)
    assert SIGNER.verify(token, NOW + timedelta(seconds=1799)).user_id == 7
    assert SIGNER.verify(token, NOW - timedelta(seconds=4)).user_id == 7, (
        "another server's clock may be behind a little"
    )
    assert refused(token, NOW + timedelta(seconds=1800))
    assert refused(token, NOW - timedelta(seconds=6))


@pytest.mark.parametrize("missing", ["iss", "aud", "exp", "iat", "nbf", "sub", "sid", "jti"])
def test_every_claim_is_required(missing: str) -> None:
    assert refused(signed(good_claims(**{missing: ...})))


@pytest.mark.parametrize(
    "over",
    [
        {"iss": "somebody"}, {"iss": ["trackly"]}, {"aud": "another-api"}, {"aud": ["trackly-api"]}, {"aud": None},
        {"exp": "1800000000"}, {"exp": 1e12}, {"exp": True}, {"exp": None}, {"exp": int("9" * 400)}, {"iat": "0"},
        {"iat": 1.5}, {"nbf": False}, {"nbf": int(NOW.timestamp()) + 60}, {"iat": int(NOW.timestamp()) + 60},
        {"sub": 7}, {"sub": ""}, {"sub": "0"}, {"sub": "-1"}, {"sub": "7 "}, {"sub": "٧"}, {"sub": "9" * 30},
        {"sub": "1 OR 1=1"}, {"sid": ""}, {"sid": 5}, {"sid": "not-a-uuid"}, {"sid": str(SESSION).upper()},
        {"sid": f"urn:uuid:{SESSION}"}, {"jti": ""}, {"jti": 1}, {"role": "ADMIN"}, {"at_hash": "x"},
    ],
)  # fmt: skip
def test_claims_of_another_kind_are_refused_although_signed(over: dict[str, Any]) -> None:
    assert refused(signed(good_claims(**over)))


@pytest.mark.parametrize(
    "header",
    [
        {"alg": "none", "typ": "JWT", "kid": SIGNER.signing},
        {"alg": "HS512", "typ": "JWT", "kid": SIGNER.signing},
        {"alg": "RS256", "typ": "JWT", "kid": SIGNER.signing},
        {"alg": "hs256", "typ": "JWT", "kid": SIGNER.signing},
        {"alg": "HS256", "typ": "JWT"},
        {"alg": "HS256", "kid": SIGNER.signing},
        {"alg": "HS256", "typ": "jwt", "kid": SIGNER.signing},
        {"alg": "HS256", "typ": "JWT", "kid": "unknown"},
        {"alg": "HS256", "typ": "JWT", "kid": ""},
        {"alg": "HS256", "typ": "JWT", "kid": None},
        {"alg": "HS256", "typ": "JWT", "kid": ["x"]},
        {"alg": "HS256", "typ": "JWT", "kid": "../../dev/null"},
        {"alg": "HS256", "typ": "JWT", "kid": SIGNER.signing, "crit": ["exp"]},
        {"alg": "HS256", "typ": "JWT", "kid": SIGNER.signing, "jku": "https://evil.example/keys"},
        {"alg": "HS256", "typ": "JWT", "kid": SIGNER.signing, "jwk": {"kty": "oct", "k": "AA"}},
        [], "text", 7, None,
    ],
)  # fmt: skip
def test_the_header_is_exactly_ours(header: Any) -> None:
    assert refused(signed(good_claims(), header=header if header is not None else 0))


def test_other_signatures_are_refused() -> None:
    good = signed(good_claims())
    head, body, signature = good.split(".")
    assert refused(signed(good_claims(), key=b"another key of some thirty-two bytes"))
    assert refused(signed(good_claims(), key=b""))
    assert refused(signed(good_claims(), digest=hashlib.sha512))
    assert refused(f"{head}.{b64(good_claims(sub='1'))}.{signature}")
    assert refused(f"{head}.{body}.")
    assert refused(f"{head}.{body}")
    assert refused(f"{head}.{body}.{signature}.{signature}")
    assert refused(f"{head}.{body}.{'A' * len(signature)}")


@pytest.mark.parametrize(
    "noise", ["", " ", "a.b.c", "..", "null", "trk_x", "\x00", "é.é.é", "a" * 3000, ".".join("abcde")]
)
def test_noise_is_refused(noise: str) -> None:
    assert refused(noise)


@pytest.mark.parametrize("wrap", [" {}", "{} ", "{}\n", "{}=", "\ufeff{}"])
def test_no_character_more(wrap: str) -> None:
    assert refused(wrap.format(signed(good_claims())))


def test_a_nested_header_is_refused_before_it_is_read() -> None:
    """python-jose 3.5.0 raises RecursionError on it, before it looks at the signature."""
    header = b"[" * 100_000
    assert refused(f"{b64(header)}.{b64(good_claims())}.AAAA")
    assert refused(f"{b64(b'[' * 1500)}.e30.AAAA")
    assert refused(f"{b64({'alg': 'HS256'})}.{b64(b'[' * 1400)}.AAAA")


def test_length_is_limited_although_signed() -> None:
    assert refused(signed(good_claims(jti="x" * MAX_BYTES)))


def test_a_body_that_is_no_object_is_refused() -> None:
    bodies: list[Any] = [[], "text", 5, None, b"\xff\xfe", b"{"]
    for body in bodies:
        assert refused(signed(body if body is not None else "null"))


def test_two_keys_while_one_replaces_the_other() -> None:
    before, during = TokenSigner.of([OLD_KEY], 1800), TokenSigner.of([KEY, OLD_KEY], 1800)
    old = before.issue(7, SESSION, NOW)
    assert during.verify(old, NOW).user_id == 7
    assert SIGNER.verify(during.issue(7, SESSION, NOW), NOW).user_id == 7
    assert refused(old), "once the old key is gone"
    swapped = signed(good_claims(), key=OLD_KEY.encode())
    assert refused(swapped, signer=during), "signed by one key, naming the other"


@pytest.mark.parametrize("keys", [[], [""], ["short"], ["a" * 64], ["secret" * 8], [KEY, "weak"], ["0123456789" * 4]])
def test_a_weak_key_is_refused(keys: list[str]) -> None:
    with pytest.raises(ValueError, match=r"random bytes|missing"):
        TokenSigner.of(keys, 1800)


def test_a_key_never_shows() -> None:
    assert KEY not in SIGNER.issue(7, SESSION, NOW)
    assert KEY not in repr(jwt.get_unverified_header(SIGNER.issue(7, SESSION, NOW)))
    assert SIGNER.signing not in hashlib.sha256(KEY.encode()).hexdigest()


def test_a_token_that_is_known_opens_nothing_else() -> None:
    token = SIGNER.issue(7, SESSION, NOW)
    assert SIGNER.verify(token, NOW) is SIGNER.verify(token, NOW + timedelta(minutes=29)), "it is read once"
    assert refused(token, NOW + timedelta(minutes=30)), "its time is looked at each time"
    assert refused(token, signer=TokenSigner.of([OLD_KEY], 1800)), "another signer has not seen it"
    start, signature = token.rsplit(".", 1)
    for other in (signature[:-1], signature.swapcase(), signature[::-1], "A" * len(signature)):
        assert refused(f"{start}.{other}")
    assert refused(f"{token} ")
