"""The texts are complete, reviewed and compiled: German everywhere, the applicants' side in every language."""

import ast
import os
import re
import shutil
import subprocess
import sys
from fnmatch import fnmatch
from pathlib import Path

import pytest
from django.utils import translation

from applications import policies as applicants
from applications.models import Application
from budgets import policies as recipients
from budgets.models import Grant, UsageProof
from funding.gate import transitions_of
from tests.catalogues import (
    LOCALE,
    ROOT,
    STAFF_FILES,
    STAFF_NAMES,
    Text,
    catalogue,
    for_applicants,
    is_for_staff,
    read,
    staff_parts,
)

pytestmark = pytest.mark.once

SOURCES = ["funding", "applications", "budgets", "review", "templates", "locale", "manage.py"]
CATALOGUES = ("de", "de_Simple", "tr", "ar", "ru")
COMPLETE: tuple[str, ...] = ("tr", "ar", "ru")  # of tr, ar, ru: those whose translation is done
PLURALS = {"de": 2, "de_Simple": 2, "tr": 2, "ar": 6, "ru": 4}
NAMES = {"Leyla Aydın\nJonas Brink", "Initiative Wegweiser Königsborn"}  # of an example
# What people in every country write the same way, language by language.
SAME = {
    "de": {
        "In %s",
        "Name",
        "IBAN",
        "BIC",
        "PDF",
        "Baden-Württemberg",
        "Text",
        "Organisation",
        "Mails",
        "Cookies",
        *NAMES,
    },
    "tr": {"IBAN", "PDF", *NAMES},
    "ar": {"IBAN", "PDF", *NAMES},
    "ru": {"IBAN", "PDF", *NAMES},
}
# The moves an applicant makes: their hints are help texts, those of the office's moves are not.
APPLICANTS_MAY = {applicants.may_submit, applicants.may_withdraw, recipients.may_answer, recipients.may_report}
GETTEXT = {"_", "gettext", "gettext_lazy"}
WORDS_IN_A_SENTENCE = 12


def output_of(*command: str, folder: Path = ROOT) -> str:
    return subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True).stdout


@pytest.fixture(scope="module")
def extracted(tmp_path_factory) -> Path:
    """The German catalogue made anew from the sources, with the files each text stands in."""
    folder = tmp_path_factory.mktemp("sources")
    for name in SOURCES:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__", "vendor"))
        else:
            shutil.copy(ROOT / name, folder)
    command = ["manage.py", "makemessages", "-l", "de", "--no-obsolete", "--no-wrap", "-v", "0"]
    output_of(sys.executable, *command, folder=folder)
    return folder / catalogue("de").relative_to(ROOT)


@pytest.fixture(scope="module")
def texts(extracted: Path) -> list[Text]:
    return read(extracted)


def test_german_catalogue_extracted_again_has_no_untranslated_and_no_fuzzy_text(extracted):
    command = ["msgfmt", "--statistics", "--check-format", "-o", os.devnull, str(extracted)]
    counted = subprocess.run(command, check=True, capture_output=True, text=True, env={**os.environ, "LC_ALL": "C"})

    missing = output_of("msgattrib", "--untranslated", extracted) + output_of("msgattrib", "--only-fuzzy", extracted)
    assert re.fullmatch(r"\d+ translated messages?\.", counted.stderr.strip()), missing


@pytest.mark.parametrize("language", CATALOGUES)
def test_compiled_catalogue_says_what_its_source_says(language):
    source = catalogue(language)
    fresh = subprocess.run(["msgfmt", "--check-format", "-o", "-", source], check=True, capture_output=True).stdout
    # Compared as text: two versions of gettext may lay the same catalogue out differently.
    listing = subprocess.run(["msgunfmt", "-"], input=fresh, check=True, capture_output=True).stdout.decode()

    assert listing == output_of("msgunfmt", os.fspath(source.with_suffix(".mo")))


@pytest.mark.parametrize("language", CATALOGUES)
def test_catalogue_counts_as_its_language_does(language):
    plurals = re.search(r"nplurals=(\d)", catalogue(language).read_text(encoding="utf-8"))
    forms = {len(text.msgstr) for text in read(catalogue(language)) if text.plural and any(text.msgstr)}

    assert (int(plurals[1]), forms | {PLURALS[language]}) == (PLURALS[language], {PLURALS[language]})


