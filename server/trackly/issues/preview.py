"""How a text will look, before it is saved."""

from sqlalchemy.ext.asyncio import AsyncSession

from trackly.issues.markdown import render_aside
from trackly.issues.queries import find_visible_issue
from trackly.issues.schemas import MarkdownHtml, MarkdownText
from trackly.projects.facade import get_project_access
from trackly.users.facade import Actor


async def render_preview(session: AsyncSession, actor: Actor, wanted: MarkdownText) -> MarkdownHtml:
    """The same HTML that a description or a comment with this text gets. Nothing is written.

    Raises ProjectNotFound, IssueNotFound when the place that it is meant for is not for the actor to know of."""
    if wanted.project is not None:
        await get_project_access(session, actor, wanted.project)
    if wanted.issue is not None:
        await find_visible_issue(session, actor, wanted.issue)
    return MarkdownHtml(html=await render_aside(wanted.text))
