"""The two cookies of a browser. Never readable by scripts, never sent along by other sites' forms."""

from dataclasses import dataclass

from trackly.auth.schemas import Entry

PROVIDER_S = 600
Header = tuple[bytes, bytes]


@dataclass(frozen=True)
class Cookies:
    """`secure`: everywhere but on plain HTTP of a loopback address, where a browser would not keep such cookies.

    The methods give `Set-Cookie` headers; values are of URL-safe characters."""

    secure: bool
    access_s: int
    refresh_s: int

    @property
    def access(self) -> str:
        return self._name("trackly_access")

    @property
    def refresh(self) -> str:
        return self._name("trackly_refresh")

    @property
    def provider(self) -> str:
        """Ties a sign-in at the identity provider to the browser that began it."""
        return self._name("trackly_provider")

    def of(self, entry: Entry) -> list[Header]:
        """For a login."""
        return [
            self._set(self.access, entry.access_token, self.access_s),
            self._set(self.refresh, entry.refresh_token, self.refresh_s),
        ]

    def none(self) -> list[Header]:
        """After a login."""
        return [self._set(self.access, "", 0), self._set(self.refresh, "", 0)]

    def departing(self, ticket: str | None) -> list[Header]:
        """On the way to the identity provider."""
        return [] if ticket is None else [self._set(self.provider, ticket, PROVIDER_S)]

    def arriving(self, entry: Entry | None) -> list[Header]:
        """Back from there; `entry` None: not let in."""
        return [self._set(self.provider, "", 0), *([] if entry is None else self.of(entry))]

    def _set(self, name: str, value: str, max_age_s: int) -> Header:
        secure = "; Secure" if self.secure else ""
        cookie = f"{name}={value}; Max-Age={max_age_s}; Path=/; HttpOnly; SameSite=Lax{secure}"
        return b"set-cookie", cookie.encode("latin-1")

    def _name(self, plain: str) -> str:
        return f"__Host-{plain}" if self.secure else plain
