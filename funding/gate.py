"""The one gate: every state change of every machine goes through `perform`, inside one retrying transaction.

django-fsm checks the source state and the conditions when a transition is called, but never the permission, and it
saves nothing. `perform` adds what is missing: lock, fresh read, version, permission, save with history, event.
"""

import functools
import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, ParamSpec, TypeVar

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, OperationalError, models, transaction
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django_fsm import TransitionNotAllowed

from funding import clock

P = ParamSpec("P")
R = TypeVar("R")

TRIES = 8


class Refused(Exception):
    """Something may not happen now; the message is a whole sentence for the person who tried."""

    def __init__(self, message: Any, **figures: Any) -> None:
        super().__init__(message)
        self.message = message
        self.figures = figures

    def __str__(self) -> str:
        return str(self.message)


class Stale(Refused):
    """Somebody else changed the object since the page was loaded."""

    def __init__(self) -> None:
        super().__init__(_("Somebody else changed this in the meantime. Please look at it again before you go on."))


@dataclass
class _Unit:
    """What the running unit of work still has to write when everything else has succeeded."""

    events: list[tuple[Any, ...]] = field(default_factory=list)


_unit: ContextVar[_Unit | None] = ContextVar("unit", default=None)


def _may_retry(error: OperationalError | IntegrityError, attempt: int) -> bool:
    """Lost a race: the same work may succeed again, or find what the other one wrote and say so.

    A serialisation failure, a deadlock or a locked SQLite file, and once a row that somebody else added first.
    """
    code = getattr(error.__cause__, "sqlstate", None)
    if isinstance(error, IntegrityError):
        return attempt == 0 and (code == "23505" or "UNIQUE constraint" in str(error))
    return code in ("40001", "40P01") or "locked" in str(error)


@contextmanager
def _one_try() -> Iterator[None]:
    from funding import events

    unit = _Unit()
    token = _unit.set(unit)
    try:
        with transaction.atomic():
            yield
            # The chain's head is the last lock to be taken: case -> budget year -> head.
            events.write(unit.events)
    finally:
        _unit.reset(token)


def writes(function: Callable[P, R]) -> Callable[P, R]:
    """Open one transaction around the outermost call and try again when the database lost a race.

    Inner calls join the outer one. Nobody keeps an instance after a failure: it may hold what was rolled back.
    """

    @functools.wraps(function)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> R:
        if _unit.get() is not None:
            return function(*args, **kwargs)
        for attempt in range(TRIES):
            try:
                with _one_try():
                    return function(*args, **kwargs)
            except (OperationalError, IntegrityError) as error:
                if attempt == TRIES - 1 or not _may_retry(error, attempt):
                    raise
                time.sleep(random.uniform(0.01, 0.03) * 2**attempt)  # noqa: S311 - spreads retries, guards nothing
        raise AssertionError("unreachable")

    return wrapper


def record(municipality_id: int, kind: str, subject: models.Model, *, by: Any, details: dict | None = None) -> None:
    """Put an event on the list that the running unit of work writes to the chain before it commits.

    Raises RuntimeError outside `@writes`: an act that is not in a transaction must not be logged as done.
    """
    unit = _unit.get()
    if unit is None:
        raise RuntimeError("record() belongs inside @writes")
    unit.events.append((municipality_id, clock.now(), kind, subject, by, details or {}))


# --- Moves ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Move:
    """A declared move of one object, as buttons, confirm pages and tests see it.

    `asks` names the details its confirm page asks for; `at` names the URL of its own page, if it needs one;
    `tone` is "primary", "secondary" or "tertiary"; an `internal` move is never a button: an operation makes it.
    """

    obj: models.Model
    name: str
    label: Any
    hint: Any
    asks: tuple[str, ...]
    at: str | None
    tone: str
    internal: bool
    conditions: tuple[Callable[[Any], bool], ...]
    permission: Callable[[Any, Any], bool]

    def has_perm(self, user: Any) -> bool:
        return bool(self.permission(self.obj, user))

    @property
    def url(self) -> str:
        """The page that makes this move: its own, or the one confirm page all other moves share."""
        if self.at:
            return reverse(self.at, args=[self.obj.pk])
        return reverse(self.obj.move_url, args=[self.obj.pk, self.name])  # type: ignore[attr-defined]

    def hindrance(self) -> Any:
        """The sentence of the first condition that does not hold, or None."""
        for condition in self.conditions:
            if not condition(self.obj):
                return getattr(condition, "message", _("This is not possible now."))
        return None


