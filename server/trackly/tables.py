"""Every table of the product, gathered for migrations and tests."""

from importlib import import_module
from importlib.util import find_spec

from trackly.kit.db import Base

_DOMAINS = (
    *("kit", "events", "http", "users", "auth", "jobs", "projects", "issues", "comments", "attachments", "stats"),
    *("notifications", "datasets", "sandbox", "sources", "reports"),
)
for _domain in _DOMAINS:
    if find_spec(f"trackly.{_domain}") and find_spec(f"trackly.{_domain}.tables"):
        import_module(f"trackly.{_domain}.tables")

metadata = Base.metadata
