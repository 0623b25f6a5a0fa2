"""The files that people of the demo attach, by name. The same bytes each time."""

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from trackly.demo import pictures
from trackly.demo.people import PEOPLE


def make_file(name: str) -> bytes:
    """The content of a file of the stories. Raises KeyError for a name that is in none."""
    return _FILES[name]()


def _handheld_log() -> bytes:
    dice, at = random.Random(7), datetime(2000, 1, 1, 13, 41, 3, 120_000, UTC)
    lines = ["handheld 07  app 4.2.0-rc3  Android 13  heap limit 288 MB"]
    for scan in range(1, 213):
        at += timedelta(milliseconds=dice.randint(3_800, 14_000))
        heap = 38 + scan * 1.1 + dice.uniform(-1, 1)
        lines.append(f"{at:%H:%M:%S.%f}"[:-3] + f" I Scan   #{scan} {dice.randint(4_000_000, 4_099_999)}331931 ok")
        if dice.random() < 0.26:
            lines.append(f"{at:%H:%M:%S.%f}"[:-3] + f" D Preview cancelled early, heap {heap:.1f} MB")
        if scan > 185 and dice.random() < 0.5:
            lines.append(f"{at:%H:%M:%S.%f}"[:-3] + f" W GC     paused {dice.randint(180, 900)} ms, freed 0.1 MB")
    lines.append(f"{at + timedelta(seconds=4):%H:%M:%S.%f}"[:-3] + " E Looper main thread blocked for 4000 ms")
    return "\n".join([*lines, ""]).encode()


def _motion_log() -> bytes:
    dice = random.Random(312)
    lines = ["camera bay-7  mode motion  clock Europe/Berlin"]
    for night in range(1, 10):
        second = dice.randint(2, 58)
        lines += [
            f"night {night}  03:12:{second:02d}  motion  height 0.3 m  speed {dice.uniform(0.4, 1.1):.1f} m/s",
            f"night {night}  03:12:{second:02d}  light   two reflections, green, 4 cm apart",
            f"night {night}  03:{dice.randint(13, 29)}:{dice.randint(0, 59):02d}  still   on box {dice.randint(2, 44)}",
        ]
    lines.insert(10, f"night 4  03:11:52  badge   {PEOPLE['mouser'].email}  accepted  door 3 (flap)")
    return "\n".join([*lines, ""]).encode()


def _slots() -> bytes:
    rows = ["slot;carrier;dock;booked_on;delivery_on;agreed;shown;off_by_h"]
    carriers = ("North", "Bergmann", "Kuiper", "Halland")
    for slot in range(1, 25):
        hour, later = 6 + slot % 12, slot % 3 != 0
        rows.append(
            f"{slot};{carriers[slot % 4]};{1 + slot % 6};{'before' if later else 'after'} the change;"
            f"the week after;{hour:02d}:00;{hour - later:02d}:00;{-1 if later else 0}"
        )
    return "\n".join([*rows, ""]).encode()


def _search_plan() -> bytes:
    return b"""EXPLAIN (ANALYZE, BUFFERS) SELECT * FROM pallet WHERE lower(batch) = lower('L2311');

 Gather  (cost=1000.00..141230.11 rows=15540 width=211) (actual time=12.402..9102.377 rows=14 loops=1)
   Workers Planned: 2
   Workers Launched: 2
   Buffers: shared hit=1204 read=98441
   ->  Parallel Seq Scan on pallet  (cost=0.00..138676.11 rows=6475) (actual time=6021.1..9071.8 rows=5 loops=3)
         Filter: (lower(batch) = 'l2311'::text)
         Rows Removed by Filter: 1035998
         Buffers: shared hit=1204 read=98441
 Planning Time: 0.184 ms
 Execution Time: 9102.441 ms
"""


def _search_timings() -> bytes:
    dice = random.Random(2311)
    rows = ["call,depot,pallets,ms"]
    for call in range(1, 101):
        depot, pallets, ms = dice.choice(
            (("hamburg", 3_108_008, 9_050), ("kassel", 212_440, 610), ("ulm", 48_112, 140))
        )
        rows.append(f"{call},{depot},{pallets},{dice.gauss(ms, ms * 0.03):.0f}")
    return "\n".join([*rows, ""]).encode()


def _goods_in() -> bytes:
    dice = random.Random(4711)
    rows = ["Artikel;Bezeichnung;Menge;Gewicht kg;Preis EUR"]
    for item, words in enumerate(
        ("Winkel 90×90", "Schraube M8", "Filter F7", "Kantenschutz", "Spanngurt", "Palette EUR")
    ):
        weight, price = f"{dice.uniform(0.1, 24):.2f}", f"{dice.uniform(0.4, 89):.2f}"
        rows.append(
            f"{88_120 + item};{words};{dice.randint(10, 900)};{weight.replace('.', ',')};{price.replace('.', ',')}"
        )
    return "\r\n".join([*rows, ""]).encode("cp1252")


_FILES: dict[str, Callable[[], bytes]] = {
    "two-handhelds-side-by-side.png": pictures.two_handhelds,
    "heap-after-212-scans.png": pictures.heap_chart,
    "return-slip-88121.png": pictures.return_slip,
    "quiet-zone.png": pictures.quiet_zone,
    "collar-tag.png": pictures.collar_tag,
    "handheld-07.log": _handheld_log,
    "bay-7-motion.log": _motion_log,
    "delivery-slots-week-44.csv": _slots,
    "search-plan.txt": _search_plan,
    "batch-search-timings.csv": _search_timings,
    "goods-in-4711.csv": _goods_in,
}
