"""`bin/run`, started for real: what it says when something is in the way, and that it leaves nothing behind."""

import contextlib
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

pytestmark = pytest.mark.once

ROOT = Path(__file__).parent.parent
SECONDS_TO_START = 120  # the first start on a busy machine fills the demo


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def environment(**own: object) -> dict[str, str]:
    """The environment of a newcomer's shell, with the packages that run these tests."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return {**kept, "VENV": sys.prefix, **{name: str(value) for name, value in own.items()}}


def with_ordinary_signals() -> None:
    """What is started in the background or under nohup inherits ignored signals, which bash then cannot trap."""
    for number in (signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)


class Site:
    """One running `bin/run`."""

    def __init__(self, folder: Path, **own: object) -> None:
        self.port = free_port()
        self.log = folder.parent / f"{folder.name}-{self.port}.log"
        began = time.monotonic()
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                [ROOT / "bin/run"],
                env=environment(DATA_DIR=folder, PORT=self.port, **own),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=with_ordinary_signals,
            )
        while "Fördertopf runs on" not in self.said() and self.process.poll() is None:
            if time.monotonic() - began > SECONDS_TO_START:
                break
            time.sleep(0.05)
        self.seconds_to_start = time.monotonic() - began

    def said(self) -> str:
        return self.log.read_text()

    def children(self) -> list[int]:
        """The server and its two workers, which it starts only after it listens; the worker that mails; the timer."""
        deadline = time.monotonic() + 20
        while len(family := self._family()) < 5 and time.monotonic() < deadline:
            time.sleep(0.1)
        return family

    def _family(self) -> list[int]:
        parents = {number: parent for number, (_, parent) in processes().items()}
        family = {self.process.pid}
        while grown := {number for number, parent in parents.items() if parent in family} - family:
            family |= grown
        return sorted(family - {self.process.pid})

    def stop(self, number: int = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        return self.process.wait(30)


def processes() -> dict[int, tuple[str, int]]:
    """State and parent of every process of this machine."""
    found = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):  # ended meanwhile
            state, parent = path.read_text(errors="replace").rpartition(")")[2].split()[:2]
            found[int(path.parent.name)] = (state, int(parent))
    return found


def command_line(number: int) -> str:
    return Path(f"/proc/{number}/cmdline").read_text().replace("\0", " ")


def alive(numbers: list[int]) -> list[int]:
    """Those that still run; one that has ended but was not yet collected by its parent (Z) does not."""
    found = processes()
    return [number for number in numbers if found.get(number, ("Z", 0))[0] != "Z"]


def left_of(numbers: list[int], seconds: int = 20) -> list[int]:
    """Those that still run after a while: a signal is sent at once, but obeyed only when the kernel gets to it."""
    deadline = time.monotonic() + seconds
    while (left := alive(numbers)) and time.monotonic() < deadline:
        time.sleep(0.1)
    return left


def refusal(folder: Path, **own: object) -> tuple[int, str]:
    """The exit status and the message of a start that must not succeed."""
    done = subprocess.run(
        [ROOT / "bin/run"],
        env=environment(DATA_DIR=folder, **{"PORT": free_port(), **own}),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=30,
    )
    return done.returncode, done.stderr


def dump(folder: Path) -> list[str]:
    database = sqlite3.connect(folder / "foerdertopf.sqlite3")
    try:
        return list(database.iterdump())
    finally:
        database.close()


def unfinished_tasks(folder: Path) -> int:
    """What the worker has still to do."""
    database = sqlite3.connect(folder / "foerdertopf.sqlite3", timeout=30)
    try:
        asked = "SELECT count(*) FROM django_tasks_database_dbtaskresult WHERE status IN ('READY', 'RUNNING')"
        return database.execute(asked).fetchone()[0]
    finally:
        database.close()


@pytest.fixture(scope="module")
def demo_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder in which the demo was started once, until its mails were sent."""
    folder = tmp_path_factory.mktemp("demo") / "data"
    site = Site(folder)
    deadline = time.monotonic() + 30
    while unfinished_tasks(folder) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert site.stop() == 0, site.said()
    return folder


