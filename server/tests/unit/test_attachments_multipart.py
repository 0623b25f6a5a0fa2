"""One file out of a multipart body, whatever the pieces it comes in."""

from collections.abc import AsyncIterator

import pytest

from trackly.attachments.errors import BrokenUpload, NotMultipart
from trackly.attachments.multipart import FileForm, boundary_of
from trackly.kit.errors import InvalidInput

B = b"----boundary42"


def part(name: str = "file", filename: str | None = "a.txt", content: bytes = b"hello") -> bytes:
    disposition = f'form-data; name="{name}"' + (f'; filename="{filename}"' if filename is not None else "")
    return (
        b"--"
        + B
        + b"\r\nContent-Disposition: "
        + disposition.encode()
        + b"\r\nContent-Type: x/y\r\n\r\n"
        + content
        + b"\r\n"
    )


END = b"--" + B + b"--\r\n"


async def pieces(body: bytes, size: int) -> AsyncIterator[bytes]:
    for at in range(0, len(body), size):
        yield body[at : at + size]


async def read(body: bytes, size: int = 7) -> tuple[str, bytes]:
    form = FileForm(pieces(body, size), B)
    name = await form.open()
    return name, b"".join([chunk async for chunk in form.chunks()])


@pytest.mark.parametrize("size", [1, 2, 3, 13, 64, 10_000])
async def test_any_cut_gives_the_same_file(size):
    content = b"a\r\n--" + B[:-1] + b"\r\n\r\n--" + bytes(range(256)) * 3 + b"\r"
    assert await read(part(content=content) + END, size) == ("a.txt", content)


async def test_names_in_utf_8_and_with_escapes():
    assert (await read(part(filename="été %22x%22.txt") + END))[0] == 'été "x".txt'


async def test_an_empty_file_is_an_empty_file():
    assert await read(part(content=b"") + END) == ("a.txt", b"")


@pytest.mark.parametrize(
    ("body", "refusal", "says"),
    [
        (END, InvalidInput, "is missing"),
        (part(name="other") + END, InvalidInput, "not known"),
        (part(filename=None) + END, InvalidInput, "with a name"),
        (part(filename="") + END, InvalidInput, "with a name"),
        (part() + part() + END, InvalidInput, "twice"),
        (part() + part(name="comment", filename=None) + END, InvalidInput, "not known"),
        (part(), BrokenUpload, "ended before"),
        (part()[:20], BrokenUpload, "ended before"),
        (b"", BrokenUpload, "ended before"),
        (b"not multipart at all", BrokenUpload, "well-formed"),
        (b"--" + B + b"\r\nContent-Type: x/y\r\n\r\nhello\r\n" + END, BrokenUpload, "Content-Disposition"),
        (b"--" + B + b"\r\nBad\x00Header: x\r\n\r\n" + END, BrokenUpload, "well-formed"),
        (b"--" + B + b"\r\nX: " + b"y" * 100_000 + b"\r\n\r\n" + END, BrokenUpload, "well-formed"),
    ],
)
async def test_another_form_is_refused_with_its_reason(body, refusal, says):
    with pytest.raises(refusal, match=says):
        await read(body, 50)


async def test_a_second_part_is_refused_before_the_first_is_taken_as_whole():
    form = FileForm(pieces(part(content=b"x" * 1000) + part() + END, 100), B)
    await form.open()
    taken: list[bytes] = []
    with pytest.raises(InvalidInput, match="twice"):
        await take(form, taken)
    assert b"".join(taken) == b"x" * 1000


async def take(form: FileForm, taken: list[bytes]) -> None:
    async for chunk in form.chunks():
        taken.append(chunk)  # noqa: PERF401 - what came before the refusal is looked at


def test_the_boundary_is_taken_from_the_content_type():
    assert boundary_of('multipart/form-data; boundary="a b"') == b"a b"
    assert boundary_of("Multipart/Form-Data; boundary=x; charset=utf-8") == b"x"


@pytest.mark.parametrize("kind", ["", "application/json", "multipart/mixed; boundary=x", "text/plain"])
def test_another_content_type_is_refused(kind):
    with pytest.raises(NotMultipart):
        boundary_of(kind)


@pytest.mark.parametrize(
    "kind", ["multipart/form-data", "multipart/form-data; boundary=", "multipart/form-data; boundary=" + "x" * 71]
)
def test_a_boundary_is_needed(kind):
    with pytest.raises(BrokenUpload):
        boundary_of(kind)
