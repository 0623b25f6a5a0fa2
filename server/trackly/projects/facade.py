"""The door to projects: who may know of which, their numbers, labels, people and workflow."""

from trackly.projects.access import (
    ProjectAccess,
    accessible_projects,
    effective_role_expression,
    get_project_access,
    get_project_access_by_id,
    open_to_reporters,
    own_membership,
    staff_projects,
    take_next_number,
)
from trackly.projects.commands import create_label, create_project, ensure_labels, put_member, put_workflow
from trackly.projects.errors import MemberNotFound, ProjectKeyTaken, ProjectNotFound
from trackly.projects.events import audience_of_project
from trackly.projects.queries import (
    ReaderTokens,
    assignable,
    get_workflow,
    list_people,
    list_projects,
    reader_tokens,
    transitions_of,
)
from trackly.projects.rules import STAFF, Status, Transitions, default_transitions, effective_role
from trackly.projects.schemas import (
    LabelCreate,
    LabelName,
    LabelOut,
    MemberOut,
    PersonInProject,
    ProjectCreate,
    ProjectFacts,
    ProjectOut,
    WorkflowPut,
)

__all__ = [
    "STAFF",
    "LabelCreate",
    "LabelName",
    "LabelOut",
    "MemberNotFound",
    "MemberOut",
    "PersonInProject",
    "ProjectAccess",
    "ProjectCreate",
    "ProjectFacts",
    "ProjectKeyTaken",
    "ProjectNotFound",
    "ProjectOut",
    "ReaderTokens",
    "Status",
    "Transitions",
    "WorkflowPut",
    "accessible_projects",
    "assignable",
    "audience_of_project",
    "create_label",
    "create_project",
    "default_transitions",
    "effective_role",
    "effective_role_expression",
    "ensure_labels",
    "get_project_access",
    "get_project_access_by_id",
    "get_workflow",
    "list_people",
    "list_projects",
    "open_to_reporters",
    "own_membership",
    "put_member",
    "put_workflow",
    "reader_tokens",
    "staff_projects",
    "take_next_number",
    "transitions_of",
]
