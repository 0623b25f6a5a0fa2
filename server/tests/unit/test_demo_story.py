"""The demo's stories fit together, and its barcodes can be scanned."""

from datetime import UTC, datetime, timedelta
from io import BytesIO

import pytest
from PIL import Image

from trackly.demo.barcode import draw_barcode, modules
from trackly.demo.files import make_file
from trackly.demo.people import OFFERED, PEOPLE, demo_people
from trackly.demo.story import acts_until, keys_of, moment, read_stories, with_keys

NOW = datetime(2026, 11, 20, 8, 41, tzinfo=UTC)
ANY_NOW = [NOW, datetime(2026, 11, 22, 0, 5, tzinfo=UTC), datetime(2026, 3, 30, 5, 0, tzinfo=UTC)]
START_B, STOP = "11010010000", "1100011101011"


def read_code128(signs: str) -> str:
    """What a scanner does: patterns back to signs, with the check digit."""
    from trackly.demo.barcode import _WIDTHS

    patterns = {"".join("10"[i % 2] * int(w) for i, w in enumerate(widths)): v for v, widths in enumerate(_WIDTHS)}
    assert signs.startswith(START_B)
    assert signs.endswith(STOP)
    body = signs[: -len(STOP)]
    values = [patterns[body[i : i + 11]] for i in range(0, len(body), 11)]
    *data, check = values[1:]
    assert (values[0] + sum(place * value for place, value in enumerate(data, 1))) % 103 == check
    return "".join(chr(value + 32) for value in data)


def test_a_barcode_is_code_128() -> None:
    # "PJJ123C", the example of the literature; there in code set A with check value 54, in B it is 55
    signs = modules("PJJ123C")
    assert signs == START_B + "11101110110" + "10110111000" * 2 + "10011100110" + "11001110010" + "11001011100" + (
        "10001000110" + "11101000110" + STOP
    )
    for text in ("4711-0815", "RET-88121", PEOPLE["mouser"].password or ""):
        assert read_code128(modules(text)) == text


def test_the_tag_on_the_picture_reads_what_it_says() -> None:
    picture = Image.open(BytesIO(make_file("collar-tag.png"))).convert("L")
    dark = [value < 40 for value in picture.crop((0, 320, picture.width, 321)).tobytes()]
    first, last = dark.index(True), len(dark) - 1 - dark[::-1].index(True)
    signs = "".join("1" if dark[x + 1] else "0" for x in range(first, last + 1, 4))
    assert read_code128(signs) == PEOPLE["mouser"].password
    assert not any(dark[first - 40 : first])


def test_drawing_says_how_wide_it_is() -> None:
    assert draw_barcode(Image.new("1", (9, 9)), "A", (0, 0), 2, 1) == 2 * (11 + 11 + 11 + 13)


@pytest.mark.parametrize("now", ANY_NOW)
def test_everything_happens_before_now_and_within_five_weeks(now: datetime) -> None:
    acts = acts_until(now)
    assert acts == sorted(acts, key=lambda act: act.at)
    assert acts[-1].at < now
    assert acts[0].at > now - timedelta(days=29)
    for issue in {act.issue for act in acts}:
        life = [act for act in acts if act.issue == issue]
        assert life[0].kind == "create"
        assert len({act.at for act in life}) == len(life)


def test_the_same_now_gives_the_same_acts() -> None:
    assert acts_until(NOW) == acts_until(NOW)


def test_people_work_in_the_daytime_of_working_days() -> None:
    night = {act.who for act in acts_until(NOW) if not 5 <= act.at.hour <= 19}
    assert night == {"mouser"}
    assert all(act.at.weekday() < 5 for act in acts_until(NOW))


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("31 min", datetime(2026, 11, 20, 8, 10, tzinfo=UTC)),
        ("1 14:12", datetime(2026, 11, 19, 13, 12, tzinfo=UTC)),
        ("5 14:12", datetime(2026, 11, 13, 13, 12, tzinfo=UTC)),
        ("20 09:00", datetime(2026, 10, 23, 7, 0, tzinfo=UTC)),
    ],
)
def test_when_a_story_happens(text: str, at: datetime) -> None:
    assert moment(text, NOW) == at


def test_stories_name_people_files_and_issues_that_exist() -> None:
    acts = acts_until(NOW)
    keys, born = keys_of(acts), {act.issue: act.at for act in acts if act.kind == "create"}
    assert len(keys) == len(read_stories()) == len(set(keys.values()))
    for act in acts:
        assert act.who in PEOPLE
        if act.kind == "attach":
            assert make_file(str(act.fields["file"]))
        text = str(act.fields.get("body") or act.fields.get("description") or "")
        for issue, key in keys.items():
            if f"{{{issue}}}" in text:
                assert born[issue] < act.at
                assert key in with_keys(text, keys)


def test_braces_that_name_no_issue_stay() -> None:
    assert with_keys("fun close() { x } {nobody} {freeze}", {"freeze": "SCN-3"}) == "fun close() { x } {nobody} SCN-3"


def test_the_login_page_offers_three_and_keeps_the_fourth_to_itself() -> None:
    assert [(one.email, one.password) for one in demo_people()] == [
        ("admin@trackly.com", "admin123"),
        ("maintainer@trackly.com", "maintainer123"),
        ("reporter@trackly.com", "reporter123"),
    ]
    hidden = [one for name, one in PEOPLE.items() if one.password and name not in OFFERED]
    assert [one.role for one in hidden] == ["REPORTER"]
    assert hidden[0].email.encode() in make_file("bay-7-motion.log")
