"""The locks: what is tested is what is installed."""

import re
from pathlib import Path

REQUIREMENTS = Path(__file__).parent.parent / "requirements"


def pins(name: str) -> dict[str, frozenset[str]]:
    """Every "package==version" of a lock with its hashes."""
    text = (REQUIREMENTS / f"{name}.txt").read_text(encoding="ascii").replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line and not line.lstrip().startswith("#")]
    return {line.split()[0]: frozenset(re.findall(r"--hash=(\S+)", line)) for line in lines}


def test_runtime_lock_stands_unchanged_in_the_development_lock():
    development = pins("dev")

    assert {pin: development.get(pin) for pin in pins("runtime")} == pins("runtime")


def test_every_locked_package_has_an_exact_version_and_a_hash():
    locked = pins("dev")

    assert [pin for pin, hashes in locked.items() if "==" not in pin or not hashes] == []