def test_every_line_of_the_staff_texts_names_something():
    files = [path.relative_to(ROOT).as_posix() for top in SOURCES for path in (ROOT / top).rglob("*.*")]

    unused = [line for line in STAFF_FILES if not any(fnmatch(file, line.lstrip("!")) for file in files)]
    unknown = {file: names - staff_parts(file).keys() for file, names in STAFF_NAMES.items()}

    assert (unused, {file: names for file, names in unknown.items() if names}) == ([], {})


@pytest.mark.parametrize("language", COMPLETE)
def test_every_text_of_the_applicants_side_is_translated(language, texts):
    translated = {text.key for text in read(catalogue(language)) if text.is_translated}

    missing = [f"{text.places[0]}: {text.msgid}" for text in for_applicants(texts) if text.key not in translated]

    assert not missing, "\n".join(missing)


@pytest.mark.parametrize("language", ["de", "tr", "ar", "ru"])
def test_no_translation_equals_its_source(language):
    copied = {text.msgid for text in read(catalogue(language)) if text.msgid in text.msgstr and has_words(text.msgid)}

    assert sorted(copied - SAME[language]) == []


@pytest.mark.parametrize("language", ["tr", "ar", "ru"])
def test_staff_texts_have_no_translation_that_nobody_reads(language, texts):
    staff = {text.key for text in texts} - {text.key for text in for_applicants(texts)}

    assert [text.msgid for text in read(catalogue(language)) if text.key in staff and any(text.msgstr)] == []


def has_words(text: str) -> bool:
    """More than placeholders, digits and signs."""
    return bool(re.search(r"[^\W\d_]{2}", re.sub(r"%\(\w+\)[sd]|%[sd]", "", text)))


# --- Einfache Sprache -------------------------------------------------------------------------------------------------


def help_texts() -> set[str]:
    """Sources of the help below the fields of forms and moves that applicants use."""
    found = {text for path in ROOT.rglob("forms*/**/*.py") for text in help_in(path)}
    found |= {text for path in ROOT.rglob("forms.py") for text in help_in(path)}
    with translation.override(None):
        for model in (Application, Grant, UsageProof):
            for move in transitions_of(model):
                if move.permission in APPLICANTS_MAY and "hint" in move.custom:
                    found.add(str(move.custom["hint"]))
    return found


def help_in(path: Path) -> set[str]:
    """The literals of `help_text=…` and `….help_text = …` in a file, as far as applicants read them."""
    if not {".venv", "tests"}.isdisjoint(path.parts):
        return set()
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        assigned = node.targets if isinstance(node, ast.Assign) else []
        named = [target.attr for target in assigned if isinstance(target, ast.Attribute)]
        if "help_text" not in [*named, getattr(node, "arg", None)]:
            continue
        for call in ast.walk(node):
            is_text = isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in GETTEXT
            if is_text and not is_for_staff(path.relative_to(ROOT).as_posix(), call.lineno):
                found.add(ast.literal_eval(call.args[0]))
    return found


def test_every_help_text_has_its_version_in_einfache_sprache():
    versions = {text.msgid for text in read(catalogue("de_Simple")) if text.is_translated}

    missing = sorted(help_texts() - versions)

    assert not missing, "\n".join(missing)


def test_einfache_sprache_translates_only_what_is_said(texts):
    assert {text.key for text in read(catalogue("de_Simple"))} - {text.key for text in texts} == set()


def test_einfache_sprache_has_short_sentences():
    said = [value for text in read(catalogue("de_Simple")) for value in text.msgstr]
    sentences = [sentence for value in said for sentence in re.split(r"(?<=[.!?:])\s+|\n", value)]

    assert [sentence for sentence in sentences if len(sentence.split()) > WORDS_IN_A_SENTENCE] == []


def test_locale_folder_holds_the_known_languages():
    assert sorted(path.name for path in LOCALE.iterdir() if path.is_dir()) == sorted(CATALOGUES)
