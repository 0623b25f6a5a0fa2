"""Blobs in Azure Blob Storage, or in what speaks like it (Azurite)."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import structlog
from azure.core.credentials import AzureNamedKeyCredential
from azure.core.exceptions import AzureError, ResourceExistsError, ResourceNotFoundError
from azure.storage.blob import BlobBlock
from azure.storage.blob.aio import BlobClient, BlobServiceClient, ContainerClient, LinearRetry

from trackly.attachments.blobs import BLOCK_BYTES, BlobEntry, BlobMissing, ensure_blob_name, is_blob_name, regroup
from trackly.attachments.errors import BlobStoreDown

log = structlog.get_logger("trackly.attachments")
_CONNECT_S = 1
_CHECK_S = 3
_TRANSFER_S = 10
_TRUSTED_S = 10


@dataclass
class AzureBlobs:
    """One container, made when it is missing. Everything passes through the server, which checks rights each time.

    A store that refuses or does not answer costs 3 s at most (`check`); a block under way, 10 s."""

    service: BlobServiceClient
    container: ContainerClient
    _answered_at: float = field(default=-_TRUSTED_S, repr=False)

    @classmethod
    def connect(cls, account: str, key: str, container: str, endpoint: str | None = None) -> "AzureBlobs":
        """`endpoint` only for another place than Azure's own. Nothing is asked of the store yet."""
        service = BlobServiceClient(
            endpoint or f"https://{account}.blob.core.windows.net",
            credential=AzureNamedKeyCredential(account, key),
            connection_timeout=_CONNECT_S,
            read_timeout=_TRANSFER_S,
            retry_policy=LinearRetry(backoff=0, retry_total=1, random_jitter_range=1, retry_read=0),
            max_single_get_size=BLOCK_BYTES,
            max_chunk_get_size=BLOCK_BYTES,
            max_single_put_size=BLOCK_BYTES,
            max_block_size=BLOCK_BYTES,
        )
        return cls(service, service.get_container_client(container))

    async def put(self, name: str, chunks: AsyncIterator[bytes]) -> None:
        """Blocks become a blob with the last request only; what was sent before is forgotten by the store itself."""
        blob = self._blob(name)
        staged: list[BlobBlock] = []
        async with contextlib.aclosing(regroup(chunks)) as blocks:
            async for block in blocks:
                staged.append(BlobBlock(f"{len(staged):06d}"))
                await self._stage(blob, staged[-1].id, block)
        async with _answer("put", _TRANSFER_S):
            await blob.commit_block_list(staged)

    async def _stage(self, blob: BlobClient, number: str, block: bytes) -> None:
        async with _answer("put", _TRANSFER_S):
            try:
                await blob.stage_block(number, block, length=len(block))
            except ResourceNotFoundError:
                await self._make_container()
                await blob.stage_block(number, block, length=len(block))

    async def open(self, name: str, start: int, end: int) -> AsyncIterator[bytes]:
        try:
            async with _answer("open", _TRANSFER_S):
                download = await self._blob(name).download_blob(offset=start, length=end - start, max_concurrency=1)
        except ResourceNotFoundError:
            raise BlobMissing(name) from None
        return _read(download.chunks())

    async def delete(self, name: str) -> None:
        with contextlib.suppress(ResourceNotFoundError):
            async with _answer("delete", _TRANSFER_S):
                await self._blob(name).delete_blob()

    async def exists(self, name: str) -> bool:
        async with _answer("exists", _TRANSFER_S):
            return await self._blob(name).exists()

    async def entries(self) -> AsyncIterator[BlobEntry]:
        items = aiter(self.container.list_blobs(results_per_page=1000))
        while True:
            try:
                async with _answer("entries", _TRANSFER_S):
                    item = await anext(items, None)
            except ResourceNotFoundError:
                return
            if item is None:
                return
            if is_blob_name(item.name):
                yield BlobEntry(item.name, item.last_modified)

    async def check(self) -> None:
        """Asks the store at most once in 10 s, as long as it answers."""
        if time.monotonic() - self._answered_at < _TRUSTED_S:
            return
        async with _answer("check", _CHECK_S):
            try:
                await self.container.get_container_properties()
            except ResourceNotFoundError:
                await self._make_container()
        self._answered_at = time.monotonic()

    async def close(self) -> None:
        await self.service.close()

    async def _make_container(self) -> None:
        with contextlib.suppress(ResourceExistsError):
            await self.container.create_container()

    def _blob(self, name: str) -> BlobClient:
        return self.container.get_blob_client(ensure_blob_name(name))


async def _read(chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """Each block is a request of its own, sent when the one before was taken."""
    while True:
        async with _answer("read", _TRANSFER_S):
            block = await anext(chunks, None)
        if block is None:
            return
        yield block


@contextlib.asynccontextmanager
async def _answer(doing: str, within_s: float) -> AsyncIterator[None]:
    """A store that refuses us, breaks off or says nothing is down. That something is not there is its answer."""
    try:
        async with asyncio.timeout(within_s):
            yield
    except ResourceNotFoundError:
        raise
    except (AzureError, TimeoutError) as error:
        log.error("blob store failed", store="azure", doing=doing, error=f"{type(error).__name__}: {error}"[:300])
        raise BlobStoreDown from error
