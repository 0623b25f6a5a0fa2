"""What signing in needs of an identity provider. `google.py` is the one there is, loaded where it is configured."""

from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True)
class ProviderSettings:
    """`allowed_domains`: whose people may come without having been invited, as reporters."""

    client_id: str
    client_secret: str = field(repr=False)
    discovery_url: str = "https://accounts.google.com/.well-known/openid-configuration"
    allowed_domains: tuple[str, ...] = ()
    name: str = "Google"


@dataclass(frozen=True, slots=True)
class Identity:
    """Who the provider says it is. `issuer` and `subject` together never change; a mail address may."""

    issuer: str
    subject: str
    email: str
    email_verified: bool
    name: str

    @property
    def domain(self) -> str:
        return self.email.rpartition("@")[2].lower()


class IdentityProvider(Protocol):
    """Every trouble with the provider is a ProviderRefused: `provider_down` or `provider_refused`."""

    async def authorization_url(self, redirect_uri: str, state: str, nonce: str, code_verifier: str) -> str:
        """Where to send the browser."""
        ...

    async def identity(self, redirect_uri: str, code: str, code_verifier: str, nonce: str) -> Identity:
        """Who the code stands for: exchanged with the verifier, signed by the provider for this nonce."""
        ...
