"""Verbs of the library of ancillary provisions: write an entry, change it, take the usual ones."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext_lazy as _

from applications.letter_forms import problems
from funding.gate import Refused, Stale, record, save_with_history, writes
from funding.models import Municipality
from review import documents, policies
from review.models import Provision

# What most guidelines ask for: a start that every town words as it likes. Kind, name, text of the letter.
USUAL = (
    (
        Provision.Kind.CONDITION,
        "Gesicherte Gesamtfinanzierung",
        "Die Zuwendung wird wirksam, sobald Sie uns bis zum {datum} nachweisen, dass die übrige Finanzierung von "
        "{summe} zugesagt ist.",
    ),
    (
        Provision.Kind.CONDITION,
        "Erlaubnis für den Ort",
        "Die Zuwendung wird wirksam, sobald Sie uns bis zum {datum} die Erlaubnis vorlegen, den Ort zu nutzen.",
    ),
    (
        Provision.Kind.CONDITION,
        "Versicherung",
        "Die Zuwendung wird wirksam, sobald Sie uns bis zum {datum} eine Haftpflichtversicherung für das Projekt "
        "„{titel}“ nachweisen.",
    ),
    (
        Provision.Kind.OBLIGATION,
        "Hinweis auf die Förderung",
        "Weisen Sie in allem, was Sie zum Projekt „{titel}“ veröffentlichen, auf die Förderung durch uns hin.",
    ),
    (
        Provision.Kind.OBLIGATION,
        "Offen für alle",
        "Das Angebot steht allen offen. Machen Sie es so bekannt, dass auch Menschen davon erfahren, die Sie noch "
        "nicht kennen.",
    ),
    (
        Provision.Kind.OBLIGATION,
        "Zwischenbericht",
        "Berichten Sie uns bis zum {datum} in einigen Sätzen, wie weit das Projekt ist.",
    ),
    (
        Provision.Kind.OBLIGATION,
        "Einladung",
        "Laden Sie uns und den Beirat rechtzeitig zu mindestens einem Termin ein.",
    ),
    (
        Provision.Kind.OBLIGATION,
        "Schutz von Kindern und Jugendlichen",
        "Legen Sie uns bis zum {datum} dar, wie Sie Kinder und Jugendliche im Projekt schützen. Wer mit ihnen allein "
        "arbeitet, braucht ein erweitertes Führungszeugnis.",
    ),
)


@writes
def save_provision(provision: Provision, *, by: Any, version: int | None = None, **values: Any) -> Provision:
    """Write a new entry or change one: `kind`, `title`, `text`, `position`, `offered`.

    Decisions keep the words they were prepared with. Raises PermissionDenied, Stale when somebody else changed it
    since, and Refused for a placeholder nobody can fill or a title that is taken.
    """
    if not policies.may_edit_provisions(provision, by):
        raise PermissionDenied("only officer and administrator keep the library")
    if provision.pk:
        provision = Provision.objects.select_for_update().get(pk=provision.pk)
        if version not in (None, provision.version):
            raise Stale
    for name, value in values.items():
        setattr(provision, name, value)
    if sentences := problems(provision.text, documents.PLACEHOLDERS):
        raise Refused(" ".join(sentences))
    same = Provision.objects.filter(municipality=provision.municipality_id, kind=provision.kind, title=provision.title)
    if same.exclude(pk=provision.pk).exists():
        raise Refused(_("There is already an entry of this name. Please choose another."))
    provision.version += 1
    save_with_history(provision, by=by, reason="edit" if provision.pk else "create")
    record(provision.municipality_id, "provision.save", provision, by=by)
    return provision


@writes
def take_usual_provisions(town: Municipality, *, by: Any) -> int:
    """Fill an empty library with the usual entries; how many. A library that has entries stays as it is."""
    if Provision.objects.filter(municipality=town).exists():
        return 0
    for position, (kind, title, text) in enumerate(USUAL, start=1):
        entry = Provision(municipality=town, kind=kind, title=title, text=text, position=position)
        save_provision(entry, by=by)
    return len(USUAL)
