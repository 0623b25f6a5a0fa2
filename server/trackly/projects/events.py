"""What is told about projects: to everybody who may know of them."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from trackly.events.envelope import ActorRef, Event
from trackly.projects.schemas import LabelOut, MemberOut, ProjectFacts, ProjectRef, WorkflowOut


def audience_of_project(project_id: int, *users: int) -> frozenset[str]:
    """Everybody with access to the project, and `users` by name."""
    return frozenset({"f:admin", f"f:p{project_id}", f"r:p{project_id}", *(f"u:{user}" for user in users)})


def _project_event(kind: str, project: ProjectFacts, body: dict[str, Any], actor: ActorRef | None) -> Event:
    return Event(
        type=f"project.{kind}",
        entity=f"project:{project.id}",
        version=project.version,
        audience=audience_of_project(project.id),
        body={**body, "version": project.version},
        actor=actor,
        project=project.key,
    )


def project_created(project: ProjectFacts, actor: ActorRef | None) -> Event:
    return _project_event("created", project, {"project": project}, actor)


def project_updated(project: ProjectFacts, actor: ActorRef | None) -> Event:
    return _project_event("updated", project, {"project": project}, actor)


def project_deleted(project: ProjectFacts, members: Iterable[str], actor: ActorRef | None) -> Event:
    """Told by name (`members`: their own tokens), or to everybody if it was open: nobody holds its tokens any more."""
    event = _project_event("deleted", project, {"project": ProjectRef(id=project.id, key=project.key)}, actor)
    everybody = {"all"} if project.visibility == "open" else set()
    return replace(event, audience=event.audience | everybody | set(members))


def _member_event(kind: str, project: ProjectRef, member: MemberOut, actor: ActorRef | None) -> Event:
    return Event(
        type=f"member.{kind}",
        entity=f"member:{project.id}:{member.user_id}",
        version=1,
        audience=audience_of_project(project.id, member.user_id),
        body={"project": project.key, "member": member},
        actor=actor,
        project=project.key,
    )


def member_updated(project: ProjectRef, member: MemberOut, actor: ActorRef | None) -> Event:
    return _member_event("updated", project, member, actor)


def member_removed(project: ProjectRef, member: MemberOut, actor: ActorRef | None) -> Event:
    return _member_event("removed", project, member, actor)


def labels_created(project: ProjectRef, labels: Iterable[LabelOut], actor: ActorRef | None) -> list[Event]:
    return [
        Event(
            type="label.created",
            entity=f"label:{project.id}:{label.name}",
            version=1,
            audience=audience_of_project(project.id),
            body={"project": project.key, "label": label},
            actor=actor,
            project=project.key,
        )
        for label in labels
    ]


def workflow_updated(project: ProjectRef, workflow: WorkflowOut, actor: ActorRef | None) -> Event:
    return Event(
        type="workflow.updated",
        entity=f"workflow:{project.id}",
        version=workflow.version,
        audience=audience_of_project(project.id),
        body={"project": project.key, "workflow": workflow, "version": workflow.version},
        actor=actor,
        project=project.key,
    )
