"""Reports that are useful on the first day: each a file beside this module, made into somebody's own by one click."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from trackly.reports.errors import ReadyMadeNotFound
from trackly.reports.schemas import ReadyMadeOut, ReportNew
from trackly.users.facade import Actor

_FOLDER = Path(__file__).with_suffix("")
_ORDER = ("weekly_status", "monthly_summary", "open_critical", "overdue_and_ageing", "my_week")


@dataclass(frozen=True)
class ReadyMade:
    """`members`: of a definition, but for its name, its zone and whom it is sent to."""

    name: str
    title: str
    members: Mapping[str, Any]

    @property
    def shown(self) -> ReadyMadeOut:
        return ReadyMadeOut(
            name=self.name,
            title=self.title,
            description=self.members["description"],
            when=self.members.get("schedule", {}).get("when"),
            formats=self.members["formats"],
        )

    def definition_for(self, actor: Actor, tz: str) -> ReportNew:
        """As a report of the actor's, sent to them alone, by the clock of `tz`."""
        schedule = {**self.members["schedule"], "tz": tz}
        recipients = [{"kind": "user", "user_id": actor.user_id}]
        own = {"name": self.title, "schedule": schedule, "recipients": recipients}
        return ReportNew.model_validate({**self.members, **own})


@cache
def ready_made() -> Mapping[str, ReadyMade]:
    """All of them by name, in the order in which they are shown."""
    return {name: _read(name) for name in _ORDER}


def find_ready_made(name: str) -> ReadyMade:
    """ReadyMadeNotFound."""
    found = ready_made().get(name)
    if found is None:
        raise ReadyMadeNotFound
    return found


def _read(name: str) -> ReadyMade:
    members = tomllib.loads((_FOLDER / f"{name}.toml").read_text())
    return ReadyMade(name, members.pop("title"), members)
