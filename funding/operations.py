"""Verbs that write towns, programmes, rounds and people's roles."""

import datetime
from dataclasses import asdict, dataclass, field
from decimal import Decimal
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from funding import clock, money
from funding.gate import Refused, record, save_with_history, writes
from funding.models import DEFAULT_CHECKLIST, Absence, Assignment, Category, Municipality, Programme, Round, User
from funding.policies import Role, is_administrator
from funding.programmes import RESERVED_SLUGS, CategoryRow, ProgrammeFile
from funding.toml import FileError

# --- Programme files --------------------------------------------------------------------------------------------------


@dataclass
class Loaded:
    """What loading a file did: the things that are new, and per changed field the old and the new value."""

    programme: Programme
    created: list[str] = field(default_factory=list)
    changed: dict[str, list[Any]] = field(default_factory=dict)


@writes
def load_programme(file: ProgrammeFile, *, by: Any, demo: bool = False) -> Loaded:
    """Make town, programme and categories equal to what the file states; what it does not mention stays.

    The same file again changes nothing. Raises FileError for a value that no field takes (nothing is then loaded),
    Refused for a category that is left out although a plan uses it. `demo` marks a town that is new.
    """
    town = Municipality.objects.select_for_update().filter(slug=file.municipality["slug"]).first()
    new_town = town is None
    town = town or Municipality(demo=demo)
    created: list[str] = []
    changed = _set(town, file.municipality, {key: f"municipality.{key}" for key in file.municipality})
    _save(town, "municipality", file.municipality, changed, new_town, created, by=by)

    programme = Programme.objects.filter(municipality=town, slug=file.programme["slug"]).first()
    new_programme = programme is None
    programme = programme or Programme(municipality=town, checklist=list(DEFAULT_CHECKLIST))
    changes = _set(programme, file.programme, file.names)
    _save(programme, "programme", file.programme, changes, new_programme, created, by=by)
    changed = ({} if new_town else changed) | ({} if new_programme else changes)
    if file.categories is not None:
        _set_categories(programme, file.categories, created, changed, by=by)
    if created or changed:
        record(
            town.pk,
            "programme.load",
            programme,
            by=by,
            details={"created": created, "changed": changed},
        )
    return Loaded(programme, created, changed)


def _set(obj: models.Model, values: dict[str, Any], names: dict[str, str]) -> dict[str, list[Any]]:
    """Set the fields; returns name -> [old, new] for those that differ."""
    changed = {}
    for name, value in values.items():
        old = getattr(obj, name)
        if old != value:
            changed[names[name]] = [_shown(name, old), _shown(name, value)]
            setattr(obj, name, value)
    return changed


def _shown(name: str, value: Any) -> Any:
    """A value as a file would write it: amounts and shares as decimal strings."""
    if name.endswith("_cents") and value is not None:
        return money.decimal_string(value)
    return f"{value:.4f}" if isinstance(value, Decimal) else value


def _save(
    obj: models.Model,
    what: str,
    values: dict[str, Any],
    changed: dict[str, list[Any]],
    is_new: bool,
    created: list[str],
    *,
    by: Any,
) -> None:
    # Only what the file states: the lists of a new programme may still be empty.
    fields = obj._meta.concrete_fields
    skipped = {f.name for f in fields if f.name not in values or isinstance(f, models.JSONField)}
    try:
        obj.clean_fields(exclude=skipped)
    except ValidationError as error:
        name, sentences = next(iter(error.message_dict.items()))
        raise FileError(f"{what}.{name}: {sentences[0]}") from None
    if is_new:
        created.append(what if what.startswith("categories.") else f"{what}.{values['slug']}")
    if is_new or changed:
        save_with_history(obj, by=by, reason="load")


