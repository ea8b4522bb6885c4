"""One page per section: its questions, and what is typed on it."""

from dataclasses import replace

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from applications import operations, texts
from applications.forms import FORMS, CostsForm, SectionForm
from applications.models import Application, LegalForm
from applications.operations import Other, Overtaken
from applications.sections import BY_SLUG, OF_ORGANISATION, after
from applications.views import stash
from applications.views.drafts import led_elsewhere, section_url, visible_draft
from applications.views.files import files_of
from applications.views.others import attach, beside
from applications.views.plan import keep_arranged, leave, plan_page
from funding import clock
from funding.forms import renew_version
from funding.gate import Refused


@never_cache
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, pk: int, section: str) -> HttpResponse:
    """The questions of one section."""
    if section not in BY_SLUG:
        raise Http404
    if not request.user.is_authenticated:
        stash.put(request, pk, section)
        return leave(request, redirect_to_login(request.get_full_path()))
    application = visible_draft(request, pk, section)
    if (elsewhere := led_elsewhere(request, application)) is not None:
        return leave(request, elsewhere)
    if request.method == "POST":
        form = FORMS[section](
            request.POST, application=application, partial=bool({"later", *CHOICES} & set(request.POST))
        )
        if not form.is_rearranged:
            page = _save(request, application, form)
            if page is None:
                messages.success(request, _("Saved: %s") % BY_SLUG[section].title)
                if section == "when":
                    _say_about_the_start(request, visible_draft(request, pk, section))
                return redirect(_next_page(request, application, section))
            form = page
        elif "calculate" not in request.POST:
            keep_arranged(request, form)
    elif request.POST:  # kept when the language changed
        form = FORMS[section](request.POST, application=application, partial=True)
    elif _is_known(request, application, section):
        return _known_page(request, application, section)
    else:
        form = _fresh_page(request, application, section)
    context = {
        "application": application,
        "section": BY_SLUG[section],
        "number": list(BY_SLUG).index(section) + 1,
        "form": form,
        "wanted": application.changes_asked.get(section, ""),
        "formsets": form.formsets,
        "from_check": request.GET.get("from") == "check",
        **files_of(application, section, in_place=True),
    }
    if isinstance(form, CostsForm):
        return plan_page(request, form, context)
    return render(request, "applications/application_section.html", context)


def _is_known(request: HttpRequest, application: Application, section: str) -> bool:
    """Answered for an earlier application of this organisation, and not yet looked at in this one."""
    asked = section in application.changes_asked or {"change", "from"} & set(request.GET)
    if section not in OF_ORGANISATION or asked or application.progress(section).is_saved:
        return False
    progress = application.progress(section)
    form = FORMS[section](application=application)
    answered = all(form.initial[name] for name in form.needed if name not in form.prefilled)
    if not answered or progress.typed or stash.has(request, application, section):
        return False
    return application.organisation.applications.exclude(pk=application.pk).exists()


def _known_page(request: HttpRequest, application: Application, section: str) -> HttpResponse:
    """A summary in place of questions whose answers are already there."""
    context = {
        "application": application,
        "section": BY_SLUG[section],
        "number": list(BY_SLUG).index(section) + 1,
        "pairs": [(name, value) for name, value in FORMS[section](application=application).pairs() if value],
        "next_url": _next_page(request, application, section),
    }
    return render(request, "applications/application_known.html", context)


def _fresh_page(request: HttpRequest, application: Application, section: str) -> SectionForm:
    """The answers as they are kept; what was typed before the sign-in ran out is kept first."""
    if (data := stash.take(request, application, section)) is not None:
        form = FORMS[section](data, application=application, partial=True)
        try:
            kept = operations.autosave(application, section, form.sent(stash.names(data)), by=request.user)
        except Refused as refusal:
            form.add_error(None, str(refusal))
            return form
        messages.success(request, _("What you typed before you signed in again is saved."))
        if kept.conflicts:
            return _page_again(request, form, kept.others, kept.conflicts)
        application = visible_draft(request, application.pk, section)
    form = FORMS[section](application=application)
    form.initial["page"] = stash.page_of(request.user, application)
    form.propose(request.user)
    form.show_typed()
    return form


# --- Saving -----------------------------------------------------------------------------------------------------------

CHOICES = ("take", "keep")


