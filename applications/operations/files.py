"""Files that come in with an application, and go again while it is a draft."""

import hashlib
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from applications import policies, uploads
from applications.models import Application, FailedUpload, Upload
from applications.operations.answers import may_be_written
from applications.uploads import UploadRefused
from applications.workflow import ENDED
from funding import clock
from funding.gate import Refused, lock, record, save_with_history, writes
from funding.models import token

MAX_FAILURES = 20  # remembered per application


def may_add_upload(application: Application, user: Any) -> bool:
    """Files may still come in while somebody works on the case ("I hand this in later")."""
    return application.state not in ENDED and policies.may_edit(application, user)


def hand_in(
    application: Application, *, by: Any, name: str, content: bytes, reason: str = "", again: int = 0, **place: str
) -> Upload | FailedUpload:
    """Store a file, or note why it was not taken, so that it is shown until somebody deals with it.

    `reason` is a refusal found before the content was read; `again` the failed one this is another try for. Raises
    Refused when the case is closed, PermissionDenied. Never call it inside a transaction.
    """
    try:
        if reason:
            raise UploadRefused(reason)
        return add_upload(application, by=by, name=name, content=content, again=again, **place)
    except UploadRefused as refusal:
        return note_failure(application, refusal.reason, by=by, name=name, again=again, **place)


def add_upload(
    application: Application,
    *,
    by: Any,
    name: str,
    content: bytes,
    section: str = "",
    wanted: str = "",
    again: int = 0,
) -> Upload:
    """Store a file, written anew, under an unguessable name. Never call it inside a transaction.

    `wanted` names the attachment of the programme that it is.

    Raises UploadRefused when the content cannot be taken, Refused when the case is closed or full, PermissionDenied.
    """
    _may_take_upload(application, by)
    clean = uploads.rewrite(content)
    stored = default_storage.save(f"{clock.today():%Y/%m}/{token()}.{clean.extension}", ContentFile(clean.content))
    try:
        return _keep_upload(
            application, clean, by=by, name=name, stored=stored, section=section, wanted=wanted, again=again
        )
    except BaseException:
        default_storage.delete(stored)  # nobody would ever find it again
        raise


def _may_take_upload(application: Application, by: Any) -> None:
    if not policies.may_edit(application, by):
        raise PermissionDenied("not your application")
    if not may_add_upload(application, by):
        raise Refused(_("This case is closed. Files can no longer be added."))
    if application.uploads.count() >= uploads.MAX_UPLOADS:
        raise UploadRefused("full")


@writes
def _keep_upload(
    application: Application,
    clean: uploads.CleanFile,
    *,
    by: Any,
    name: str,
    stored: str,
    section: str,
    wanted: str,
    again: int,
) -> Upload:
    fresh = lock(application)
    _may_take_upload(fresh, by)
    upload = Upload(
        municipality_id=fresh.municipality_id,
        application=fresh,
        name=uploads.clean_name(name, clean.extension),
        section=section,
        wanted=wanted,
        media_type=clean.media_type,
        size=len(clean.content),
        sha256=hashlib.sha256(clean.content).hexdigest(),
        file=stored,
        uploaded_by=by if getattr(by, "pk", None) else None,
        uploaded_at=clock.now(),
    )
    save_with_history(upload, by=by, reason="upload")
    record(fresh.municipality_id, "upload.add", upload, by=by, details={"sha256": upload.sha256})
    fresh.failed_uploads.filter(Q(name=uploads.shown_name(name)) | Q(pk=again)).delete()  # dealt with
    if wanted in fresh.attachments_later:
        fresh.attachments_later = [slug for slug in fresh.attachments_later if slug != wanted]
        save_with_history(fresh, by=by, reason="attachment")
    return upload


@writes
def note_failure(
    application: Application,
    reason: str,
    *,
    by: Any,
    name: str,
    section: str = "",
    wanted: str = "",
    again: int = 0,
) -> FailedUpload:
    """Remember a file that was not taken, without its content. Raises Refused when the case is closed."""
    fresh = lock(application)
    if not may_add_upload(fresh, by):
        raise Refused(_("This case is closed. Files can no longer be added."))
    fresh.failed_uploads.filter(Q(name=uploads.shown_name(name)) | Q(pk=again)).delete()
    oldest = fresh.failed_uploads.order_by("-pk").values_list("pk", flat=True)[MAX_FAILURES - 1 :]
    fresh.failed_uploads.filter(pk__in=list(oldest)).delete()
    failed = FailedUpload(
        municipality_id=fresh.municipality_id,
        application=fresh,
        name=uploads.shown_name(name),
        section=section,
        wanted=wanted,
        reason=reason,
        failed_by=by if getattr(by, "pk", None) else None,
        failed_at=clock.now(),
    )
    save_with_history(failed, by=by, reason=reason)
    return failed


@writes
def dismiss_failure(failed: FailedUpload, *, by: Any) -> None:
    """Somebody has seen that a file was not taken and needs no reminder of it."""
    if not policies.may_edit(failed.application, by):
        raise PermissionDenied("not your application")
    failed._history_user = by  # type: ignore[attr-defined]
    failed.delete()


@writes
def promise_attachment(application: Application, slug: str, *, by: Any, later: bool = True) -> Application:
    """Answer a wanted attachment with "I hand this in later", or take that back.

    Raises Refused when the case is closed or the programme wants no such attachment, PermissionDenied.
    """
    fresh = lock(application)
    if not policies.may_edit(fresh, by):
        raise PermissionDenied("not your application")
    if not may_add_upload(fresh, by) or slug not in {wanted["slug"] for wanted in fresh.programme.attachments}:
        raise Refused(_("This case is closed. Files can no longer be added."))
    promised = set(fresh.attachments_later)
    fresh.attachments_later = sorted(promised | {slug} if later else promised - {slug})
    save_with_history(fresh, by=by, reason="attachment")
    return fresh


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
