"""The mail server's configuration: who sets it up, where its password goes and does not go, and the test in steps."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from tests.support.app import App
from tests.support.certificates import Certificates, make_certificates
from tests.support.receiver import receiver
from tests.support.smtp import Sink, mail_sink

PATH = "/api/email-config"
PASSWORD = "pässword-that-nobody-sees"
STEPS = ["resolve", "connect", "envelope", "accepted"]


@pytest.fixture
async def admin(app: App) -> AsyncIterator[httpx.AsyncClient]:
    async with await app.as_(app.cast.admin) as client:
        yield client


@pytest.fixture
def certificates(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Certificates:
    made = make_certificates(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(made.authority))
    return made


def config(**over: Any) -> dict[str, Any]:
    return {"host": "mail.example.org", "port": 587, "from_address": "trackly@example.org", **over}


async def tried(admin: httpx.AsyncClient, **body: Any) -> dict[str, Any]:
    answer = await admin.post(f"{PATH}/test", json=body)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_it_is_set_up_replaced_and_forgotten(admin: httpx.AsyncClient) -> None:
    assert (await admin.get(PATH)).json()["code"] == "email_config_missing"
    made = await admin.post(PATH, json=config(username="me", password=PASSWORD, from_address="T@BÜCHER.example"))
    assert (made.status_code, made.headers["etag"]) == (201, '"1"')
    assert made.json()["has_password"] is True
    assert made.json()["from_address"] == "T@xn--bcher-kva.example"
    assert (await admin.post(PATH, json=config())).json()["code"] == "email_config_exists"
    stale = await admin.put(PATH, json=config(), headers={"If-Match": '"7"'})
    assert stale.status_code == 412
    changed = await admin.put(PATH, json=config(port=465, security="tls"), headers={"If-Match": '"1"'})
    assert (changed.json()["version"], changed.json()["has_password"]) == (2, False)
    assert (await admin.get(PATH)).json() == changed.json()
    assert (await admin.delete(PATH)).status_code == 204
    assert (await admin.delete(PATH)).status_code == 404
    assert (await admin.put(PATH, json=config())).status_code == 404


async def test_the_password_never_comes_out(app: App, admin: httpx.AsyncClient) -> None:
    made = await admin.post(PATH, json=config(username="me", password=PASSWORD))
    kept = await admin.put(PATH, json=config(username="me", from_name="Other"))
    assert kept.json()["has_password"] is True
    for answer in (made, kept, await admin.get(PATH)):
        assert PASSWORD not in answer.text
    async with app.database.read_session() as session:
        stored = str((await session.execute(text("SELECT * FROM email_config"))).one())
        events = str((await session.execute(text("SELECT type, body_full, audience FROM event_log"))).all())
    assert PASSWORD not in stored
    assert PASSWORD not in json.loads(json.dumps(events))
    assert "email_config.created" in events
    assert "email_config.updated" in events


@pytest.mark.parametrize(
    "change", [{"host": "evil.example.org"}, {"port": 2525}, {"username": "you"}, {"security": "tls"}]
)
async def test_the_stored_password_goes_nowhere_else(admin: httpx.AsyncClient, change: dict[str, Any]) -> None:
    await admin.post(PATH, json=config(username="me", password=PASSWORD))
    elsewhere = config(username="me") | change
    for answer, place in (
        (await admin.put(PATH, json=elsewhere), "password"),
        (await admin.post(f"{PATH}/test", json={"config": elsewhere}), "config.password"),
    ):
        assert (answer.status_code, answer.json()["code"]) == (422, "password_needed")
        assert [error["field"] for error in answer.json()["errors"]] == [place]


@pytest.mark.parametrize(
    ("wrong", "place"),
    [
        ({"host": "mail server"}, "host"),
        ({"host": "mail\r\nRCPT TO:<x@y.example>"}, "host"),
        ({"port": 0}, "port"),
        ({"security": "ssl"}, "security"),
        ({"from_address": "nobody"}, "from_address"),
        ({"from_name": "Trackly\r\nBcc: x@y.example"}, "from_name"),
        ({"username": "me\nyou"}, "username"),
        ({"password": ""}, "password"),
        ({"preset": "hotmail"}, "preset"),
        ({"preset": "office365"}, "preset"),
        ({"surprise": 1}, "surprise"),
    ],
)
async def test_what_is_wrong_is_named(admin: httpx.AsyncClient, wrong: dict[str, Any], place: str) -> None:
    answer = await admin.post(PATH, json=config(**wrong))
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, place)
    tried = await admin.post(f"{PATH}/test", json={"config": config(**wrong), "dry": True})
    assert (tried.status_code, tried.json()["errors"][0]["field"]) == (422, f"config.{place}")


async def test_without_encryption_only_to_this_machine_or_by_choice(admin: httpx.AsyncClient) -> None:
    refused = await admin.post(PATH, json=config(security="none"))
    assert (refused.status_code, refused.json()["code"]) == (422, "unencrypted_mail")
    assert [error["field"] for error in refused.json()["errors"]] == ["security"]
    assert (await admin.post(PATH, json=config(security="none", host="127.0.0.1"))).status_code == 201
    assert (await admin.put(PATH, json=config(security="none", plain_text_allowed=True))).status_code == 200


async def test_presets_say_what_each_provider_needs(admin: httpx.AsyncClient) -> None:
    presets = {one["name"]: one for one in (await admin.get(f"{PATH}/presets")).json()["items"]}
    assert set(presets) == {"gmail", "ses", "mailgun", "postmark", "office365", "local", "custom"}
    assert presets["office365"]["supported"] is False
    assert "OAuth" in presets["office365"]["note"]


async def test_a_test_goes_step_by_step_to_a_mail(admin: httpx.AsyncClient, app: App) -> None:
    async with mail_sink() as sink:
        await admin.post(PATH, json=sink.config())
        result = await tried(admin)
        assert result["ok"] is True
        assert [step["step"] for step in result["steps"]] == STEPS
        assert [step["answer"] for step in result["steps"]] == [
            "127.0.0.1",
            "sink.test Sink",
            "2.1.5 Recipient OK",
            "2.0.0 Queued as 4XyZ",
        ]
        assert all(step["ms"] >= 0 for step in result["steps"])
        (mail,) = sink.to(app.cast.admin.email)
        assert mail.parsed["Subject"] == "Trackly can send mail"
        assert (await admin.get(PATH)).json()["test_ok"] is True
        assert (await tried(admin, dry=True))["ok"] is True
        assert len(sink.mails) == 1


async def test_a_repeated_test_with_its_key_sends_one_mail(admin: httpx.AsyncClient) -> None:
    async with mail_sink() as sink:
        await admin.post(PATH, json=sink.config())
        answers = [await admin.post(f"{PATH}/test", json={}, headers={"Idempotency-Key": "k1"}) for _ in range(2)]
        assert answers[0].json() == answers[1].json()
        assert len(sink.mails) == 1


async def test_steps_can_be_watched(admin: httpx.AsyncClient) -> None:
    async with mail_sink() as sink:
        await admin.post(PATH, json=sink.config())
        answer = await admin.post(f"{PATH}/test/steps", json={"to": "ann@example.com"})
        lines = [json.loads(line) for line in answer.text.splitlines()]
        assert [line["step"] for line in lines[:-1]] == STEPS
        assert lines[-1] == {"ok": True, "to": "ann@example.com", "steps": lines[:-1]}
        assert (await admin.get(PATH)).json()["test_ok"] is True


async def test_the_words_of_a_server_that_refuses_are_told(admin: httpx.AsyncClient, app: App) -> None:
    async with mail_sink(Sink(rcpt={app.cast.admin.email: "550 5.7.1 Relaying denied"})) as sink:
        await admin.post(PATH, json=sink.config())
        result = await tried(admin)
        assert result["ok"] is False
        last = result["steps"][-1]
        assert (last["step"], last["code"], last["answer"]) == ("envelope", 550, "5.7.1 Relaying denied")
        assert (await admin.get(PATH)).json()["test_ok"] is False


async def test_a_login_by_starttls_and_by_tls(admin: httpx.AsyncClient, certificates: Certificates) -> None:
    for implicit, security in ((False, "starttls"), (True, "tls")):
        sink = Sink(password=PASSWORD)
        async with mail_sink(sink, tls=certificates.server, implicit_tls=implicit):
            good = sink.config(host="localhost", security=security, username="me", password=PASSWORD)
            result = await tried(admin, config=good)
            assert result["ok"] is True, result
            assert [step["step"] for step in result["steps"]] == ["resolve", "connect", "tls", "login", *STEPS[2:]]
            assert "TLSv1." in result["steps"][2]["answer"]
            wrong = await tried(admin, config=good | {"password": "wrong-wrong"})
            last = wrong["steps"][-1]
            assert (last["step"], last["ok"], last["code"]) == ("login", False, 535)
            assert len(sink.mails) == 1


async def test_a_certificate_of_somebody_else_ends_it(admin: httpx.AsyncClient, tmp_path: Path) -> None:
    made = make_certificates(tmp_path)
    for implicit, security in ((False, "starttls"), (True, "tls")):
        async with mail_sink(tls=made.server, implicit_tls=implicit) as sink:
            last = (await tried(admin, config=sink.config(host="localhost", security=security)))["steps"][-1]
            assert (last["step"], last["ok"]) == ("tls", False)
            assert last["answer"].startswith("the certificate is not good for localhost: ")


async def test_encryption_that_is_wanted_is_never_left_out(admin: httpx.AsyncClient) -> None:
    async with mail_sink() as sink:
        last = (await tried(admin, config=sink.config(security="starttls")))["steps"][-1]
        assert (last["step"], last["ok"]) == ("tls", False)
        assert sink.mails == []


async def test_what_is_no_mail_server_tells_nothing_of_itself(admin: httpx.AsyncClient) -> None:
    async with receiver() as other:
        result = await tried(admin, config={**config(host="127.0.0.1", security="none"), "port": other.port})
        assert [step["step"] for step in result["steps"]] == ["resolve", "connect"]
    gone = await tried(admin, config=config(host="127.0.0.1", port=1, security="none"))
    assert gone["steps"][-1]["answer"] == "nothing listens there"
    nowhere = await tried(admin, config=config(host="no-such-host.invalid"))
    assert nowhere["steps"][-1] | {"ms": 0} == {
        "step": "resolve",
        "ok": False,
        "answer": "the name service does not know this host",
        "code": None,
        "ms": 0,
    }
