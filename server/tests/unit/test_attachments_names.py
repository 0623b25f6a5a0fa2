"""Names as people see and save them."""

import pytest

from trackly.attachments.names import clean_name, content_disposition


@pytest.mark.parametrize(
    ("given", "cleaned"),
    [
        ("report.pdf", "report.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\eve\\a b.png", "a b.png"),
        ("..", "file"),
        ("", "file"),
        ("a\x00b\r\nc.txt", "ab c.txt"),
        ("invoice\u202egnp.exe", "invoicegnp.exe"),
        ("\u2066x\u2069\u200f.txt", "x.txt"),
        ("\ufeffname.txt", "name.txt"),
        ("e\u0301te\u0301.txt", "été.txt"),
        ("日本語.png", "日本語.png"),
        ("👩\u200d💻.png", "👩\u200d💻.png"),
        ("\u200d\u200d", "file"),
        ("bad\ud800.txt", "bad.txt"),
        ("  .hidden. ", "hidden"),
        ("tab\there   too.txt", "tab here too.txt"),
        ('quote".txt', 'quote".txt'),
    ],
)
def test_a_name_loses_what_hides_or_breaks(given, cleaned):
    assert clean_name(given) == cleaned


def test_a_long_name_keeps_its_extension():
    assert clean_name("x" * 500 + ".tar.gz") == "x" * 197 + ".gz"
    assert clean_name("é" * 300) == "é" * 200
    assert len(clean_name("y" * 300 + "." + "z" * 100)) == 200


def test_no_name_is_left_without_end():
    assert clean_name("a" * 198 + " . " + "b" * 30).endswith("a")


@pytest.mark.parametrize(
    ("name", "header"),
    [
        ("a b.png", 'attachment; filename="a b.png"'),
        ("été.txt", "attachment; filename=\"ete.txt\"; filename*=UTF-8''%C3%A9t%C3%A9.txt"),
        ("日本.png", "attachment; filename=\"__.png\"; filename*=UTF-8''%E6%97%A5%E6%9C%AC.png"),
        (
            'x"; filename="y.exe',
            "attachment; filename=\"x__ filename=_y.exe\"; filename*=UTF-8''x%22%3B%20filename%3D%22y.exe",
        ),
        ("100%.txt", "attachment; filename=\"100_.txt\"; filename*=UTF-8''100%25.txt"),
        ("a\\b.txt", "attachment; filename=\"a_b.txt\"; filename*=UTF-8''a%5Cb.txt"),
        ("℀.txt", "attachment; filename=\"a_c.txt\"; filename*=UTF-8''%E2%84%80.txt"),
    ],
)
def test_the_header_says_the_name_twice_when_it_is_not_plain(name, header):
    assert content_disposition("attachment", name) == header
    header.encode("ascii")
