"""One file out of a multipart body, part by part as it arrives: nothing is kept but what is not yet handed on."""

from collections.abc import AsyncIterator

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from trackly.attachments.errors import BrokenUpload, NotMultipart
from trackly.kit.errors import InvalidInput

PART = "file"


def boundary_of(content_type: str) -> bytes:
    """NotMultipart for another type, BrokenUpload without a usable boundary."""
    kind, options = parse_options_header(content_type)
    if kind != b"multipart/form-data":
        raise NotMultipart
    boundary = options.get(b"boundary", b"")
    if not 1 <= len(boundary) <= 70:
        raise BrokenUpload("The Content-Type names no boundary of 1 to 70 characters")
    return boundary


class FileForm:
    """A body that holds exactly one part, named `file`. First `open`, then `chunks` to its end."""

    def __init__(self, body: AsyncIterator[bytes], boundary: bytes) -> None:
        self._body = body
        self._header: list[bytes] = [b"", b""]
        self._headers: dict[bytes, bytes] = {}
        self._ready: list[bytes] = []
        self._name: str | None = None
        self._all_over = False
        self._parser = MultipartParser(
            boundary,
            {
                "on_header_field": self._take_field,
                "on_header_value": self._take_value,
                "on_header_end": self._end_header,
                "on_headers_finished": self._end_headers,
                "on_part_data": self._take_data,
                "on_end": self._end_all,
            },
        )

    async def open(self) -> str:
        """Read up to the file's first byte; the name that the client gave it.

        InvalidInput on `file` or on an unknown part; BrokenUpload."""
        while self._name is None:
            await self._read_on()
            if self._all_over and self._name is None:
                raise InvalidInput.of(PART, "is missing")
        return self._name

    async def chunks(self) -> AsyncIterator[bytes]:
        """The file's bytes. Ends only when the whole body was as it should be, else raises as `open` does."""
        while True:
            ready, self._ready = self._ready, []
            for chunk in ready:
                yield chunk
            if self._all_over:
                return
            await self._read_on()

    async def _read_on(self) -> None:
        data = await anext(self._body, None)
        if data is None:
            raise BrokenUpload("The body ended before its last boundary")
        try:
            self._parser.write(data)
        except FormParserError as error:
            raise BrokenUpload(f"The body is not well-formed: {error}") from None

    def _take_field(self, data: bytes, start: int, end: int) -> None:
        self._header[0] += data[start:end]

    def _take_value(self, data: bytes, start: int, end: int) -> None:
        self._header[1] += data[start:end]

    def _end_header(self) -> None:
        self._headers[self._header[0].lower()] = self._header[1]
        self._header = [b"", b""]

    def _end_headers(self) -> None:
        headers, self._headers = self._headers, {}
        disposition, options = parse_options_header(headers.get(b"content-disposition", b""))
        if disposition != b"form-data" or b"name" not in options:
            raise BrokenUpload("A part has no Content-Disposition: form-data with a name")
        name = options[b"name"].decode(errors="replace")
        if name != PART:
            raise InvalidInput.of(name[:100] or "part", "is not known here: send one part, named file")
        if self._name is not None:
            raise InvalidInput.of(PART, "was sent twice: one file a request")
        given = options.get(b"filename", b"")
        if not given:
            raise InvalidInput.of(PART, "must be a file with a name")
        try:
            self._name = given.decode().replace("%22", '"')
        except UnicodeDecodeError:
            raise InvalidInput.of(PART, "must have a name in UTF-8") from None

    def _take_data(self, data: bytes, start: int, end: int) -> None:
        self._ready.append(data[start:end])

    def _end_all(self) -> None:
        self._all_over = True
