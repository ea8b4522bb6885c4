"""The office's answer to somebody who needs to begin before the decision."""

from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _

from applications import documents
from applications.models import Application
from applications.operations.sending import recipients
from funding import clock, outbox
from funding.gate import Refused, carries, perform, writes


@carries(Application, "allow_early_start")
@writes
def allow_early_start(application: Application, *, by: Any, version: int | None = None, day: date) -> Application:
    """The group may begin from a day on, at its own risk. Raises Refused for a day that is over.

    Consent works for the future only: it never cures a start made before it (DOMAIN: the application).
    """
    if day < clock.today():
        raise Refused(_("The day must not lie in the past: consent never covers what was begun before it."))
    return _tell(perform(application, "allow_early_start", by=by, version=version, day=day))


@carries(Application, "refuse_early_start")
@writes
def refuse_early_start(application: Application, *, by: Any, version: int | None = None, reason: str) -> Application:
    """The group has to wait for the decision; it gets the reason by mail."""
    return _tell(perform(application, "refuse_early_start", by=by, version=version, reason=reason))


def _tell(application: Application) -> Application:
    """A draft the officer reads first: it tells an outcome."""
    outbox.post(
        "early-start",
        to=recipients(application),
        about=application,
        text=lambda: documents.early_start_mail(application),
        draft=True,
    )
    return application
