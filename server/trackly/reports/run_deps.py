"""What the routes of runs ask for: a file of a run on its way out, somebody who follows a run."""

from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request
from starlette.responses import Response

from trackly.attachments.deps import Download
from trackly.events.unit_of_work import UnitsOfWork
from trackly.http.deps import RequestId
from trackly.kit.errors import InvalidInput
from trackly.reports.deps import stored_file
from trackly.reports.edition_queries import get_file, get_file_of_format
from trackly.reports.parts import Format
from trackly.reports.progress import Followers
from trackly.reports.run_queries import find_run
from trackly.users.facade import Actor


async def _followers(request: Request) -> Followers:
    followers: Followers = request.app.state.followers
    return followers


CurrentFollowers = Annotated[Followers, Depends(_followers)]


@dataclass(frozen=True)
class RunDownload:
    """Sends a file of an edition that was made for the reader."""

    request: Request
    request_id: str

    async def send(self, actor: Actor, run_id: int, kind: Format | None, file_id: UUID | None) -> Response:
        """By its format, or by its number. The connection goes back before the store is asked.

        RunNotFound, FileNotFound, FileGone, ContentMissing, BlobStoreDown, InvalidInput."""
        if (kind is None) == (file_id is None):
            raise InvalidInput.of("format", "give either format or file")
        work: UnitsOfWork = self.request.app.state.work
        async with work.database.read_session() as session:
            await find_run(session, actor, run_id)
            if file_id is not None:
                file = await get_file(session, actor, run_id, file_id)
            else:
                file = await get_file_of_format(session, actor, run_id, str(kind))
        return await Download(self.request, self.request_id).send(stored_file(file))


async def _download(request: Request, request_id: RequestId) -> RunDownload:
    return RunDownload(request, request_id)


OutgoingRunFile = Annotated[RunDownload, Depends(_download)]
