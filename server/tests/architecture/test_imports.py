"""Each import contract fails on a planted violation: `lint-imports` on a copy of the product with one file more."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

SERVER = Path(__file__).parents[2]
LINT_IMPORTS = Path(sys.executable).with_name("lint-imports")


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    shutil.copytree(SERVER / "trackly", tmp_path / "trackly", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(SERVER / "pyproject.toml", tmp_path)
    return tmp_path


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [str(LINT_IMPORTS), "--no-cache"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def test_the_product_keeps_its_contracts(copy: Path) -> None:
    done = lint(copy)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    ("place", "line", "contract"),
    [
        ("kit/planted.py", "import trackly.issues.facade", "Domains import downwards only"),
        ("issues/planted.py", "import trackly.main", "Domains import downwards only"),
        ("planted/__init__.py", "", "Domains import downwards only"),
        ("comments/planted.py", "import trackly.issues.commands", "A domain is entered by its facade"),
        ("comments/planted.py", "from trackly.issues import rules", "A domain is entered by its facade"),
        ("comments/planted.py", "import trackly.issues.tables", "Foreign tables are read by query modules only"),
        ("issues/queries.py", "import fastapi", "The core does not know HTTP"),
        ("issues/rules.py", "import trackly.http.deps", "The core does not know HTTP"),
        ("issues/routes.py", "import sqlalchemy", "Routes do not speak SQL"),
    ],
)
def test_a_planted_import_breaks_its_contract(copy: Path, place: str, line: str, contract: str) -> None:
    file = copy / "trackly" / place
    file.parent.mkdir(exist_ok=True)
    with file.open("a") as text:
        text.write(f"\n{line}\n")
    done = lint(copy)
    assert done.returncode == 1
    assert f"{contract} BROKEN" in done.stdout or f"{contract}\n" in done.stdout.split("Broken contracts")[-1], (
        done.stdout
    )


def test_a_planted_cycle_breaks_its_contract(copy: Path) -> None:
    (copy / "trackly/issues/one.py").write_text("import trackly.issues.two\n")
    (copy / "trackly/issues/two.py").write_text("import trackly.issues.one\n")
    done = lint(copy)
    assert done.returncode == 1
    assert "No cycles, at any depth BROKEN" in done.stdout
