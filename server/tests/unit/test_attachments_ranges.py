"""Which bytes answer which headers (RFC 9110)."""

import pytest

from trackly.attachments.ranges import Span, choose_span

ETAG = '"abc"'
MODIFIED = "Fri, 20 Nov 2026 09:41:12 GMT"


def span(**headers: str) -> Span:
    return choose_span(100, ETAG, MODIFIED, {name.replace("_", "-"): value for name, value in headers.items()})


@pytest.mark.parametrize(
    ("wanted", "status", "start", "end"),
    [
        ("bytes=0-9", 206, 0, 10),
        ("bytes=0-0", 206, 0, 1),
        ("bytes=90-", 206, 90, 100),
        ("bytes=90-1000", 206, 90, 100),
        ("bytes=-10", 206, 90, 100),
        ("bytes=-1000", 206, 0, 100),
        ("BYTES = 5-6", 206, 5, 7),
        ("bytes=100-", 416, 0, 0),
        ("bytes=100-200", 416, 0, 0),
        ("bytes=-0", 416, 0, 0),
        ("bytes=9-5", 200, 0, 100),
        ("bytes=-", 200, 0, 100),
        ("bytes=0-1,5-6", 200, 0, 100),
        ("items=0-1", 200, 0, 100),
        ("bytes=٣-٤", 200, 0, 100),
        ("bytes=" + "9" * 40 + "-", 200, 0, 100),
        ("nonsense", 200, 0, 100),
    ],
)
def test_a_range(wanted, status, start, end):
    found = span(range=wanted)
    assert (found.status, found.start, found.end) == (status, start, end)


def test_what_the_answer_says_of_its_range():
    assert span(range="bytes=0-9").content_range == "bytes 0-9/100"
    assert span(range="bytes=500-").content_range == "bytes */100"
    assert span().content_range is None


@pytest.mark.parametrize("tags", ['"abc"', 'W/"abc"', '"x", "abc"', "*"])
def test_a_file_that_the_reader_has_is_not_sent(tags):
    assert span(if_none_match=tags, range="bytes=0-9").status == 304


def test_another_tag_is_no_match():
    assert span(if_none_match='"abd"').status == 200


@pytest.mark.parametrize(
    ("condition", "status"),
    [(ETAG, 206), (MODIFIED, 206), ('W/"abc"', 200), ('"old"', 200), ("Fri, 20 Nov 2026 09:41:13 GMT", 200)],
)
def test_a_range_of_another_file_is_answered_with_all_of_this_one(condition, status):
    assert span(range="bytes=0-9", if_range=condition).status == status
