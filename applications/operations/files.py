"""Files that come in with an application, and go again while it is a draft."""

import hashlib
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from applications import policies, uploads
from applications.models import (
    Application,
    Upload,
)
from applications.operations.answers import may_be_written
from applications.workflow import ENDED
from funding import clock
from funding.gate import Refused, lock, record, save_with_history, writes
from funding.models import token

MAX_UPLOADS = 50  # per application


def may_add_upload(application: Application, user: Any) -> bool:
    """Files may still come in while somebody works on the case ("I hand this in later")."""
    return application.state not in ENDED and policies.may_edit(application, user)


def add_upload(application: Application, *, by: Any, name: str, content: bytes, section: str = "") -> Upload:
    """Store a file, written anew, under an unguessable name. Never call it inside a transaction.

    Raises UploadRefused when the content cannot be taken, Refused when the case is closed or full, PermissionDenied.
    """
    _may_take_upload(application, by)
    clean = uploads.rewrite(content)
    stored = default_storage.save(f"{clock.today():%Y/%m}/{token()}.{clean.extension}", ContentFile(clean.content))
    try:
        return _keep_upload(application, clean, by=by, name=name, stored=stored, section=section)
    except BaseException:
        default_storage.delete(stored)  # nobody would ever find it again
        raise


def _may_take_upload(application: Application, by: Any) -> None:
    if not policies.may_edit(application, by):
        raise PermissionDenied("not your application")
    if not may_add_upload(application, by):
        raise Refused(_("This case is closed. Files can no longer be added."))
    if application.uploads.count() >= MAX_UPLOADS:
        raise Refused(
            _("There are already %s files. Please remove one first, or put several into one PDF.") % MAX_UPLOADS
        )


@writes
def _keep_upload(
    application: Application, clean: uploads.CleanFile, *, by: Any, name: str, stored: str, section: str
) -> Upload:
    fresh = lock(application)
    _may_take_upload(fresh, by)
    upload = Upload(
        municipality_id=fresh.municipality_id,
        application=fresh,
        name=uploads.clean_name(name, clean.extension),
        section=section,
        media_type=clean.media_type,
        size=len(clean.content),
        sha256=hashlib.sha256(clean.content).hexdigest(),
        file=stored,
        uploaded_by=by if getattr(by, "pk", None) else None,
        uploaded_at=clock.now(),
    )
    save_with_history(upload, by=by, reason="upload")
    record(fresh.municipality_id, "upload.add", upload, by=by, details={"sha256": upload.sha256})
    return upload


@writes
def remove_upload(upload: Upload, *, by: Any) -> None:
    """Take a file back before it was sent in. Raises Refused afterwards, also in a returned case, PermissionDenied."""
    application = lock(upload.application)
    if not policies.may_edit(application, by):
        raise PermissionDenied("not your application")
    handed_in = application.submissions.filter(submitted_at__gte=upload.uploaded_at).exists()
    if handed_in or not may_be_written(application, by):
        raise Refused(_("The application was already sent. What was handed in stays with it."))
    record(application.municipality_id, "upload.remove", application, by=by, details={"sha256": upload.sha256})
    stored = str(upload.file.name)
    upload._history_user = by  # type: ignore[attr-defined]
    upload.delete()
    transaction.on_commit(lambda: default_storage.delete(stored))
