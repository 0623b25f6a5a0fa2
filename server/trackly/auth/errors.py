"""Refusals about logins."""

from trackly.kit.errors import AppError, Kind


class NotAuthenticated(AppError):
    kind, code, title = Kind.UNAUTHENTICATED, "not_authenticated", "You are not logged in"


class LoginRefused(AppError):
    kind, code, title = Kind.UNAUTHENTICATED, "login_refused", "Mail address and password do not match"


class WrongPassword(AppError):
    kind, code, title = Kind.FORBIDDEN, "wrong_password", "This is not your current password"


class TooManyFailures(AppError):
    kind, code, title = Kind.TOO_MANY, "too_many_failures", "Too many failed logins"


class CrossSiteRefused(AppError):
    kind, code, title = Kind.FORBIDDEN, "cross_site_refused", "This request did not come from Trackly's own pages"


class ScopeMissing(AppError):
    kind, code, title = Kind.FORBIDDEN, "scope_missing", "This token is not good for that"


class LoginNeeded(AppError):
    kind, code, title = Kind.FORBIDDEN, "login_needed", "This needs a login, an API token does not do"


class SessionNotFound(AppError):
    kind, code, title = Kind.NOT_FOUND, "session_not_found", "There is no such session"


class TokenNotFound(AppError):
    kind, code, title = Kind.NOT_FOUND, "token_not_found", "There is no such token"


class TooManyTokens(AppError):
    kind, code, title = Kind.CONFLICT, "too_many_tokens", "You have as many tokens as one may have; revoke one first"


class ProviderRefused(AppError):
    """A sign-in through the identity provider that ends at the login page. `reason` is what the page is told."""

    kind, code, title = Kind.FORBIDDEN, "provider_refused", "The sign-in was not accepted"

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
