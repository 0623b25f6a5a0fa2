"""What the routes of jobs need: this process's heartbeat, name and readings."""

from typing import Annotated

from fastapi import Depends, Request

from trackly.jobs.instances import Presence
from trackly.jobs.scheduler import Scheduler
from trackly.jobs.system import Sampler


async def _scheduler(request: Request) -> Scheduler:
    scheduler: Scheduler = request.app.state.scheduler
    return scheduler


CurrentScheduler = Annotated[Scheduler, Depends(_scheduler)]


async def _presence(request: Request) -> Presence:
    presence: Presence = request.app.state.presence
    return presence


CurrentPresence = Annotated[Presence, Depends(_presence)]


async def _sampler(request: Request) -> Sampler:
    sampler: Sampler = request.app.state.sampler
    return sampler


CurrentSampler = Annotated[Sampler, Depends(_sampler)]