@pytest.fixture(scope="module")
def empty_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder that was started once without the demo; beside it what the start said."""
    folder = tmp_path_factory.mktemp("empty") / "data"
    site = Site(folder, DEMO=0)
    assert site.stop() == 0, site.said()
    (folder.parent / "said").write_text(site.said())
    return folder


@pytest.fixture
def start() -> Iterator[Callable[..., Site]]:
    sites: list[Site] = []

    def start_site(folder: Path, **own: object) -> Site:
        sites.append(Site(folder, **own))
        return sites[-1]

    yield start_site
    for site in sites:
        if site.process.poll() is None:
            site.stop()


def test_start_with_the_demo_serves_it_and_says_where(demo_folder, start):
    site = start(demo_folder)

    with urllib.request.urlopen(f"http://127.0.0.1:{site.port}/demo/") as answer:
        assert answer.status == 200
    assert site.said().splitlines() == [
        f"Fördertopf runs on http://127.0.0.1:{site.port}/"
        f" – sign in as one of the demo people: http://127.0.0.1:{site.port}/demo/"
    ]


def test_second_start_is_quick_and_leaves_the_data_alone(demo_folder, start):
    before = dump(demo_folder)

    # The best of three, since other tests keep the machine busy.
    seconds = []
    for _ in range(3):
        site = start(demo_folder)
        seconds.append(site.seconds_to_start)
        site.stop()

    assert min(seconds) < 5
    assert dump(demo_folder) == before


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_stop_by_signal_ends_every_child(demo_folder, start, number):
    site = start(demo_folder)
    children = site.children()

    status = site.stop(number)

    assert status == 0
    assert len(children) == 5
    assert alive(children) == []


def test_script_killed_outright_takes_its_children_along(demo_folder, start):
    site = start(demo_folder)
    children = site.children()

    site.stop(signal.SIGKILL)

    assert left_of(children) == []


def test_child_that_dies_is_named_and_everything_stops(demo_folder, start):
    site = start(demo_folder)
    children = site.children()

    os.kill(children[0], signal.SIGKILL)

    assert site.process.wait(30) == 1
    assert site.said().splitlines()[-1] == "The web process ended by itself (status 137); stopping everything."
    assert left_of(children) == []


@pytest.mark.parametrize(("name", "call"), [("worker", "manage.py work"), ("timer", "manage.py tick --every 10")])
def test_worker_or_timer_that_dies_is_named_and_everything_stops(demo_folder, start, name, call):
    site = start(demo_folder)
    children = site.children()
    [number] = [each for each in children if call in command_line(each)]

    os.kill(number, signal.SIGKILL)

    assert site.process.wait(30) == 1
    assert site.said().splitlines()[-1] == f"The {name} process ended by itself (status 137); stopping everything."
    assert left_of(children) == []


def test_start_beside_a_running_one_is_refused(demo_folder, start):
    start(demo_folder)

    assert refusal(demo_folder) == (
        1,
        f"Another bin/run uses the data folder {demo_folder}: stop it, or give this one its own DATA_DIR and PORT.\n",
    )


def test_start_with_the_port_in_use_names_it_and_the_way_out(tmp_path):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]

        assert refusal(tmp_path / "data", PORT=port) == (
            1,
            f"Port {port} is in use by another program: stop it, or choose another one: PORT=8080 bin/run\n",
        )


@pytest.mark.parametrize("port", ["abc", "0", "65536", "-1", "８０００"])
def test_start_with_a_port_that_is_none_says_what_a_port_is(tmp_path, port):
    assert refusal(tmp_path / "data", PORT=port) == (
        1,
        f"PORT is {port!r}, but must be a number from 1 to 65535, for example: PORT=8080 bin/run\n",
    )


def test_start_with_an_unwritable_data_folder_names_it(tmp_path):
    (tmp_path / "file").write_text("no folder")
    folder = tmp_path / "file" / "data"
    user = subprocess.run(["id", "-un"], check=True, capture_output=True, text=True).stdout.strip()

    assert refusal(folder) == (
        1,
        f"The data folder {folder} cannot be written: make it writable for {user}, or name another one in DATA_DIR.\n",
    )


def test_start_without_the_named_environment_says_so(tmp_path):
    assert refusal(tmp_path / "data", VENV=tmp_path / "none") == (
        1,
        f"VENV names {tmp_path / 'none'}, which holds no bin/python: unset VENV, or make it first.\n",
    )


def test_start_without_the_demo_prints_one_link_for_the_first_administrator(empty_folder):
    lines = (empty_folder.parent / "said").read_text().splitlines()

    assert len([line for line in lines if "http://" in line]) == 2  # that link, and the address
    assert [line for line in lines if "/demo/" in line] == []


def test_demo_on_a_database_without_its_mark_is_refused_and_changes_nothing(empty_folder):
    load = [sys.executable, "manage.py", "load_programme", "funding/programmes/unna.toml"]
    subprocess.run(load, cwd=ROOT, env=environment(DATA_DIR=empty_folder), check=True, capture_output=True)
    before = dump(empty_folder)

    assert refusal(empty_folder, DEMO=1) == (
        1,
        "This database holds real data: start with DEMO=0, or give the demo its own DATA_DIR.\n",
    )
    assert dump(empty_folder) == before


def test_start_without_demo_on_a_demo_database_is_refused_and_changes_nothing(demo_folder):
    before = dump(demo_folder)

    assert refusal(demo_folder, DEMO=0) == (
        1,
        "This database holds the demo: start with DEMO=1, or choose another DATA_DIR.\n",
    )
    assert dump(demo_folder) == before


# --- What the shell functions do without the network ------------------------------------------------------------------


def in_library(folder: Path, script: str) -> subprocess.CompletedProcess[str]:
    """Runs shell lines after sourcing a copy of bin/_lib.sh in a folder of its own."""
    (folder / "bin").mkdir(exist_ok=True)
    shutil.copy(ROOT / "bin/_lib.sh", folder / "bin")
    own = environment()
    del own["VENV"]
    command = ["bash", "-uo", "pipefail", "-c", f"source {folder}/bin/_lib.sh\n{script}"]
    return subprocess.run(command, env=own, stdin=subprocess.DEVNULL, capture_output=True, text=True)


def test_python_missing_without_root_names_the_command_that_mends_it(tmp_path):
    done = in_library(
        tmp_path, "usable_python() { :; }; python3() { return 1; }; is_root_with_apt() { false; }; ensure_python"
    )

    assert (done.returncode, done.stderr) == (
        1,
        "Python 3.11 or newer is needed (here: none): run 'apt install python3 python3-venv' as root"
        " (Debian 12 or newer), then start again.\n",
    )


def test_venv_module_missing_without_root_names_the_command_that_mends_it(tmp_path):
    done = in_library(tmp_path, "usable_python() { :; }; is_root_with_apt() { false; }; ensure_python")

    assert (done.returncode, done.stderr) == (
        1,
        "Python cannot make environments here: run 'apt install python3-venv' as root, then start again.\n",
    )


def test_environment_left_half_made_is_made_anew_and_then_left_alone(tmp_path):
    (tmp_path / "requirements").mkdir()
    (tmp_path / "requirements" / "runtime.txt").write_text("# nothing to install\n")
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    (tmp_path / ".venv" / ".installing").touch()
    (tmp_path / ".venv" / "rest").touch()

    first = in_library(tmp_path, "ensure_packages runtime")
    second = in_library(tmp_path, "ensure_packages runtime")

    assert (first.returncode, first.stdout.splitlines()) == (
        0,
        [
            "The environment in .venv is unfinished or broken; making it anew.",
            "Installing packages (once, about half a minute) …",
        ],
    )
    assert not (tmp_path / ".venv" / "rest").exists()
    assert (second.returncode, second.stdout) == (0, "")
