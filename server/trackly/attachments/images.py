"""Pictures are written anew in a process of their own: no metadata, no stowaways, no harm to the server."""

import asyncio
import json
import sys
from dataclasses import dataclass, field
from pathlib import Path

import structlog

from trackly.attachments.content import PICTURES
from trackly.attachments.errors import ImageTooLarge
from trackly.kit.errors import FieldError

log = structlog.get_logger("trackly.attachments")
THUMBNAIL_TYPE = "image/webp"
_WORKER = Path(__file__).with_name("image_worker.py")


@dataclass(frozen=True, slots=True)
class Picture:
    """Files with the picture as it may be shown (None: it can't be), and a small one of at most 480 pixels a side."""

    content: Path | None
    thumbnail: Path | None


@dataclass(frozen=True)
class Images:
    """At most `at_once` processes, each for at most `within_s`."""

    max_pixels: int = 40_000_000
    within_s: float = 40
    at_once: int = 2
    _free: asyncio.Semaphore = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_free", asyncio.Semaphore(self.at_once))

    async def rewrite(self, source: Path, content_type: str, folder: Path) -> Picture:
        """Decode `source` and write what it shows into `folder`. ImageTooLarge above `max_pixels`.

        What can't be decoded, or takes too long, gives an empty Picture: it is a file like any other."""
        async with self._free:
            answer = await self._run(source, folder, PICTURES[content_type])
        if answer.get("status") == "too_large":
            limit = f"{self.max_pixels / 1_000_000:g}"
            fields = {"pixels": answer.get("pixels") or None, "limit_pixels": self.max_pixels}
            reason = f"An image may have {limit} million pixels at most"
            raise ImageTooLarge(reason, fields=fields, errors=[FieldError("file", reason)])
        written = {"done": ("content", "thumbnail"), "still": ("thumbnail",)}.get(str(answer.get("status")), ())
        return Picture(*(folder / name if name in written else None for name in ("content", "thumbnail")))

    async def _run(self, source: Path, folder: Path, kind: str) -> dict[str, object]:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-I", str(_WORKER), str(source), str(folder), kind, str(self.max_pixels)),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env={},
        )
        try:
            async with asyncio.timeout(self.within_s):
                out, said = await process.communicate()
            answer: dict[str, object] = json.loads(out or b"{}")
        except (TimeoutError, ValueError):
            answer, said = {}, b"took too long, or broke off"
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        if answer.get("status") != "done":
            reason = said[-300:].decode(errors="replace")
            log.info("picture not rewritten", kind=kind, status=answer.get("status"), reason=reason)
        return answer
