"""The wheel is what users get: built, installed into an empty environment outside the checkout, and used there."""

from __future__ import annotations

import os
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

USE = """
import importlib.metadata, importlib.resources, sys
from truecopy import QuestionPro, errors
from truecopy_emulator import Emulator
import questionpro_api

for package in ("truecopy", "questionpro_api", "supermetrics_api", "asavie_api", "truecopy_emulator", "truecopy_docs"):
    assert importlib.resources.files(package).joinpath("py.typed").is_file(), package
with Emulator() as emulator, QuestionPro(api_key=emulator.credential, base_url=emulator.url("questionpro")) as qp:
    batch = qp.micropanel.get_batch(4445556)
    assert isinstance(batch, questionpro_api.models.MicropanelBatch)
    try:
        qp.micropanel.get_batch(1)
    except errors.NotFoundError as error:
        assert error.code == "1040"
    else:
        raise AssertionError
assert importlib.metadata.version("truecopy")
print(batch.status, questionpro_api.__file__)
"""


def run(*command: object, cwd: Path) -> str:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    ran = subprocess.run([str(part) for part in command], cwd=cwd, env=environment, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    run(sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "--no-build-isolation", "-w", folder, ROOT, cwd=folder)
    (built,) = folder.glob("truecopy-*.whl")
    return built


def test_wheel_holds_the_packages_and_nothing_else(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    tops = {name.split("/")[0] for name in names}
    packages = {"truecopy", "truecopy_emulator", "truecopy_docs", "questionpro_api", "supermetrics_api", "asavie_api"}
    assert {top for top in tops if not top.endswith(".dist-info")} == packages
    assert "truecopy_emulator/specs/questionpro.yaml" in names
    assert not [name for name in names if "__pycache__" in name or name.endswith((".jinja", ".pyc"))]


@pytest.mark.parametrize(
    ("package", "missing", "extra"),
    [
        ("truecopy", "rich", "cli"),
        ("truecopy_emulator", "click", "emulator"),
        ("truecopy_emulator", "orjson", "emulator"),
        ("truecopy_docs", "click", "docs"),
        ("truecopy_docs", "yaml", "docs"),
    ],
)
def test_commands_name_the_extra_that_they_lack(package: str, missing: str, extra: str) -> None:
    code = (
        "import importlib.util as u, runpy, sys; real = u.find_spec\n"
        f"u.find_spec = lambda name, *a: None if name == '{missing}' else real(name, *a)\n"
        f"sys.modules['{missing}'] = None; sys.argv[1:] = ['check']; runpy.run_module('{package}', run_name='__main__')"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert ran.returncode != 0
    assert f"pip install 'truecopy[{extra}]'" in ran.stderr
    assert len(ran.stderr.splitlines()) == 1


def test_the_emulator_names_its_extra() -> None:
    code = "import sys; sys.modules['orjson'] = None; from truecopy_emulator import Emulator"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert "ImportError: the emulator needs its extra: pip install 'truecopy[emulator]'" in ran.stderr


@pytest.mark.timeout(300)
def test_wheel_works_in_an_empty_environment(wheel: Path, tmp_path: Path) -> None:
    venv.create(tmp_path / "env", with_pip=True)
    python = tmp_path / "env" / "bin" / "python"
    pip = (python, "-m", "pip", "--disable-pip-version-check", "install", "-q", "-c", ROOT / "requirements.txt")
    run(*pip, wheel, cwd=tmp_path)
    bare = run(python, "-W", "error", "-c", "import truecopy; truecopy.QuestionPro('k')", cwd=tmp_path)
    assert bare == ""
    run(*pip, f"{wheel}[emulator]", cwd=tmp_path)
    told = run(python, "-W", "error", "-c", USE, cwd=tmp_path)
    assert told.startswith("Delivery Successful")
    assert str(tmp_path) in told
    assert "--port" in run(tmp_path / "env" / "bin" / "truecopy-emulator", "--help", cwd=tmp_path)
