"""The settlement letter."""

from datetime import date
from typing import Any


def settlement_letter(proof: Any, outcome: Any, *, day: date, by: Any) -> tuple[str, bytes]:
    """(title, PDF) of the letter that tells how a usage proof was settled."""
    raise NotImplementedError
