"""Sealed secrets open with the right key in the right row, and in no other way."""

import secrets

import pytest

from trackly.kit.secret_box import SecretBox, SecretUnreadable, row_identity

OLD, NEW = secrets.token_urlsafe(48), secrets.token_urlsafe(48)
HERE = row_identity("email_config", "password", 1)


def test_what_was_sealed_opens_in_its_row() -> None:
    box = SecretBox([OLD])
    sealed = box.seal(HERE, "hunter2 ä")
    assert box.open(HERE, sealed) == "hunter2 ä"
    assert "hunter2" not in sealed
    assert box.seal(HERE, "hunter2 ä") != sealed


@pytest.mark.parametrize(
    "elsewhere",
    [row_identity("email_config", "password", 2), row_identity("webhook", "password", 1), "email_config.password"],
)
def test_moved_to_another_row_it_does_not_open(elsewhere: str) -> None:
    box = SecretBox([OLD])
    with pytest.raises(SecretUnreadable, match="belongs to another row"):
        box.open(elsewhere, box.seal(HERE, "hunter2"))


def test_another_key_does_not_open_it_and_the_newest_seals() -> None:
    sealed = SecretBox([OLD]).seal(HERE, "hunter2")
    both = SecretBox([NEW, OLD])
    assert both.open(HERE, sealed) == "hunter2"
    assert SecretBox([NEW]).open(HERE, both.seal(HERE, "hunter2")) == "hunter2"
    with pytest.raises(SecretUnreadable, match="another key"):
        SecretBox([NEW]).open(HERE, sealed)


@pytest.mark.parametrize("change", [lambda s: s[:-2] + "AA", lambda s: s[1:], lambda s: "", lambda s: "A" + s])
def test_what_was_changed_does_not_open(change) -> None:
    box = SecretBox([OLD])
    with pytest.raises(SecretUnreadable):
        box.open(HERE, change(box.seal(HERE, "hunter2")))


def test_the_key_is_not_shown() -> None:
    assert OLD not in repr(SecretBox([OLD]))
