"""What is no HTTP request is refused in our words too, before any application sees it."""

from http import HTTPStatus

import httptools

from trackly.http.cors import METHODS
from trackly.http.edge import SECURITY_HEADERS
from trackly.http.problem import problem_response
from trackly.kit.errors import FieldError
from trackly.kit.ids import new_uuid

HEAD_LIMIT_BYTES = 64 * 1024
"""Of the request line and all headers."""
_LONG_HEADERS = (431, "headers_too_large", "The headers of the request are too large", "headers")
_LONG_ADDRESS = (414, "address_too_long", "The address of the request is too long", "address")
_NO_METHOD = (405, "method_not_allowed", "There is no such method", "method")
_BROKEN = (400, "malformed_request", "This is not a well-formed HTTP request", "request")


class HeadTooLarge(Exception):
    """The request line and the headers are over the limit; `in_address`: the former alone."""

    def __init__(self, *, in_address: bool) -> None:
        super().__init__()
        self.in_address = in_address


def refusal_of(error: BaseException | None) -> bytes:
    """The whole answer to bytes at which the parser stopped because of `error`; the connection is to be closed."""
    status, code, title, field = _kind(error)
    request_id = new_uuid().hex
    wrong = (FieldError(field, title[0].lower() + title[1:]),)
    answer = problem_response(status, code, title, title, request_id, errors=wrong)
    answer.headers.update({**SECURITY_HEADERS, "X-Request-ID": request_id, "Connection": "close"})
    if status == HTTPStatus.METHOD_NOT_ALLOWED:
        answer.headers["Allow"] = METHODS
    first = f"HTTP/1.1 {status} {HTTPStatus(status).phrase}".encode()
    head = [first, *(b"%s: %s" % header for header in answer.raw_headers)]
    return b"\r\n".join(head) + b"\r\n\r\n" + bytes(answer.body)


def _kind(error: BaseException | None) -> tuple[int, str, str, str]:
    if isinstance(error, HeadTooLarge):
        return _LONG_ADDRESS if error.in_address else _LONG_HEADERS
    if isinstance(error, httptools.HttpParserInvalidMethodError):
        return _NO_METHOD
    is_long = isinstance(error and error.__context__, httptools.HttpParserInvalidURLError)
    return _LONG_ADDRESS if is_long and "too long" in str(error and error.__context__) else _BROKEN