def _set_categories(
    programme: Programme, rows: tuple[CategoryRow, ...], created: list[str], changed: dict[str, list[Any]], *, by: Any
) -> None:
    present = {category.slug: category for category in programme.categories.all()}
    for position, row in enumerate(rows, start=1):
        category = present.pop(row.slug, None)
        is_new = category is None
        category = category or Category(municipality_id=programme.municipality_id, programme=programme)
        values = {**asdict(row), "position": position}
        changes = _set(category, values, {name: f"categories.{row.slug}.{name}" for name in values})
        if f"categories.{row.slug}.eligible_share" in changes and _is_settled_for(category):
            raise Refused(
                _("The share of “%s” cannot change: applications were sent in with it. Please add a new category.")
                % row.slug
            )
        _save(category, f"categories.{row.slug}", values, changes, is_new, created, by=by)
        if not is_new:
            changed |= changes
    for slug, category in present.items():
        try:
            category.delete()
        except models.ProtectedError:
            raise Refused(
                _("The category “%s” cannot be left out: plans use it.") % slug,
            ) from None
        changed[f"categories.{slug}"] = [category.name, None]


def _is_settled_for(category: Category) -> bool:
    """Plans with this category were sent in: what was promised there must not change with a file."""
    # A question upwards is a reverse relation: this app does not know applications.
    return category.pk is not None and category.cost_lines.exclude(application__state="draft").exists()


# --- Rounds -----------------------------------------------------------------------------------------------------------


@writes
def open_round(programme: Programme, *, by: Any, **values: Any) -> Round:
    """A new round of a programme. Raises Refused naming what the programme still lacks, PermissionDenied."""
    if not is_administrator(programme, by):
        raise PermissionDenied("only the administrator opens rounds")
    if missing := programme.missing_for_round():
        raise Refused(
            _("No round can be opened yet. Please enter first: %s") % ", ".join(str(name) for name in missing)
        )
    if Round.objects.filter(programme=programme, name=values["name"]).exists():
        raise Refused(_("There is already a round of this name. Please choose another."))
    entry = Round(municipality_id=programme.municipality_id, programme=programme, **values)
    save_with_history(entry, by=by, reason="open")
    record(programme.municipality_id, "round.open", entry, by=by)
    return entry


@writes
def change_settings(obj: Municipality | Programme, values: dict[str, Any], *, by: Any) -> None:
    """Write settings of a town or a programme; what is unchanged leaves no trace. Raises PermissionDenied."""
    if not is_administrator(obj, by):
        raise PermissionDenied("only the administrator changes settings")
    fresh = type(obj)._default_manager.select_for_update().get(pk=obj.pk)
    changed = _set(fresh, values, {name: name for name in values})
    if changed:
        save_with_history(fresh, by=by, reason="settings")
        record(fresh.municipality_id, f"{fresh._meta.model_name}.settings", fresh, by=by, details=changed)


# --- People -----------------------------------------------------------------------------------------------------------


@writes
def give_role(town: Municipality, *, email: str, name: str, role: str, by: Any) -> Assignment:
    """Give somebody a role in a town; the account is made if there is none. Raises Refused when they have it.

    A name is written only where none stands yet: an account is its owner's, and of other towns too.
    """
    if not is_administrator(town, by):
        raise PermissionDenied("only the administrator gives roles")
    user = User.objects.with_address(email, name=name, demo=town.demo)
    if not user.name:
        user.name = name
        user.save(update_fields=["name"])
    if Assignment.objects.filter(municipality=town, user=user, role=role).exists():
        raise Refused(_("This person already has this role."))
    entry = Assignment(municipality=town, user=user, role=role)
    save_with_history(entry, by=by, reason="give")
    record(town.pk, "role.give", entry, by=by, details={"user": user.pk, "role": role})
    return entry


@writes
def take_role(assignment: Assignment, *, by: Any) -> None:
    """Take a role away. Raises Refused for the last administrator: somebody must be able to give roles."""
    if not is_administrator(assignment, by):
        raise PermissionDenied("only the administrator takes roles")
    others = Assignment.objects.select_for_update().filter(
        municipality_id=assignment.municipality_id, role=Role.ADMINISTRATOR
    )
    if assignment.role == Role.ADMINISTRATOR and not others.exclude(pk=assignment.pk).exists():
        raise Refused(_("This is the last administrator of the town. Please give the role to somebody else first."))
    details = {"user": assignment.user_id, "role": assignment.role}
    record(assignment.municipality_id, "role.take", Assignment(pk=assignment.pk), by=by, details=details)
    assignment._history_user = by  # type: ignore[attr-defined]
    assignment.delete()


