"""Whom PostgreSQL runs as. It refuses to run as root, so root lends it an account without any rights of its own."""

import contextlib
import fcntl
import os
import pwd
import stat
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

from trackly.kit.operators import OperatorError

_NAME = "trackly"
_ONE_AT_A_TIME = Path("/run/trackly-account.lock")


class RunAs(TypedDict, total=False):
    """The arguments of `subprocess` that change the account."""

    user: int
    group: int
    extra_groups: list[int]


class NoServiceAccount(OperatorError):
    """Root could not make the account."""


class NotOurFolder(OperatorError):
    """A folder that has to be private is somebody else's."""


@dataclass(frozen=True)
class ServiceAccount:
    uid: int
    gid: int
    borrowed: bool

    @classmethod
    def current(cls) -> "ServiceAccount":
        """Ourselves; under root the system account `trackly`, made when it is missing.

        Raises NoServiceAccount when it can't be."""
        if os.geteuid() != 0:
            return cls(os.geteuid(), os.getegid(), borrowed=False)
        try:
            entry = pwd.getpwnam(_NAME)
        except KeyError:
            entry = _create()
        return cls(entry.pw_uid, entry.pw_gid, borrowed=True)

    def run_as(self) -> RunAs:
        return RunAs(user=self.uid, group=self.gid, extra_groups=[]) if self.borrowed else RunAs()

    def own(self, folder: Path) -> None:
        """Make `folder`, private to the account. One that is there must be ours: never a link, never a stranger's."""
        try:
            folder.mkdir(0o700, parents=True)
        except FileExistsError:
            found = folder.lstat()
            if not stat.S_ISDIR(found.st_mode) or found.st_uid not in (self.uid, os.geteuid()):
                raise NotOurFolder(f"{folder} belongs to somebody else") from None
        folder.chmod(0o700)
        self.give(folder)

    def give(self, path: Path) -> None:
        """Make the account the owner of `path`."""
        if self.borrowed:
            os.chown(path, self.uid, self.gid, follow_symlinks=False)

    def open_way(self, path: Path) -> list[Path]:
        """Let the account walk down to `path`: "pass through" for others, never "read", where it is missing.

        Returns the folders that changed."""
        if not self.borrowed:
            return []
        closed = [folder for folder in path.parents if not folder.stat().st_mode & stat.S_IXOTH]
        for folder in closed:
            folder.chmod(folder.stat().st_mode | stat.S_IXOTH)
        return closed

    def open_tree(self, folder: Path) -> None:
        """Let the account read programs that were installed for root alone."""
        if not self.borrowed or folder.stat().st_mode & stat.S_IROTH:
            return
        for path in (folder, *folder.rglob("*")):
            mode = path.stat().st_mode
            path.chmod(mode | stat.S_IROTH | (stat.S_IXOTH if mode & stat.S_IXUSR else 0))


def _create() -> pwd.struct_passwd:
    """Make the account, or find the one that another process made while we waited: two useradd at once make two."""
    command = ["useradd", "--system", "--user-group", "--no-create-home", "--shell", "/usr/sbin/nologin", _NAME]
    try:
        with os.fdopen(os.open(_ONE_AT_A_TIME, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)) as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            with contextlib.suppress(KeyError):
                return pwd.getpwnam(_NAME)
            subprocess.run(command, check=True, capture_output=True, text=True)
            return pwd.getpwnam(_NAME)
    except (OSError, subprocess.CalledProcessError, KeyError) as error:
        raise NoServiceAccount(
            "PostgreSQL does not run as root, and the system account 'trackly' could not be made: "
            "start Trackly as an ordinary user, or set DATABASE_URL"
        ) from error
