"""What a process is asked to do, and how it is told."""

import pickle
import struct
from dataclasses import dataclass
from pathlib import Path

from trackly.exports.document import ExportJob
from trackly.exports.plan import Caps, ReadPlan

LENGTH = struct.Struct("!Q")


@dataclass(frozen=True, slots=True)
class ExportOrder:
    job: ExportJob
    folder: Path


@dataclass(frozen=True, slots=True)
class PreviewOrder:
    plan: ReadPlan
    limit: int
    caps: Caps


@dataclass(frozen=True, slots=True)
class DescriptionOrder:
    plan: ReadPlan
    caps: Caps


Order = ExportOrder | PreviewOrder | DescriptionOrder


def draws(order: Order) -> bool:
    return isinstance(order, ExportOrder) and bool(order.job.document.charts)


def packed(order: Order) -> bytes:
    """The order as it goes over the leash, its length first."""
    body = pickle.dumps(order)
    return LENGTH.pack(len(body)) + body
