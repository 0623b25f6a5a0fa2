"""The door to logins, for what is above: `auth.deps` says who asks."""

from trackly.auth.commands import check_password
from trackly.auth.errors import CrossSiteRefused, NotAuthenticated, ScopeMissing
from trackly.auth.jobs import forget_old_logins
from trackly.auth.schemas import DemoPerson
from trackly.auth.services import AuthServices, AuthSettings

__all__ = [
    "AuthServices",
    "AuthSettings",
    "CrossSiteRefused",
    "DemoPerson",
    "NotAuthenticated",
    "ScopeMissing",
    "check_password",
    "forget_old_logins",
]
