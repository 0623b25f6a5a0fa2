"""What is told about jobs: to admins."""

from trackly.events.envelope import ActorRef, Event
from trackly.jobs.schemas import JobPauseOut, JobRunOut

_ADMINS = frozenset({"f:admin"})


def job_paused(job: JobPauseOut, actor: ActorRef) -> Event:
    return Event("job.paused", f"job:{job.name}", 1, _ADMINS, {"job": job}, actor)


def job_resumed(job: JobPauseOut, actor: ActorRef) -> Event:
    return Event("job.resumed", f"job:{job.name}", 1, _ADMINS, {"job": job}, actor)


def job_ran(run: JobRunOut, actor: ActorRef | None) -> Event:
    return Event("job.ran", f"job:{run.job}", run.id, _ADMINS, {"run": run}, actor)
