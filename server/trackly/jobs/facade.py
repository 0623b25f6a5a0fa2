"""The door to jobs: the heartbeat on which other domains put theirs, its ledger, and this process's presence."""

from trackly.jobs.instances import Presence
from trackly.jobs.ledger import DatabaseLedger
from trackly.jobs.scheduler import Scheduler
from trackly.jobs.schemas import JobStatus
from trackly.jobs.services import JobServices
from trackly.jobs.sweeping import forget_old_runs
from trackly.jobs.system import Sampler

__all__ = ["DatabaseLedger", "JobServices", "JobStatus", "Presence", "Sampler", "Scheduler", "forget_old_runs"]
