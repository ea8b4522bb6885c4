"""How a TOML file becomes plain values: what every file that comes in has in common.

Whatever cannot be used raises `FileError`, whose text is a whole sentence that names the place.
"""

import tomllib
from collections.abc import Callable, Container
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from funding import money
from funding.fields import clean_text

MAX_FILE_BYTES = 1_000_000  # a programme or an application has a few thousand

Reader = Callable[[Any], Any]


class FileError(ValueError):
    """A file that cannot be used; its text is a whole sentence that names the place."""


# --- The file ---------------------------------------------------------------------------------------------------------


def read_file(path: str) -> bytes:
    """The bytes of a file. Raises FileError when it cannot be read or is far too large for what it should be."""
    try:
        with Path(path).open("rb") as file:
            content = file.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        raise FileError(
            _("The file %(path)s cannot be read: %(why)s.") % {"path": path, "why": error.strerror}
        ) from None
    if len(content) > MAX_FILE_BYTES:
        raise FileError(_("The file %s is larger than a megabyte. Please check whether it is the right one.") % path)
    return content


def read_toml(content: bytes) -> dict[str, Any]:
    """The parsed content of a TOML file. Raises FileError for anything that is no TOML in UTF-8."""
    try:
        return tomllib.loads(content.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise FileError(_("The file is not text in UTF-8.")) from None
    except (tomllib.TOMLDecodeError, RecursionError, ValueError) as error:
        raise FileError(_("The file is no valid TOML: %s") % error) from None


# --- Its tables -------------------------------------------------------------------------------------------------------


def at(where: str, reader: Reader, value: Any) -> Any:
    """The value as its reader understands it; a refusal names the place."""
    try:
        return reader(value)
    except FileError as error:
        raise FileError(f"{where}: {error}") from None


def table(value: Any, where: str, known: Container[str]) -> dict[str, Any]:
    """A table that holds known keys only."""
    if not isinstance(value, dict):
        raise FileError(_("%(where)s must be a table.") % {"where": where})
    for key in value:
        if key not in known:
            raise FileError(_("Unknown key “%(key)s” in %(where)s.") % {"key": key, "where": where})
    return value


def rows(value: Any, where: str) -> list[tuple[str, Any]]:
    """The entries of a list of tables, each with its place (`costs[1]`)."""
    if not isinstance(value, list):
        raise FileError(_("%(where)s must be a list of tables.") % {"where": where})
    return [(f"{where}[{number}]", row) for number, row in enumerate(value, start=1)]


def needed(values: dict[str, Any], where: str, *keys: str) -> None:
    """Raises FileError for the first of these keys that is missing or empty."""
    for key in keys:
        if values.get(key) in (None, "", {}):
            raise FileError(_("“%(key)s” is missing in %(where)s.") % {"key": key, "where": where})


# --- Its values -------------------------------------------------------------------------------------------------------


def text(value: Any) -> str:
    if not isinstance(value, str):
        raise FileError(_("must be a text in quotation marks"))
    return clean_text(value)


def texts(value: Any) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(entry, str) for entry in value):
        raise FileError(_("must be a list of texts"))
    return [clean_text(entry) for entry in value]


def flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise FileError(_("must be true or false"))
    return value


def amount(value: Any) -> int:
    """An amount in cents, written as a decimal string in euros."""
    try:
        return money.from_decimal_string(value)
    except money.AmountError as error:
        raise FileError(str(error)) from None


def whole_number(most: int) -> Reader:
    """A reader of whole numbers from 0 to `most`."""

    def read(value: Any) -> int:
        if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= most:
            raise FileError(_("must be a whole number from 0 to %s") % most)
        return value

    return read
