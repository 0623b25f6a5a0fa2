"""What a job's process does: takes its order from the leash, does it, says how it went."""

import json
import os
import pickle
import signal
import socket
import sys
import traceback
from collections.abc import Callable
from typing import Any

from psycopg import pq

from trackly.exports.backends import put_behind
from trackly.exports.errors import ExportFailed
from trackly.exports.lent_pen import LentPen
from trackly.exports.making import make, make_description, make_preview
from trackly.exports.orders import LENGTH, DescriptionOrder, ExportOrder, Order

_connections: list[pq.abc.PGconn] = []


def work(leash: socket.socket, given_pen: socket.socket | None) -> None:
    """Read one order from `leash`, carry it out, and write lines of JSON: `step`, then one `result` or `failed`.

    `given_pen`: the end of a pen's socket, for an order with charts. The pen is given back before the last line."""
    signal.signal(signal.SIGTERM, _call_off)
    with leash, leash.makefile("rb") as given:
        (length,) = LENGTH.unpack(given.read(LENGTH.size))
        order: Order = pickle.loads(given.read(length))  # noqa: S301 - from the process that we are a child of
        pen = LentPen(given_pen) if given_pen is not None else None
        done = _done(order, lambda step, part: _say(leash, {"step": step, "part": round(part, 3)}), pen)
        if pen is not None:
            pen.give_back()
        _say(leash, done)


def _done(order: Order, say: Callable[[str, float], None], pen: LentPen | None) -> dict[str, Any]:
    try:
        if isinstance(order, ExportOrder):
            return {"result": make(order.job, order.folder, say, _connections.append, pen)}
        if isinstance(order, DescriptionOrder):
            return {"result": make_description(order.plan, order.caps, _connections.append)}
        return {"result": make_preview(order.plan, order.limit, order.caps, _connections.append)}
    except ExportFailed as failure:
        return {
            "failed": {"code": failure.code, "message": failure.message},
            "sqlstate": failure.sqlstate,
            "position": failure.position,
        }
    except MemoryError:
        return {"failed": {"code": "memory", "message": "This needs more memory than it may use"}}
    except Exception:
        traceback.print_exc(file=sys.stderr)
        return {"failed": {"code": "render", "message": "The files could not be made"}}


def _say(leash: socket.socket, words: dict[str, Any]) -> None:
    leash.sendall(f"{json.dumps(words)}\n".encode())


def _call_off(_number: int, _frame: object) -> None:
    """End, and take the statement that the database still works on along, or at least out of everybody's way."""
    for connection in _connections:
        if connection.status == pq.ConnStatus.OK:
            connection.get_cancel().cancel()
            put_behind(connection)
    os._exit(1)
