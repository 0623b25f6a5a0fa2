"""The identity provider: Google, or another that speaks OpenID Connect. By Authlib, with time limits."""

import asyncio
import ssl
import warnings
from dataclasses import dataclass, field
from functools import cache
from time import monotonic
from typing import Any

import httpx
from authlib.integrations.base_client import OAuthError
from authlib.integrations.base_client.async_openid import AsyncOpenIDMixin
from joserfc.errors import JoseError

from trackly.auth.errors import ProviderRefused
from trackly.auth.provider import Identity, ProviderSettings

with warnings.catch_warnings():  # Authlib would rather have httpx2, and says so on import
    warnings.simplefilter("ignore")
    from authlib.deprecate import AuthlibDeprecationWarning

    warnings.simplefilter("ignore", AuthlibDeprecationWarning)
    from authlib.integrations.httpx_client import AsyncOAuth2Client

_SCOPE = "openid email profile"
_TIMEOUT = httpx.Timeout(5, connect=3)
_WHOLE_TIMEOUT_S = 12
_SIGNATURES = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
_NEEDED = ("issuer", "authorization_endpoint", "token_endpoint", "jwks_uri")
_CLOCKS_DIFFER_S = 60
_KEPT_S = 3600


@dataclass
class OpenIdProvider(AsyncOpenIDMixin):
    """The IdentityProvider that speaks OpenID Connect."""

    settings: ProviderSettings
    server_metadata: dict[str, Any] = field(default_factory=dict)
    read_at: float = 0

    @property
    def client_id(self) -> str:
        return self.settings.client_id

    async def authorization_url(self, redirect_uri: str, state: str, nonce: str, code_verifier: str) -> str:
        metadata: dict[str, Any] = await self._reached(self.load_server_metadata())
        async with self._get_session(redirect_uri) as session:
            url, _ = session.create_authorization_url(
                metadata["authorization_endpoint"], state=state, nonce=nonce, code_verifier=code_verifier
            )
        return str(url)

    async def identity(self, redirect_uri: str, code: str, code_verifier: str, nonce: str) -> Identity:
        identity: Identity = await self._reached(self._exchange(redirect_uri, code, code_verifier, nonce))
        return identity

    async def load_server_metadata(self) -> dict[str, Any]:
        """The provider's own description. Read anew every hour, and its keys with it."""
        if not self.server_metadata or monotonic() - self.read_at > _KEPT_S:
            async with self._get_session() as session:
                answer = await session.request("GET", self.settings.discovery_url, withhold_token=True)
            answer.raise_for_status()
            metadata: dict[str, Any] = answer.json()
            if not all(isinstance(metadata[name], str) for name in _NEEDED):
                raise ValueError("not the description of a provider")
            offered = metadata.get("id_token_signing_alg_values_supported") or ["RS256"]
            metadata["id_token_signing_alg_values_supported"] = [alg for alg in offered if alg in _SIGNATURES]
            self.server_metadata, self.read_at = metadata, monotonic()
        return self.server_metadata

    async def _exchange(self, redirect_uri: str, code: str, code_verifier: str, nonce: str) -> Identity:
        metadata = await self.load_server_metadata()
        async with self._get_session(redirect_uri) as session:
            token = await session.fetch_token(
                metadata["token_endpoint"], grant_type="authorization_code", code=code, code_verifier=code_verifier
            )
            required = {
                "iss": {"essential": True, "value": metadata["issuer"]},
                "aud": {"essential": True, "value": self.client_id},
                "nonce": {"essential": True, "value": nonce},
            }
            claims = await self.parse_id_token(  # type: ignore[no-untyped-call]
                token, nonce, required, leeway=_CLOCKS_DIFFER_S
            )
            if claims is None:
                raise ProviderRefused("provider_refused")
            about = dict(claims)
            if "email" not in about:
                about |= await self._user_info(session, metadata, about["sub"])
        email = str(about.get("email", ""))
        name = str(about.get("name") or email.partition("@")[0]).strip()[:100]
        return Identity(about["iss"], about["sub"], email, about.get("email_verified") is True, name or "?")

    async def _user_info(self, session: Any, metadata: dict[str, Any], subject: str) -> dict[str, Any]:
        """For providers that keep the mail address out of the signed answer. It must be about the same person."""
        answer = await session.get(metadata["userinfo_endpoint"])
        answer.raise_for_status()
        about = answer.json()
        if about.get("sub") != subject:
            raise ProviderRefused("provider_refused")
        return {key: about[key] for key in ("email", "email_verified", "name") if key in about}

    async def _reached(self, work: Any) -> Any:
        try:
            async with asyncio.timeout(_WHOLE_TIMEOUT_S):
                return await work
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError):
            raise ProviderRefused("provider_down") from None
        except (OAuthError, JoseError, ValueError, KeyError, TypeError, AttributeError):
            raise ProviderRefused("provider_refused") from None

    def _get_session(self, redirect_uri: str | None = None) -> Any:
        return AsyncOAuth2Client(
            self.client_id,
            self.settings.client_secret,
            scope=_SCOPE,
            redirect_uri=redirect_uri,
            code_challenge_method="S256",
            timeout=_TIMEOUT,
            verify=_trusted(),
        )


@cache
def _trusted() -> ssl.SSLContext:
    """The authorities that httpx trusts. Reading them takes 20 ms, more than the rest of a sign-in."""
    return httpx.create_ssl_context()
