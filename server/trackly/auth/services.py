"""What logins need to work, made once for each process from settings and passed in."""

from dataclasses import dataclass, field
from typing import Self

from sqlalchemy.ext.asyncio import AsyncEngine

from trackly.auth.cookies import Cookies
from trackly.auth.provider import IdentityProvider, ProviderSettings
from trackly.auth.schemas import DemoOffer, DemoPerson, GoogleOffer, Providers
from trackly.auth.tokens import TokenSigner
from trackly.events.unit_of_work import UnitsOfWork
from trackly.kit.clock import Clock
from trackly.kit.db import Database, open_for_statements
from trackly.users.facade import Passwords

IDENTITY_POOL = 4
API_TOKEN_PREFIX = "trk_"  # noqa: S105 - how they begin, so that people and scanners know them


@dataclass(frozen=True)
class AuthSettings:
    """`keys`: the first signs, all are accepted. `origins`: the addresses at which people open Trackly; the first one
    is where the identity provider sends them back to. `demo`: None outside demo mode."""

    keys: tuple[str, ...] = field(repr=False)
    origins: tuple[str, ...]
    secure_cookies: bool
    access_s: int = 30 * 60
    refresh_s: int = 7 * 24 * 3600
    provider: ProviderSettings | None = None
    demo: tuple[DemoPerson, ...] | None = None


@dataclass(frozen=True)
class AuthServices:
    """`identities` is a small pool of its own: who asks is found out even while every other connection is taken, and
    a request that holds one connection never waits for a second of the same pool. Its statements commit one by one."""

    settings: AuthSettings
    signer: TokenSigner
    cookies: Cookies
    passwords: Passwords
    database: Database
    identities: AsyncEngine
    work: UnitsOfWork
    clock: Clock
    provider: IdentityProvider | None

    @classmethod
    def build(cls, settings: AuthSettings, work: UnitsOfWork) -> Self:
        """Raises ValueError when a key is missing or weak."""
        provider = _provider(settings.provider) if settings.provider else None
        return cls(
            settings=settings,
            signer=TokenSigner.of(settings.keys, settings.access_s),
            cookies=Cookies(settings.secure_cookies, settings.access_s, settings.refresh_s),
            passwords=Passwords(),
            database=work.database,
            identities=open_for_statements(
                work.database.url, pool_size=IDENTITY_POOL, application_name="trackly-identity"
            ),
            work=work,
            clock=work.clock,
            provider=provider,
        )

    @property
    def offers(self) -> Providers:
        """What the login page shows."""
        provider, demo = self.settings.provider, self.settings.demo
        return Providers(
            google=GoogleOffer(enabled=provider is not None, name=provider.name if provider else "Google"),
            demo=None if demo is None else DemoOffer(people=list(demo)),
        )

    async def close(self) -> None:
        await self.identities.dispose()


def _provider(settings: ProviderSettings) -> IdentityProvider:
    from trackly.auth.google import OpenIdProvider  # with Authlib and httpx; not part of every start

    return OpenIdProvider(settings)
