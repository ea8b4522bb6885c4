"""The conversation on a case: asking for help, answering, sharing a draft, who has read how far, who is told."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from applications import uploads
from applications.models import Application
from applications.workflow import State
from funding import clock, outbox
from funding.absence import acting
from funding.gate import Refused, lock, record, save_with_history, writes
from funding.models import Absence, User, addresses, token
from funding.policies import Role
from review import policies
from review.documents import news_mail
from review.models import Attachment, Reading, Remark

MAX_FILES = 5  # per message
QUIET = timedelta(minutes=15)


@dataclass(frozen=True)
class _Stored:
    """A file that was written anew and lies in the storage; its row is still to come."""

    name: str
    path: str
    clean: uploads.CleanFile


def write(
    application: Application,
    text: str,
    *,
    by: Any,
    section: str = "",
    files: Sequence[tuple[str, bytes]] = (),
) -> Remark:
    """Write one message, from the group or from the town. Never call it inside a transaction.

    Asking for help in a draft shares the draft with the town's officers. Files are (name, content), written anew.
    Raises UploadRefused, Refused (nothing to say, too many files), PermissionDenied.
    """
    if not policies.may_write(application, by):
        raise PermissionDenied("not your conversation")
    if len(files) > MAX_FILES:
        raise Refused(_("Up to %s files fit one message. Please send the others with the next one.") % MAX_FILES)
    if not text.strip() and not files:
        raise Refused(_("Please write something first."))
    stored: list[_Stored] = []
    try:
        for name, content in files:
            clean = uploads.rewrite(content)
            path = default_storage.save(
                f"{clock.today():%Y/%m}/{token()}.{clean.extension}", ContentFile(clean.content)
            )
            stored.append(_Stored(uploads.clean_name(name, clean.extension), path, clean))
        return _keep_remark(application, text, by=by, section=section, stored=stored)
    except BaseException:
        for file in stored:
            default_storage.delete(file.path)  # nobody would ever find it again
        raise


@writes
def _keep_remark(application: Application, text: str, *, by: Any, section: str, stored: list[_Stored]) -> Remark:
    fresh = lock(application)
    remark = add_remark(fresh, text, by=by, section=section)
    for file in stored:
        attachment = Attachment(
            municipality_id=fresh.municipality_id,
            remark=remark,
            name=file.name,
            media_type=file.clean.media_type,
            size=len(file.clean.content),
            sha256=hashlib.sha256(file.clean.content).hexdigest(),
            file=file.path,
        )
        save_with_history(attachment, by=by, reason="message")
    return remark


@writes
def add_remark(application: Application, text: str, *, by: Any, section: str = "") -> Remark:
    """Write a message without files, share the draft it asks about, and tell the other side.

    Somebody of the group writes as the group, whatever they do for the town. Raises PermissionDenied.
    """
    if not policies.may_write(application, by):
        raise PermissionDenied("not your conversation")
    from_town = not policies.may_ask(application, by)
    if from_town:
        _answered(application, by=by)
    elif application.state == State.DRAFT and application.shared_at is None:
        share(application, by=by)
    remark = Remark(
        municipality_id=application.municipality_id,
        application=application,
        section=section,
        text=text.strip(),
        from_town=from_town,
        needs_answer=not from_town,
        written_by=by,
        written_at=clock.now(),
    )
    save_with_history(remark, by=by, reason="message")
    record(remark.municipality_id, "application.message", application, by=by, details={"remark": remark.pk})
    _tell(remark)
    return remark


def _answered(application: Application, *, by: Any) -> None:
    for remark in Remark.objects.filter(application=application, needs_answer=True):
        remark.needs_answer = False
        save_with_history(remark, by=by, reason="answered")


@writes
def needs_no_answer(application: Application, *, by: Any) -> None:
    """The officer has read what the group wrote; nothing is to be answered (a thank-you, or it was said by phone)."""
    if not policies.may_check(application, by):
        raise PermissionDenied("only the officer")
    _answered(lock(application), by=by)


# --- Sharing ----------------------------------------------------------------------------------------------------------


@writes
def share(application: Application, *, by: Any, on: bool = True) -> Application:
    """Let the town's officers read the draft, or take that back. Raises Refused when it is no draft any more."""
    fresh = lock(application)
    if not policies.may_ask(fresh, by):
        raise PermissionDenied("not your application")
    if fresh.state != State.DRAFT:
        raise Refused(_("The application was already sent: the integration office reads it to check it."))
    fresh.shared_at = clock.now() if on else None
    save_with_history(fresh, by=by, reason="share" if on else "unshare")
    record(fresh.municipality_id, f"application.{'share' if on else 'unshare'}", fresh, by=by)
    return fresh


# --- Reading ----------------------------------------------------------------------------------------------------------


@writes
def mark_read(application: Application, *, by: Any) -> None:
    """The person has opened the conversation: everything in it is read. Nothing is written when nothing is new."""
    last = Remark.objects.filter(application=application).aggregate(last=Max("pk"))["last"] or 0
    reading = _reading(application, by)
    if reading.seen < last:
        reading.seen, reading.read_at = last, clock.now()
        reading.save()


def _reading(application: Application, user: Any) -> Reading:
    found = Reading.objects.filter(application=application, user=user).first()
    return found or Reading(municipality_id=application.municipality_id, application=application, user=user)


# --- Telling ----------------------------------------------------------------------------------------------------------


def _tell(remark: Remark) -> None:
    """A mail to everybody on the other side, in their language.

    Several messages within a quarter of an hour make one mail, unless the person has opened the conversation since:
    then what follows is news again.
    """
    due = []
    for user in listeners(remark):
        reading = _reading(remark.application, user)
        told = reading.noticed_at
        if told is not None and clock.now() - told < QUIET and (reading.read_at is None or reading.read_at < told):
            continue
        reading.noticed_at = clock.now()
        reading.save()
        due.append(user)
    outbox.post("message", to=addresses(due), about=remark.application, text=lambda: news_mail(remark))


def listeners(remark: Remark) -> list[User]:
    """Whom a message concerns: people of the group who may write for it, or the officers of the town.

    Where one officer works on the case, that one, or the deputy while they are away; nobody reads a case as an officer
    who belongs to its group or is biased in it.
    """
    application = remark.application
    group = {"memberships__organisation": application.organisation_id}
    if remark.from_town:
        writers = User.objects.filter(**group, memberships__right__in=("edit", "submit"), is_active=True)
        return list(writers.order_by("pk"))
    officers = User.objects.filter(
        assignments__municipality=application.municipality_id, assignments__role=Role.OFFICER, is_active=True
    ).exclude(pk__in=User.objects.filter(**group).values("pk"))
    officers = officers.exclude(pk__in=application.biases.filter(withdrawn_at=None).values("user"))
    found = list(officers.distinct().order_by("pk"))
    if application.assigned_to_id is None:
        return found
    away = Absence.objects.filter(municipality=application.municipality_id).deputies(clock.today())
    works = acting(away, application.assigned_to_id)
    return [user for user in found if user.pk == works] or found