def condition(message: Any) -> Callable[[Callable[[Any], bool]], Callable[[Any], bool]]:
    """Give a workflow condition the sentence that is shown when it does not hold."""

    def mark(function: Callable[[Any], bool]) -> Callable[[Any], bool]:
        function.message = message  # type: ignore[attr-defined]
        return function

    return mark


def _move(obj: models.Model, transition: Any) -> Move:
    custom = transition.custom
    return Move(
        obj=obj,
        name=transition.name,
        label=custom["label"],
        hint=custom.get("hint", ""),
        asks=tuple(custom.get("asks", ())),
        at=custom.get("at"),
        tone=custom.get("tone", "secondary"),
        internal=custom.get("internal", False),
        conditions=tuple(transition.conditions),
        permission=transition.permission,
    )


def transitions_of(machine: type[models.Model] | models.Model) -> list[Any]:
    """Every declared transition of a machine, one per source state."""
    field: Any = machine._meta.get_field("state")
    return list(field.get_all_transitions(machine if isinstance(machine, type) else type(machine)))


class Machine(models.Model):
    """A case object whose `state` moves only through the gate; `version` counts its changes."""

    version = models.PositiveIntegerField(default=0, editable=False)

    class Meta:
        abstract = True

    def worked_on(self, by: Any) -> None:
        """Told by the gate who makes a move, before it is saved; a machine may keep who works on it."""

    def moves(self) -> dict[str, Move]:
        """Every move that starts from the present state, by name; conditions and permission not yet asked."""
        return {t.name: _move(self, t) for t in transitions_of(self) if t.source in (self.state, "*")}  # type: ignore[attr-defined]

    def moves_for(self, user: Any) -> list[Move]:
        """The moves this person may make now: what the page shows as buttons."""
        return [m for m in self.moves().values() if not m.internal and m.has_perm(user) and m.hindrance() is None]


M = TypeVar("M", bound=Machine)


def save_with_history(obj: models.Model, *, by: Any, reason: str) -> None:
    """Save and leave a history row that names the person and the reason (a code or a typed sentence)."""
    obj._history_user = by if getattr(by, "pk", None) else None  # type: ignore[attr-defined]
    obj._change_reason = reason  # type: ignore[attr-defined]
    obj.save()


def lock(obj: M, *, version: int | None = None) -> M:
    """The object as the database has it now, locked until the end of the unit of work.

    Raises Stale when `version` is given and no longer the present one.
    """
    fresh: M = type(obj)._default_manager.select_for_update(of=("self",)).get(pk=obj.pk)
    if version is not None and fresh.version != version:
        raise Stale
    return fresh


@writes
def perform(obj: M, name: str, *, by: Any, version: int | None = None, **details: Any) -> M:
    """Make one move and return the object as it now is.

    Raises Stale (changed since), TransitionNotAllowed (not from this state), PermissionDenied (not by this person)
    and Refused (a condition does not hold; its sentence says why).
    """
    fresh = lock(obj, version=version)
    move = fresh.moves().get(name)
    if move is None:
        raise TransitionNotAllowed(f"{name}: not from {fresh.state}")  # type: ignore[attr-defined]
    if not move.has_perm(by):
        raise PermissionDenied(f"{name}: not by this person")
    if (sentence := move.hindrance()) is not None:
        raise Refused(sentence)
    getattr(fresh, name)(by=by, **details)
    fresh.worked_on(by)
    fresh.version += 1
    save_with_history(fresh, by=by, reason=str(details.get("reason") or name))
    record(fresh.municipality_id, f"{fresh._meta.model_name}.{name}", fresh, by=by, details=details)  # type: ignore[attr-defined]
    return fresh


# --- Moves with consequences ----------------------------------------------------------------------------------------

_carried: dict[tuple[type, str], Callable[..., Any]] = {}


def carries(model: type[Machine], name: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Register the operation that makes this move together with what follows from it (ledger, letter, mail)."""

    def register(operation: Callable[P, R]) -> Callable[P, R]:
        _carried[(model, name)] = operation
        return operation

    return register


def carry_out(obj: Machine, name: str, *, by: Any, version: int | None = None, **details: Any) -> Any:
    """Make a move as a person asks for it: through its operation where it has one, else through the gate alone."""
    operation = _carried.get((type(obj), name))
    if operation is not None:
        return operation(obj, by=by, version=version, **details)
    return perform(obj, name, by=by, version=version, **details)
