"""The `trackly` command. Each subcommand imports what it needs when it runs, so that every one starts quickly."""

import argparse
import asyncio
import gc
import getpass
import json
import os
import secrets
import signal
import sys
from collections.abc import Callable, Sequence
from functools import partial
from importlib import import_module
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING

from trackly.kit.errors import AppError
from trackly.kit.operators import OperatorError
from trackly.settings import Settings, load_settings

if TYPE_CHECKING:
    from datetime import date

    from pydantic_core import ErrorDetails

    from trackly.attachments.facade import BlobStore
    from trackly.events.unit_of_work import UnitsOfWork
    from trackly.imports.github import ImportResult
    from trackly.users.facade import UserCreate

FAILED = 1
WRONG = 2

say: Callable[[str], None] = partial(print, flush=True)


def main(argv: Sequence[str] | None = None) -> int:
    """Run one subcommand; returns the exit code: 0 done, 1 failed, 2 wrong settings or arguments."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    arguments = _parser().parse_args(argv)
    run: Callable[[Settings, argparse.Namespace], int] = arguments.run
    try:
        return run(load_settings(), arguments)
    except OperatorError as error:
        return _refuse(str(error), error.exit_code)
    except AppError as error:
        return _refuse("; ".join([error.detail, *(f"{e.field}: {e.message}" for e in error.errors)]), FAILED)
    except KeyboardInterrupt:
        return FAILED


def _refuse(reason: str, exit_code: int) -> int:
    print(f"trackly: {reason}", file=sys.stderr)
    return exit_code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="trackly", description="A self-hosted issue tracker, live by default.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(name: str, run: Callable[[Settings, argparse.Namespace], int], text: str) -> argparse.ArgumentParser:
        made = commands.add_parser(name, help=text, description=text)
        made.set_defaults(run=run)
        return made

    command("serve", serve, "run the server")
    worker = command("worker", work, "make and send reports beside the servers, as many processes as you like")
    worker.add_argument("--parallel", type=_parallel, metavar="N", help="reports at once; REPORT_WORKERS without it")
    command("migrate", migrate, "bring the database to the newest schema")
    command("rotate-secrets", rotate_secrets, "seal every secret in the database anew, with the newest key")
    admin = command("create-admin", create_admin, "let the first admin in")
    admin.add_argument("--email", required=True)
    admin.add_argument("--name", required=True)
    command("demo", demo, "fill an empty trial with the demo people and their issues")
    source = command("import", import_github, "bring issues in from elsewhere; safe to run again")
    source.add_argument("source", choices=["github"])
    source.add_argument("file", type=Path, metavar="FILE", help="one REST v3 issue a line, .jsonl or .jsonl.gz")
    source.add_argument("--project", metavar="KEY", help="put all into this project, not one for each repository")
    command("openapi", openapi, "print the description of the API")
    return parser


_TURN_S = 0.0005
"""A request takes its turn some twenty times. While a thread computes (a long SQL text is being read), each turn came
after 5 ms by default, and a list took 285 ms."""


def serve(settings: Settings, _: argparse.Namespace) -> int:
    # The application takes a second or two to import; the database starts in the meantime. Nothing of it is garbage.
    gc.disable()
    importing = Thread(target=import_module, args=("trackly.main",), daemon=True)
    importing.start()
    from trackly.kit.log import configure_logging
    from trackly.serving import listen, prepared_database, run

    configure_logging(settings.log_level)
    with listen(settings.host, settings.port) as listener:
        settings = settings.model_copy(update={"port": listener.getsockname()[1]})
        with prepared_database(settings, say) as (reachable, postgres):
            importing.join()
            from trackly.main import build

            asyncio.run(_ensure_secrets_key(reachable))
            asyncio.run(_open_or_close_demo(reachable))
            gc.freeze()
            gc.set_threshold(10_000, 20, 20)  # a request makes some thousands of objects, nearly none of them in cycles
            gc.enable()
            sys.setswitchinterval(_TURN_S)
            started = run(build(reachable), reachable, listener, postgres, partial(_welcome, reachable))
    return 0 if started else FAILED


def work(settings: Settings, arguments: argparse.Namespace) -> int:
    from trackly.kit.log import configure_logging
    from trackly.main import build
    from trackly.serving import prepared_database, run_worker

    configure_logging(settings.log_level)
    parallel = arguments.parallel or settings.report_workers or 1
    with prepared_database(settings.model_copy(update={"report_workers": parallel}), say) as (reachable, postgres):
        asyncio.run(_ensure_secrets_key(reachable))
        run_worker(build(reachable, "worker"), postgres, partial(say, f"At work, {parallel} reports at once"))
    return 0


def _parallel(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:3]) <= 64):
        raise argparse.ArgumentTypeError("must be 1 to 64")
    return int(text)


async def _ensure_secrets_key(settings: Settings) -> None:
    """Whether the secrets in the database are sealed with our key. Raises WrongSecretsKey."""
    from trackly.kit.secret_box import SecretBox, ensure_canary
    from trackly.main import open_work

    async with open_work(settings) as (_, work), work.begin("start:secrets") as uow:
        await ensure_canary(uow.session, SecretBox(settings.secrets_keys))


async def _open_or_close_demo(settings: Settings) -> bool:
    """In demo mode fill an instance without people, returns whether it was one; otherwise let no demo person in."""
    from trackly.demo.people import shut_out_demo_people
    from trackly.kit.clock import SystemClock
    from trackly.main import blob_store, open_work
    from trackly.users.facade import Actor, Role, count_users

    async with open_work(settings) as (database, work):
        if not settings.demo:
            await shut_out_demo_people(work)
            return False
        async with database.read_session() as session:
            if (await count_users(session, Actor(0, "", "Operator", Role.ADMIN))).count:
                return False
        from trackly.demo.seed import seed_demo

        say("First start: making the demo people and their issues")
        blobs, now = blob_store(settings), SystemClock().now()
        seeded = await seed_demo(work, database, blobs, now)
        if seeded:
            await _seed_reports(settings, work, blobs, now.date())
        return seeded


async def _seed_reports(settings: Settings, work: "UnitsOfWork", blobs: "BlobStore", today: "date") -> None:
    from trackly.demo.reports import seed_reports
    from trackly.notifications.facade import NotificationServices
    from trackly.reports.facade import ReportServices
    from trackly.sandbox.facade import Sandbox

    keys, hosts = settings.secrets_keys, settings.webhook_allowed_hosts
    notifications = NotificationServices.build(work, keys, settings.public_url, hosts)
    sandbox = Sandbox(work, notifications.box, None)
    await seed_reports(work, ReportServices.build(work, blobs, sandbox, notifications).checker, today)


def _welcome(settings: Settings) -> None:
    if not (settings.client_dir / "index.html").is_file():
        say(f"TRACKLY_CLIENT_DIR: there is no client in {settings.client_dir}, only the API answers")
    if settings.demo:
        from trackly.demo.people import demo_people

        say("The people of the demo:")
        for person in demo_people():
            say(f"  {person.email:<24} {person.password}")
    say(f"Trackly is ready: {settings.public_url}   (Ctrl-C ends it)")


def demo(settings: Settings, _: argparse.Namespace) -> int:
    from trackly.serving import prepared_database

    if not settings.demo:
        return _refuse("TRACKLY_DEMO: the demo is for a loopback address, and here it is switched off", WRONG)
    with prepared_database(settings, say) as (reachable, _postgres):
        made = asyncio.run(_open_or_close_demo(reachable))
    say("The demo is there" if made else "There are people already, nothing was changed")
    return 0


def migrate(settings: Settings, _: argparse.Namespace) -> int:
    from trackly.serving import prepared_database

    with prepared_database(settings, lambda _: None):
        say("The database has the newest schema")
    return 0


def rotate_secrets(settings: Settings, _: argparse.Namespace) -> int:
    from trackly.kit.secret_box import SecretBox, SecretUnreadable, reseal_all
    from trackly.main import open_work
    from trackly.serving import prepared_database

    async def run(reachable: Settings) -> int:
        await _ensure_secrets_key(reachable)
        async with open_work(reachable) as (_, work), work.begin("cli:rotate-secrets") as uow:
            return await reseal_all(uow.session, SecretBox(reachable.secrets_keys))

    with prepared_database(settings, say) as (reachable, _postgres):
        try:
            count = asyncio.run(run(reachable))
        except SecretUnreadable as error:
            return _refuse(f"nothing was changed: {error}", FAILED)
    say(f"{count} secrets are sealed with the newest key now; SECRETS_KEY_PREVIOUS can go")
    return 0


def create_admin(settings: Settings, arguments: argparse.Namespace) -> int:
    from pydantic import ValidationError

    from trackly.serving import prepared_database
    from trackly.users.facade import Role, UserCreate

    password = os.environ.get("TRACKLY_ADMIN_PASSWORD") or (_ask_password() if sys.stdin.isatty() else None)
    made = password or secrets.token_urlsafe(15)
    try:
        admin = UserCreate(email=arguments.email, name=arguments.name, role=Role.ADMIN, password=made)
    except ValidationError as error:
        return _refuse("; ".join(f"--{item['loc'][0]}: {_in_words(item)}" for item in error.errors()), WRONG)
    with prepared_database(settings, say) as (reachable, _postgres):
        asyncio.run(_let_in(reachable, admin))
    say(f"{admin.email} is an admin now")
    if password is None:
        say(f"Password, shown this once: {made}")
    return 0


def _in_words(error: "ErrorDetails") -> str:
    return "is no such thing" if error["type"] == "string_pattern_mismatch" else error["msg"].replace("String", "it")


async def _let_in(settings: Settings, new: "UserCreate") -> None:
    from trackly.main import open_work
    from trackly.users.facade import NewUser, Passwords, create_user

    async with open_work(settings) as (_, work), work.begin("cli:create-admin") as uow:
        password_hash = await Passwords().hash(new.password) if new.password else None
        await create_user(uow, None, NewUser(new.email, new.name, new.role, password_hash))


def _ask_password() -> str | None:
    """What was typed twice; None to have one made."""
    first = getpass.getpass("Password, 12 characters or more (empty: a random one): ")
    if first and first != getpass.getpass("The same again: "):
        raise OperatorError("the two passwords are not the same")
    return first or None


def import_github(settings: Settings, arguments: argparse.Namespace) -> int:
    from trackly.imports.github import import_github as bring_in
    from trackly.imports.progress import progress_bar
    from trackly.main import open_work
    from trackly.serving import prepared_database

    async def run(reachable: Settings) -> "ImportResult":
        async with open_work(reachable) as (database, work):
            with progress_bar(arguments.file.name) as tell:
                return await bring_in(work, database, arguments.file, project_key=arguments.project, progress=tell)

    with prepared_database(settings, say) as (reachable, _postgres):
        result = asyncio.run(run(reachable))
    say(f"{result.created} issues brought in, {result.known} were there already, {result.people} new people")
    say(f"Projects: {', '.join(result.projects) or 'none'}. It took {result.seconds:.1f} s")
    for broken in result.broken:
        print(f"line {broken.line} was left out: {broken.reason}", file=sys.stderr)
    if result.broken_count > len(result.broken):
        print(f"and {result.broken_count - len(result.broken)} more", file=sys.stderr)
    return 0 if result.is_whole else FAILED


def openapi(settings: Settings, _: argparse.Namespace) -> int:
    from trackly.main import build

    placed = settings if settings.database_url else settings.with_embedded("postgresql://trackly@/trackly")
    print(json.dumps(build(placed).state.openapi(), indent=1, ensure_ascii=False))
    return 0
