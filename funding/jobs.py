"""Background jobs: what a task of django-tasks-db needs that its worker does not do.

Every task can be run again: a worker may be killed at any moment, and then another one begins it anew.
"""

from datetime import datetime, timedelta
from typing import Any

from django_tasks import TaskResultStatus
from django_tasks.base import Task
from django_tasks_db.models import DBTaskResult

from funding import clock

LOST_AFTER = timedelta(minutes=15)  # no task lasts that long; a mail server gets 30 seconds for each answer
TRIES = 3


def still_alive() -> tuple[datetime, datetime]:
    """When something that still runs can have begun; the other side too, should the clock have gone back."""
    now = clock.now()
    return now - LOST_AFTER, now + LOST_AFTER


def revive_lost() -> int:
    """Put tasks back in the queue whose worker was killed: django-tasks-db would show them as running for ever.

    After three workers a task counts as failed, since it may be what kills them. Returns how many were put back.
    """
    revived = 0
    for lost in DBTaskResult.objects.running().exclude(started_at__range=still_alive()).order_by("pk"):
        same = DBTaskResult.objects.running().filter(pk=lost.pk, started_at=lost.started_at)
        if len(lost.worker_ids) < TRIES:
            revived += same.update(status=TaskResultStatus.READY, started_at=None)
        else:
            same.update(status=TaskResultStatus.FAILED, finished_at=clock.now())
    return revived


def first_arguments(task: Task[..., Any]) -> set[Any]:
    """The first argument of each call of this task that still waits or runs."""
    waiting = (TaskResultStatus.READY, TaskResultStatus.RUNNING)
    calls = DBTaskResult.objects.filter(task_path=task.module_path, status__in=waiting)
    return {call["args"][0] for call in calls.order_by("pk").values_list("args_kwargs", flat=True)}


def forget_done() -> int:
    """Delete what ended more than two weeks ago; how many."""
    done = DBTaskResult.objects.finished().filter(finished_at__lt=clock.now() - timedelta(days=14))
    return done.delete()[0]
