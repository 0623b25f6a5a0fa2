"""Every table of the product, gathered for migrations and tests."""

from importlib import import_module
from importlib.util import find_spec

from trackly.kit.db import Base

for _domain in ("events", "http", "users", "auth", "projects", "issues", "comments", "attachments", "stats"):
    if find_spec(f"trackly.{_domain}.tables"):
        import_module(f"trackly.{_domain}.tables")

metadata = Base.metadata
