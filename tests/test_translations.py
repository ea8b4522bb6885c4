"""The German texts are complete, reviewed and compiled."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
MESSAGES = Path("locale/de/LC_MESSAGES")
SOURCES = ["funding", "applications", "budgets", "review", "templates", "locale", "manage.py"]


def output_of(*command: str, folder: Path = ROOT) -> str:
    return subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True).stdout


def test_german_catalogue_extracted_again_has_no_untranslated_and_no_fuzzy_text(tmp_path):
    for name in SOURCES:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__", "vendor"))
        else:
            shutil.copy(ROOT / name, tmp_path)
    command = ["manage.py", "makemessages", "-l", "de", "--no-obsolete", "--no-location", "--no-wrap", "-v", "0"]
    output_of(sys.executable, *command, folder=tmp_path)
    catalogue = str(tmp_path / MESSAGES / "django.po")

    command = ["msgfmt", "--statistics", "--check-format", "-o", os.devnull, catalogue]
    counted = subprocess.run(command, check=True, capture_output=True, text=True, env={**os.environ, "LC_ALL": "C"})

    missing = output_of("msgattrib", "--untranslated", catalogue) + output_of("msgattrib", "--only-fuzzy", catalogue)
    assert re.fullmatch(r"\d+ translated messages?\.", counted.stderr.strip()), missing


def test_compiled_catalogue_says_what_its_source_says():
    source, compiled = ROOT / MESSAGES / "django.po", ROOT / MESSAGES / "django.mo"
    fresh = subprocess.run(["msgfmt", "--check-format", "-o", "-", source], check=True, capture_output=True).stdout
    # Compared as text: two versions of gettext may lay the same catalogue out differently.
    listing = subprocess.run(["msgunfmt", "-"], input=fresh, check=True, capture_output=True).stdout.decode()

    assert listing == output_of("msgunfmt", os.fspath(compiled))