def colleagues(town: Municipality, user: User) -> models.QuerySet[User]:
    """Who can stand in for a person: somebody else with one of the roles they have in the town."""
    roles = user.roles_in(town.pk) - {Role.BOARD}
    return User.objects.with_role(town.pk, *roles).exclude(pk=user.pk)


@writes
def enter_absence(
    town: Municipality, *, user: User, deputy: User, first: datetime.date, last: datetime.date, by: Any
) -> Absence:
    """Note that somebody is away and who does their work meanwhile: themselves, or the administrator for who is ill.

    Raises PermissionDenied; Refused for days in the wrong order or over already, days that are taken, a deputy
    without a role of theirs.
    """
    if by.pk != user.pk and not is_administrator(town, by):
        raise PermissionDenied("one's own absence, or the administrator")
    User.objects.select_for_update().get(pk=user.pk)
    if last < first or last < clock.today():
        raise Refused(_("The last day lies before the first, or is over already."))
    if not colleagues(town, user).filter(pk=deputy.pk).exists():
        raise Refused(_("%s has no role with which to stand in.") % deputy)
    if Absence.objects.filter(municipality=town, user=user, first__lte=last, last__gte=first).exists():
        raise Refused(_("For some of these days an absence is entered already."))
    entry = Absence(municipality=town, user=user, deputy=deputy, first=first, last=last)
    save_with_history(entry, by=by, reason="enter")
    record(town.pk, "absence.enter", entry, by=by, details={"user": user.pk, "deputy": deputy.pk})
    return entry


@writes
def end_absence(absence: Absence, *, by: Any) -> None:
    """Somebody is back, or does not go after all. What lies behind stays on record. Raises PermissionDenied."""
    fresh = Absence.objects.select_for_update(of=("self",)).get(pk=absence.pk)
    if by.pk != fresh.user_id and not is_administrator(fresh, by):
        raise PermissionDenied("one's own absence, or the administrator")
    record(fresh.municipality_id, "absence.end", Absence(pk=fresh.pk), by=by, details={"user": fresh.user_id})
    if fresh.first >= clock.today():
        fresh._history_user = by  # type: ignore[attr-defined]
        fresh.delete()
    elif fresh.last >= clock.today():
        fresh.last = clock.today() - datetime.timedelta(days=1)
        save_with_history(fresh, by=by, reason="end")


def has_administrator() -> bool:
    """Somebody can set the installation up already."""
    return Assignment.objects.filter(role=Role.ADMINISTRATOR, user__is_active=True).exists()


@writes
def set_up(*, town_name: str, slug: str, state: str, name: str, email: str, demo: bool = False) -> User:
    """The first town and its administrator, once. Raises Refused when there is an administrator already."""
    if has_administrator():
        raise Refused(_("This installation already has an administrator. Please sign in."))
    if slug in RESERVED_SLUGS or Municipality.objects.filter(slug=slug).exists():
        raise Refused(_("This short name is already taken. Please choose another."))
    # Baden-Württemberg knows the objection before the action (§ 68 VwGO), NRW mostly not (§ 110 JustG NRW).
    remedy = Municipality.Remedy.OBJECTION if state == "BW" else Municipality.Remedy.ACTION
    town = Municipality(slug=slug, name=town_name, state=state, remedy=remedy, languages=["de", "en"], demo=demo)
    user = User.objects.with_address(email, name=name, demo=demo)
    save_with_history(town, by=user, reason="setup")
    assignment = Assignment(municipality=town, user=user, role=Role.ADMINISTRATOR)
    save_with_history(assignment, by=user, reason="setup")
    record(town.pk, "municipality.setup", town, by=user)
    return user
