"""The vendored files are the ones bin/vendor made, and they survive the hashed static storage."""

import hashlib
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command

VENDOR = Path(settings.BASE_DIR) / "funding" / "static" / "vendor"
TEST_VENDOR = Path(settings.BASE_DIR) / "tests" / "vendor"


def listed(folder: Path) -> dict[str, str]:
    lines = (folder / "SHA256SUMS").read_text(encoding="ascii").splitlines()
    return {name: digest for digest, name in (line.split("  ", 1) for line in lines)}


def present(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file() and path.name != "SHA256SUMS"
    }


@pytest.mark.parametrize("folder", [VENDOR, TEST_VENDOR], ids=["product", "tests"])
def test_vendored_files_hashed_again_equal_their_checksums(folder):
    assert present(folder) == listed(folder)


def test_fonts_css_names_exactly_the_vendored_fonts():
    named = re.findall(r'url\("([^"]+)"\)', (VENDOR / "fonts.css").read_text(encoding="ascii"))

    assert sorted(named) == sorted(f"fonts/{path.name}" for path in (VENDOR / "fonts").iterdir())


def test_static_files_collected_with_hashes_need_no_missing_file(settings, tmp_path):
    settings.STATIC_ROOT = tmp_path
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
    }

    call_command("collectstatic", interactive=False, verbosity=0)

    hashed = [path.name for path in (tmp_path / "vendor").glob("kern.min.*.css")]
    assert len(hashed) == 1
