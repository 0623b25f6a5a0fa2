"""What is told about runs: to admins and to the owner of the report."""

from trackly.events.envelope import ActorRef, Event
from trackly.reports.run_schemas import RunReport, RunSummary


def run_created(run: RunSummary, report: RunReport, owner_id: int, actor: ActorRef | None = None) -> Event:
    """A slot has its row, or somebody asked for a run. The row of a slot that was missed or skipped is final."""
    return _event("created", run, report, owner_id, actor)


def run_updated(run: RunSummary, report: RunReport, owner_id: int, actor: ActorRef | None = None) -> Event:
    return _event("updated", run, report, owner_id, actor)


def run_finished(run: RunSummary, report: RunReport, owner_id: int, actor: ActorRef | None = None) -> Event:
    """It is over: SUCCESS, PARTIAL, FAILED or CANCELLED. A retry may take it up again."""
    return _event("finished", run, report, owner_id, actor)


def _event(kind: str, run: RunSummary, report: RunReport, owner_id: int, actor: ActorRef | None) -> Event:
    return Event(
        type=f"report.run_{kind}",
        entity=f"report_run:{run.id}",
        version=run.version,
        audience=frozenset({"f:admin", f"u:{owner_id}"}),
        body={"report": report, "run": run, "version": run.version},
        actor=actor,
    )