def _save(request: HttpRequest, application: Application, form: SectionForm) -> SectionForm | None:
    """Keep what was sent, right or wrong; the page to show once more, None when it can be left."""
    try:
        if set(CHOICES) & set(request.POST):
            return _choose(request, application, form)
        if form.is_valid():
            done = "later" not in request.POST or form.is_complete
            operations.save_answers(application, form.section, form.sent(), by=request.user, done=done)
            return None
        kept = operations.autosave(application, form.section, form.sent(), by=request.user)
        if "later" in request.POST and form.data.get("version") and not kept.conflicts:
            return None
        return _page_again(request, form, kept.others, kept.conflicts)
    except Overtaken as overtaken:
        return _page_again(request, form, overtaken.others, overtaken.conflicts)
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return form


def _choose(request: HttpRequest, application: Application, form: SectionForm) -> SectionForm:
    """Somebody looked at the other text and takes it, or keeps their own."""
    name, sent = request.POST.get("keep", ""), form.sent()
    if (taken := request.POST.get("take", "")) and form.has(taken):
        form = FORMS[form.section](form.without(taken), application=application, partial=True)
        name, sent = taken, form.sent()
    versions = {**sent.versions, name: application.progress(form.section).version}
    kept = operations.autosave(application, form.section, replace(sent, versions=versions), by=request.user)
    return _page_again(request, form, kept.others, [other for other in kept.conflicts if other.name != name])


def _page_again(request: HttpRequest, form: SectionForm, others: list[Other], conflicts: list[Other]) -> SectionForm:
    """The same page: with the other text where this one was not touched, and beside it where it was.

    It now knows the present version, so the next save is meant, and counts.
    """
    application = visible_draft(request, form.application.pk, form.section)
    contested = {other.name for other in conflicts}
    again = type(form)(form.data, application=application, partial=form.partial)
    for other in others:
        if other.name not in contested and again.has(other.name):
            again = type(form)(again.without(other.name), application=application, partial=form.partial)
    if form.data.get("version"):
        renew_version(again, application.progress(form.section).version)
    again.is_valid()
    attach(again, beside(application, form.section, conflicts, request.user, asks=False))
    if conflicts:
        again.add_error(
            None, _("Somebody saved something here while you were writing. Your answers are still below: save again.")
        )
    return again


@never_cache
@require_POST
def autosave(request: HttpRequest, pk: int, section: str) -> HttpResponse:
    """Keep what was typed so far; the answer says when it was kept and what others wrote meanwhile."""
    if section not in BY_SLUG:
        raise Http404
    if not request.user.is_authenticated:
        context = {"section": section, "pk": pk, "kept": stash.put(request, pk, section)}
        return render(request, "applications/_signed_out.html", context, status=401)
    application = visible_draft(request, pk, section)
    form = FORMS[section](request.POST, application=application, partial=True)
    try:
        kept = operations.autosave(application, section, form.sent(request.POST.getlist("changed")), by=request.user)
    except Refused as refusal:
        return render(request, "applications/_not_saved.html", {"sentence": refusal}, status=409)
    boxes = (
        beside(visible_draft(request, pk, section), section, kept.others, request.user, asks=True)
        if kept.others
        else []
    )
    context = {"at": clock.now(), "version": kept.application.progress(section).version, "boxes": boxes}
    # What waits for a choice has not arrived yet.
    return render(
        request, "applications/_saved.html", context | {"waits": kept.conflicts}, status=409 if kept.conflicts else 200
    )


def _say_about_the_start(request: HttpRequest, application: Application) -> None:
    """What nobody should learn only at the end: it has begun already, or begins before there can be a decision."""
    today = clock.today()
    codes = [code for code in ("already-begun",) if code in application.problems(today)]
    if not application.early_start:
        codes += [code for code in ("lead-time-short",) if code in application.warnings(today)]
    for point in texts.points(codes, application, application.evaluate()):
        messages.warning(request, point.sentence)


def _next_page(request: HttpRequest, application: Application, section: str) -> str:
    if request.POST.get("later") == "files":
        return reverse("applications:upload", args=[application.pk]) + f"?section={section}"
    if "later" in request.POST:
        return reverse("applications:detail", args=[application.pk])
    is_group = section == "organisation" and request.POST.get("legal_form") == LegalForm.UNREGISTERED
    if is_group and request.GET.get("from") != "check":
        return reverse("applications:group", args=[application.pk])
    following = after(section)
    if request.GET.get("from") == "check" or following is None:
        return reverse("applications:check", args=[application.pk])
    return section_url(application, following.slug)
