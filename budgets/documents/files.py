"""What leaves for the bank or the finance system."""

from datetime import date, datetime
from typing import Any


def payment_file(town: Any, payments: list[Any], *, number: int, execute_on: date, at: datetime) -> tuple[str, bytes]:
    """(file name, bytes) of a payment run through the town's channel."""
    raise NotImplementedError
