"""Writing the answers of a section: at every pause of typing, and when its page is left."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import models
from django.utils.translation import gettext_lazy as _

from applications import policies, rules
from applications.models import Application, CostLine, FinancingLine, Organisation
from applications.sections import OF_ORGANISATION, Mark, Progress, fingerprint
from applications.workflow import State
from funding import clock
from funding.gate import Refused, Stale, lock, save_with_history, writes

OPEN_STATES = (State.DRAFT, State.RETURNED, State.INCOMPLETE)
LINES: dict[str, type[models.Model]] = {"costs": CostLine, "financing": FinancingLine}
MAX_TYPED = 300_000  # characters of one section that cannot be read yet


@dataclass(frozen=True)
class Sent:
    """What a page sends of one section.

    `values` can be kept as they are (of "costs" and "financing": rows), `typed` cannot be read yet and is kept as it
    was typed. `version` is the section's when the page was made, `versions` that of single answers the page showed
    later; without one nothing is compared. `page` tells one page from another, so that nobody meets themselves.
    """

    values: dict[str, Any] = field(default_factory=dict)
    typed: dict[str, Any] = field(default_factory=dict)
    version: int | None = None
    versions: Mapping[str, int] = field(default_factory=dict)
    page: str = ""


@dataclass(frozen=True)
class Other:
    """An answer that somebody else has written since a page was made: who, when, and the version the page knew."""

    name: str
    by: int | None
    at: str
    version: int


class Overtaken(Stale):
    """Somebody else changed answers of this page: `conflicts` also stand differently on it, `others` are all."""

    def __init__(self, others: list[Other], conflicts: list[Other]) -> None:
        super().__init__()
        self.others, self.conflicts = others, conflicts


@dataclass(frozen=True)
class Kept:
    """What became of an autosave: the case as it is now, and what others wrote meanwhile.

    Of the `others` the `conflicts` were changed on this page as well, and stay as the other wrote them.
    """

    application: Application
    others: list[Other]
    conflicts: list[Other]


def may_be_written(application: Application, user: Any) -> bool:
    """The answers can be changed by this person now: a draft, or a case that was returned."""
    return application.state in OPEN_STATES and policies.may_edit(application, user)


@writes
def save_answers(
    application: Application, section: str, sent: Sent, *, by: Any, done: bool = True, reason: str = ""
) -> Application:
    """Write the answers of a section when its page is left, with row history, which says `reason` or the section.

    All or nothing: raises Overtaken when somebody else changed one of them meanwhile (an answer this page only showed
    is left as the other wrote it), PermissionDenied, or Refused when it was sent in meanwhile.
    """
    fresh = _locked(application, by)
    writing = _Writing(fresh, section, sent, by)
    writing.merge()
    if writing.conflicts:
        raise Overtaken(writing.others(), writing.conflicts)
    fresh.progress(section).done = done
    writing.write_lines(leaving=True)
    if section in OF_ORGANISATION:
        save_with_history(fresh.organisation, by=by, reason=section)
        _follow_input_tax(fresh.organisation, by=by)
    _touch(fresh)
    save_with_history(fresh, by=by, reason=reason or section)
    return fresh


@writes
def autosave(application: Application, section: str, sent: Sent, *, by: Any) -> Kept:
    """Keep what was typed so far, right or wrong, without row history: that is written when the page is left.

    An answer somebody else changed meanwhile is not written but named. Raises PermissionDenied, and Refused when the
    case was sent in meanwhile or more was typed than anybody can read.
    """
    if sum(len(str(value)) for value in sent.typed.values()) > MAX_TYPED:
        raise Refused(_("This is too much text to be kept. Please shorten it."))
    fresh = _locked(application, by)
    writing = _Writing(fresh, section, sent, by)
    if writing.merge():
        writing.write_lines()
        if section in OF_ORGANISATION:
            _save_quietly(fresh.organisation)
            _follow_input_tax(fresh.organisation, by=by)
        _touch(fresh)
        _save_quietly(fresh)
    return Kept(fresh, writing.others(), writing.conflicts)


def _locked(application: Application, by: Any) -> Application:
    fresh = lock(application)
    if not policies.may_edit(fresh, by):
        raise PermissionDenied("not your application")
    if not may_be_written(fresh, by):
        raise Refused(_("The application was already sent. Its answers can only be changed when it is returned."))
    # Two drafts of one organisation: each writes only onto what the other has written.
    fresh.organisation = Organisation.objects.select_for_update().get(pk=fresh.organisation_id)
    return fresh


def _follow_input_tax(organisation: Organisation, *, by: Any) -> None:
    """Make the costs of its open applications count as it now says of input tax: net of it, or what the offers say.

    The rate of a line stays as it was typed, so that a wrong tap can be taken back.
    """
    if organisation.input_tax == Organisation.InputTax.PARTLY:
        return
    lines = CostLine.objects.filter(application__organisation=organisation, application__state__in=OPEN_STATES)
    for line in lines.exclude(deductible_cents=0, tax_percent=0).select_related("category"):
        cents = 0
        if organisation.deducts and not line.in_kind:
            cents = rules.included_tax(line.gross_cents, line.tax_percent) or line.deductible_cents
        if line.deductible_cents != cents:
            line.deductible_cents = cents
            save_with_history(line, by=by, reason="plan")


def _touch(application: Application) -> None:
    application.version += 1
    application.refresh_search()


def _save_quietly(obj: Any) -> None:
    obj.skip_history_when_saving = True
    obj.save()
    del obj.skip_history_when_saving


class _Writing:
    """One page's answers on their way into the stored ones."""

    def __init__(self, application: Application, section: str, sent: Sent, by: Any) -> None:
        self.application, self.section, self.sent = application, section, sent
        self.progress: Progress = application.progress(section)
        self.by, self.now = by, clock.now().isoformat(timespec="seconds")
        self.conflicts: list[Other] = []
        self.marks = self.progress.marks()
        self.lines: dict[str, list[dict[str, Any]]] = {}

    def merge(self) -> bool:
        """Write what differs and is nobody else's; whether anything was."""
        before = self.progress.version
        written = [self._write(name, value) for name, value in self.sent.values.items()]
        written += [self._write(name, value, typed=True) for name, value in self.sent.typed.items()]
        if any(written):
            self.progress.next_version()
        return self.progress.version > before

    def _write(self, name: str, value: Any, *, typed: bool = False) -> bool:
        comparable = value if typed or name not in LINES else _as_rows(LINES[name], value)
        present = self._present(name)
        if fingerprint(present) == fingerprint(comparable) and (name in self.progress.typed) == typed:
            return False
        if self._is_overtaken(name):
            if fingerprint(comparable) != self.marks[name].at_version(self._base(name)):
                self.conflicts.append(self._other(name))
            return False
        writer = getattr(self.by, "pk", None)
        self.progress.write(name, comparable, present, typed=typed, by=writer, at=self.now, page=self.sent.page)
        if typed:
            return True
        if name in LINES:
            self.lines[name] = value
        else:
            setattr(self._keeper(name), name, value)
        return True

    def _present(self, name: str) -> Any:
        """The answer as people see it now: what was typed last, else what is kept."""
        if name in self.progress.typed:
            return self.progress.typed[name]
        if name in LINES:
            return [columns(line) for line in lines_of(self.application, LINES[name])]
        return getattr(self._keeper(name), name)

    def _keeper(self, name: str) -> Application | Organisation:
        of_organisation = self.section in OF_ORGANISATION and hasattr(self.application.organisation, name)
        return self.application.organisation if of_organisation else self.application

    # --- What others wrote ------------------------------------------------------------------------------------------

    def _base(self, name: str) -> int:
        return self.sent.versions.get(name, self.sent.version or 0)

    def _is_overtaken(self, name: str) -> bool:
        mark: Mark | None = self.marks.get(name)
        if mark is None or self.sent.version is None or (self.sent.page and mark.page == self.sent.page):
            return False
        return mark.version > self._base(name)

    def _other(self, name: str) -> Other:
        mark = self.marks[name]
        return Other(name, mark.by, mark.at, self._base(name))

    def others(self) -> list[Other]:
        """Every answer that was changed elsewhere since the page was made, also where the page did not touch it."""
        return [self._other(name) for name in self.marks if self._is_overtaken(name)]

    # --- The lines of a plan ----------------------------------------------------------------------------------------

    def write_lines(self, *, leaving: bool = False) -> None:
        """Make the lines equal to what was sent; on leaving with history, also of lines an autosave wrote."""
        for name, model in LINES.items():
            if name in self.lines or (leaving and self.progress.quiet and name in self.sent.values):
                replace_lines(self.application, model, self.sent.values[name], by=self.by, history=leaving)
        self.progress.quiet = not leaving


def lines_of(application: Application, model: type[models.Model]) -> list[Any]:
    """The lines of a plan as they are kept, in their order."""
    return list(model._default_manager.filter(application=application).order_by("position", "pk"))


def columns(line: models.Model) -> dict[str, Any]:
    """What a line says, without where it stands."""
    own = ("id", "municipality", "application", "position")
    return {f.attname: getattr(line, f.attname) for f in line._meta.concrete_fields if f.name not in own}


def _as_rows(model: type[models.Model], rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [columns(model(**row)) for row in rows]


@writes
def replace_lines(
    application: Application, model: type[models.Model], rows: list[dict[str, Any]], *, by: Any, history: bool = True
) -> None:
    """Make the lines of a plan equal to `rows`, keeping a line's identity (and its history) by its place."""
    present = lines_of(application, model)
    for position, row in enumerate(rows, start=1):
        line = (
            present.pop(0) if present else model(municipality_id=application.municipality_id, application=application)
        )
        for name, value in {**row, "position": position}.items():
            setattr(line, name, value)
        if history:
            save_with_history(line, by=by, reason="plan")
        else:
            _save_quietly(line)
    for line in present:
        line.delete()
