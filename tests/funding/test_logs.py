"""What the server writes down: a refusal in one line, an error of ours with all it knows."""

import io
import logging.config
import sys

import pytest
from django.conf import settings


@pytest.fixture
def written():
    """What the console got, through the handler the settings describe."""
    out = io.StringIO()
    handler = {
        "class": "logging.StreamHandler",
        "stream": out,
        "filters": settings.LOGGING["handlers"]["console"]["filters"],
    }
    loggers = {"django.request": {"handlers": ["out"], "propagate": False}}
    plain = {"version": 1, "disable_existing_loggers": False, "filters": settings.LOGGING["filters"]}
    logging.config.dictConfig(plain | {"handlers": {"out": handler}, "loggers": loggers})
    yield out
    logger = logging.getLogger("django.request")
    logger.handlers.clear()
    logger.propagate = True


@pytest.mark.parametrize(
    ("status", "has_traceback"), [(400, False), (403, False), (404, False), (500, True), (None, True)]
)
def test_only_a_real_error_is_written_with_its_traceback(written, status, has_traceback):
    try:
        raise ValueError("inside")
    except ValueError:
        extra = {} if status is None else {"status_code": status}
        logging.getLogger("django.request").error("Said: %s", "/x/", exc_info=sys.exc_info(), extra=extra)

    lines = written.getvalue().splitlines()
    assert (lines[0], len(lines) > 1) == ("Said: /x/", has_traceback)
