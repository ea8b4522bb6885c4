"""Verbs of the dossier: ask for it, make it in the background, keep it for exactly those who may see it."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django_tasks import task

from funding import clock, jobs
from funding.gate import record, save_with_history, writes
from review import documents, policies
from review.models import BoardItem, Dossier, Meeting, sha256

logger = logging.getLogger(__name__)
KEPT_FOR = timedelta(days=60)


@dataclass(frozen=True)
class Share:
    """What one person gets of a meeting: the items they may open, the numbers of those they may not."""

    items: list[BoardItem]
    left_out: list[int]

    @property
    def cases(self) -> str:
        """The same for everybody who may open exactly these."""
        return sha256(",".join(str(item.pk) for item in self.items).encode())


def share_of(meeting: Meeting, user: Any) -> Share:
    """Which cases of the meeting stand in this person's dossier: those whose file they may open now."""
    opened = set(BoardItem.objects.visible_to(user).filter(meeting=meeting).order_by().values_list("pk", flat=True))
    items = list(meeting.items.filter(taken_off=False).order_by("position", "pk"))
    return Share(
        [item for item in items if item.pk in opened], [item.position for item in items if item.pk not in opened]
    )


def dossier_of(meeting: Meeting, share: Share) -> Dossier | None:
    """The copy as it was asked for last, whether or not it still says what the cases say."""
    return Dossier.objects.filter(meeting=meeting, cases=share.cases).defer("content").first()


def fingerprint_of(share: Share) -> str:
    """Stands for all that this person's dossier says now: a copy with another one is of yesterday."""
    return documents.fingerprint(documents.dossier_files([item.pk for item in share.items]), share.left_out)


def ask_for_dossier(meeting: Meeting, *, by: Any) -> Dossier:
    """Have the dossier made in the background; the copy that is there stays while it says the same.

    Raises PermissionDenied when the person may open none of the cases.
    """
    share = share_of(meeting, by)
    if not share.items:
        raise PermissionDenied("no case of this meeting is open to this person")
    return _ask(meeting, share, fingerprint_of(share), by=by)


@writes
def _ask(meeting: Meeting, share: Share, fingerprint: str, *, by: Any) -> Dossier:
    fresh = Dossier.objects.select_for_update().filter(meeting=meeting, cases=share.cases).first()
    fresh = fresh or Dossier(municipality_id=meeting.municipality_id, meeting=meeting, cases=share.cases)
    lost = fresh.pk is not None and not fresh.is_ready and fresh.asked_at < clock.now() - jobs.LOST_AFTER
    if fresh.pk is not None and fresh.fingerprint == fingerprint and not fresh.failed and not lost:
        return fresh
    fresh.fingerprint, fresh.as_of, fresh.asked_at = fingerprint, clock.today(), clock.now()
    fresh.total, fresh.done, fresh.failed = len(share.items), 0, False
    fresh.content, fresh.sha256 = None, ""
    fresh.save()
    record(meeting.municipality_id, "meeting.dossier", meeting, by=by, details={"cases": len(share.items)})
    items, left_out = [item.pk for item in share.items], share.left_out
    # Robust: what was asked for is committed, and can be asked for again where no worker could be woken.
    transaction.on_commit(partial(make_dossier.enqueue, fresh.pk, fingerprint, items, left_out), robust=True)
    return fresh


@task()
def make_dossier(pk: int, fingerprint: str, items: Sequence[int], left_out: Sequence[int]) -> None:
    """The worker's part. Safe to run again: it writes only while exactly this copy is asked for."""
    wanted = Dossier.objects.filter(pk=pk, fingerprint=fingerprint, sha256="")
    dossier = wanted.select_related("meeting__programme__municipality").first()
    if dossier is None:
        return  # thrown away, asked for anew, or made by another worker
    try:
        files = documents.dossier_files(items)
        if documents.fingerprint(files, left_out) != fingerprint:
            wanted.update(failed=True)  # a case has changed since: whoever waits for it asks again
            return
        content = documents.dossier_pdf(
            dossier.meeting,
            files,
            left_out,
            as_of=dossier.as_of,
            progress=lambda done: _note_progress(wanted, done),
        )
    except Exception:
        wanted.update(failed=True)
        logger.exception("The dossier %s could not be made", pk)
        return
    wanted.update(content=content, sha256=sha256(content), done=len(files))


def _note_progress(wanted: QuerySet[Dossier], done: int) -> None:
    wanted.update(done=done)


def forget_dossiers() -> int:
    """Throw away copies nobody asked for lately; how many. Whoever needs one has it made again."""
    return Dossier.objects.filter(asked_at__lt=clock.now() - KEPT_FOR).delete()[0]


@writes
def write_note(item: BoardItem, text: str, *, by: Any) -> BoardItem:
    """What the officer wants the board to know about a case. Raises PermissionDenied for everybody else."""
    fresh = BoardItem.objects.select_for_update(of=("self",)).select_related("application").get(pk=item.pk)
    if not policies.may_check(fresh.application, by):
        raise PermissionDenied("only the officer writes to the board")
    fresh.note = text.strip()
    save_with_history(fresh, by=by, reason="note")
    record(fresh.municipality_id, "item.note", fresh, by=by)
    return fresh
