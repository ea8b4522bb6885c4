"""What the server writes down of requests: one line for a refusal, everything for an error of ours."""

import logging


class RefusalsInOneLine(logging.Filter):
    """A refused request (400 to 499) is no error: its line says what and where. A real error keeps its traceback."""

    def filter(self, record: logging.LogRecord) -> bool:
        if 400 <= getattr(record, "status_code", 500) < 500:
            record.exc_info = record.exc_text = None
        return True
