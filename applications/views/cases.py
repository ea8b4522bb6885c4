"""From the list to the sent application: task list, one page per section, check and send."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import F
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe
from django_fsm import TransitionNotAllowed

from applications import documents, operations, policies, rules, texts
from applications.forms import FORMS, ApplicationFilter, CheckForm, SectionForm, StartForm
from applications.models import Application, Organisation
from applications.sections import BY_SLUG, SECTIONS, after
from applications.views.responses import pdf
from applications.workflow import State
from funding import clock
from funding.forms import renew_version
from funding.gate import Refused, Stale
from funding.models import Programme
from funding.policies import is_officer
from funding.views import confirm_move

PER_PAGE = 25


@login_required
@require_safe
def application_list(request: HttpRequest) -> HttpResponse:
    """Everything this person may see: theirs as an applicant, the town's as staff."""
    visible = Application.objects.visible_to(request.user)
    found = ApplicationFilter(
        request.GET, visible.with_parties().order_by(F("received_on").desc(nulls_first=True), "-pk")
    )
    page = Paginator(found.qs, PER_PAGE).get_page(request.GET.get("page"))
    rows = [(case, texts.state_label(case, request.user), texts.TONES.get(case.state)) for case in page]
    context = {"filter": found, "page_obj": page, "rows": [(*row, texts.next_date(row[0])) for row in rows]}
    return render(request, "applications/application_list.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def create(request: HttpRequest, programme_pk: int) -> HttpResponse:
    """Begin a draft; the officer begins one for an application that came on paper."""
    programme = get_object_or_404(Programme.objects.select_related("municipality"), pk=programme_pk)
    if not policies.may_start(programme, request.user):
        raise PermissionDenied
    paper = is_officer(programme, request.user)
    organisations = (
        Organisation.objects.filter(municipality=programme.municipality_id).exclude(name="").order_by("name", "pk")
    )
    if not paper:
        rights = ["edit", "submit"]
        organisations = organisations.filter(memberships__user=request.user.pk, memberships__right__in=rights)
    data = request.POST if request.method == "POST" else None
    initial = {} if paper else {"organisation": organisations.first()}
    form = StartForm(data, organisations=organisations, initial=initial)
    if request.method == "POST" and form.is_valid():
        organisation = form.cleaned_data["organisation"]
        answers = {"paper": True} if paper else {}
        application = operations.start(programme, by=request.user, organisation=organisation, **answers)
        return redirect("applications:detail", application.pk)
    context = {
        "programme": programme,
        "form": form,
        "paper": paper,
        "missing": programme.missing_for_round(),
        "round": programme.rounds.open_on(clock.today()).first(),
        "has_choice": organisations.exists(),
    }
    return render(request, "applications/application_start.html", context)


# --- Writing ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Task:
    """A line of the task list."""

    title: Any
    url: str
    status: str
    tone: str


def _visible(request: HttpRequest, pk: int) -> Application:
    cases = Application.objects.visible_to(request.user).with_parties().with_plan()
    return get_object_or_404(cases, pk=pk)


def _closed(request: HttpRequest, application: Application) -> HttpResponse | None:
    """Where to send somebody who cannot write (any more); 403 for those who never could."""
    if operations.may_be_written(application, request.user):
        return None
    if not policies.may_edit(application, request.user):
        raise PermissionDenied
    messages.info(request, _("This application was already sent. Its answers can be changed when we ask you to."))
    return redirect("case", application.pk)


@login_required
@never_cache
@require_safe
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """The task list while the application may be written; afterwards the case page."""
    application = _visible(request, pk)
    if not operations.may_be_written(application, request.user):
        return redirect("case", application.pk)
    codes = [code for code in operations.hindrances(application, clock.today()) if code != "missing-declarations"]
    found = texts.points(codes, application, application.evaluate())
    tasks = _tasks(application, found)
    # A section nobody has looked at yet says so itself; its questions need no list of reproaches.
    begun = {slug for slug, task in tasks.items() if task.status != _("not started")}
    context = {
        "application": application,
        "state": texts.state_label(application, request.user),
        "tone": texts.TONES.get(application.state),
        "tasks": [*tasks.values(), _last_task(application, found)],
        "points": [point for point in found if point.section in begun],
        "changes": [
            (BY_SLUG[slug].title, _section_url(application, slug), reason)
            for slug, reason in application.changes_asked.items()
            if slug in BY_SLUG
        ],
        "moves": [move for move in application.moves_for(request.user) if move.at != "applications:check"],
        "uploads": application.uploads.all(),
    }
    return render(request, "applications/application_tasks.html", context)


def _tasks(application: Application, found: list[texts.Point]) -> dict[str, Task]:
    missing = {point.section for point in found if point.code.startswith("missing-")}
    wrong = {point.section for point in found if not point.code.startswith("missing-")}
    slugs = [section.slug for section in SECTIONS]
    return {slug: _task(application, slug, is_missing=slug in missing, is_wrong=slug in wrong) for slug in slugs}


def _task(application: Application, slug: str, *, is_missing: bool, is_wrong: bool) -> Task:
    form = FORMS[slug](application=application)
    is_saved = slug in application.sections_done
    # What an earlier application or an import has answered needs nobody to save it again.
    is_done = not is_missing and (is_saved or form.is_answered)
    wanted = application.changes_asked.get(slug, "") if application.state == State.RETURNED else ""
    if wanted and not is_saved:
        status, tone = _("change wanted"), "warning"
    elif is_wrong and (is_saved or form.is_begun):
        status, tone = _("please look again"), "warning"
    elif is_done:
        status, tone = (_("changed") if wanted else _("done")), "success"
    elif is_saved or form.is_begun:
        status, tone = _("begun"), "info"
    else:
        status, tone = _("not started"), "neutral"
    return Task(BY_SLUG[slug].title, _section_url(application, slug), status, tone)


def _section_url(application: Application, slug: str) -> str:
    return reverse("applications:edit", args=[application.pk, slug])


def _last_task(application: Application, found: list[texts.Point]) -> Task:
    url = reverse("applications:check", args=[application.pk])
    if found:
        return Task(_("Check and send"), url, _("not ready yet"), "neutral")
    return Task(_("Check and send"), url, _("ready to send"), "info")


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, pk: int, section: str) -> HttpResponse:
    """The questions of one section."""
    if section not in BY_SLUG:
        raise Http404
    application = _visible(request, pk)
    if (elsewhere := _closed(request, application)) is not None:
        return elsewhere
    form = FORMS[section](request.POST or None, application=application, partial="later" in request.POST)
    if request.method == "POST" and form.is_valid() and _save(request, application, section, form):
        messages.success(request, _("Saved: %s") % BY_SLUG[section].title)
        return redirect(_next_page(request, application, section))
    context = {
        "application": application,
        "section": BY_SLUG[section],
        "number": list(BY_SLUG).index(section) + 1,
        "form": form,
        "wanted": application.changes_asked.get(section, ""),
        "formsets": form.formsets,
        "from_check": request.GET.get("from") == "check",
        "uploads": [upload for upload in application.uploads.all() if upload.section == section],
        **(_calculated(application, form.plan()) if hasattr(form, "plan") else {}),
    }
    template = "applications/application_plan.html" if form.formsets else "applications/application_section.html"
    return render(request, template, context)


def _save(request: HttpRequest, application: Application, section: str, form: SectionForm) -> bool:
    try:
        operations.save_answers(
            application,
            section,
            by=request.user,
            version=form.cleaned_data["version"],
            done="later" not in request.POST or form.is_complete,
            **form.to_save(),
        )
    except Stale:
        renew_version(form, Application.objects.values_list("version", flat=True).get(pk=application.pk))
        form.add_error(
            None, _("Somebody saved something here while you were writing. Your answers are still below: save again.")
        )
    except Refused as refusal:
        form.add_error(None, str(refusal))
    return not form.errors


def _next_page(request: HttpRequest, application: Application, section: str) -> str:
    if "later" in request.POST:
        return reverse("applications:detail", args=[application.pk])
    following = after(section)
    if request.GET.get("from") == "check" or following is None:
        return reverse("applications:check", args=[application.pk])
    return _section_url(application, following.slug)


def _calculated(application: Application, plan: Any) -> dict[str, Any]:
    """What the plan comes to, under the lines."""
    programme = application.programme
    left = None
    if application.start and (year := programme.years.filter(year=application.start.year).first()):
        left = year.balances.not_awarded_cents
    result = rules.evaluate(plan, programme.cap_per_project_cents, left)
    names = {category.slug: category.name for category in programme.categories.all()}
    return {
        "result": result,
        "surplus_cents": -result.open_cents if result.open_cents < 0 else 0,
        "highest": texts.highest_grant(result),
        "balance": texts.balance(result),
        "hints": texts.share_hints(plan, names),
    }


# --- Check and send ---------------------------------------------------------------------------------------------------


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def check(request: HttpRequest, pk: int) -> HttpResponse:
    """Everything on one page, what is missing, declarations, and the button that sends it."""
    application = _visible(request, pk)
    if (elsewhere := _closed(request, application)) is not None:
        return elsewhere
    if not policies.may_submit(application, request.user):
        raise PermissionDenied
    form = CheckForm(request.POST or None, application=application)
    if request.method == "POST" and form.is_valid():
        try:
            sent = operations.send_in(application, by=request.user, **form.to_send())
        except TransitionNotAllowed:
            messages.info(request, _("This application was already sent. It was sent once."))
            return redirect("case", application.pk)
        except Refused as refusal:
            form.add_error(None, str(refusal))
            application = _visible(request, pk)
        else:
            messages.success(request, _sentence_after_sending(sent))
            return redirect("case", sent.pk)
    return render(request, "applications/application_check.html", _checked(application, form))


def _sentence_after_sending(application: Application) -> str:
    sentence = _("We have your application. Its file number is %s. A receipt comes by mail.") % application.file_number
    if application.promised_on:
        day = date_format(application.promised_on)
        sentence += " " + _("Next we check it, then the board looks at it. You have an answer by %s.") % day
    return sentence


def _checked(application: Application, form: CheckForm) -> dict[str, Any]:
    today = clock.today()
    result = application.evaluate()
    codes = [code for code in operations.hindrances(application, today) if code != "missing-declarations"]
    return {
        "application": application,
        "form": form,
        "problems": _with_urls(application, texts.points(codes, application, result)),
        "warnings": _with_urls(application, texts.points(application.warnings(today), application, result)),
        "summaries": [_summary(application, section.slug) for section in SECTIONS if section.slug != "costs"],
        "costs_url": _change_url(application, "costs"),
        "plan": _plan_lines(application, result),
        "balance": texts.balance(result),
        "uploads": application.uploads.all(),
    }


def _with_urls(application: Application, points: list[texts.Point]) -> list[tuple[str, str, Any]]:
    return [(point.sentence, _change_url(application, point.section), BY_SLUG[point.section].title) for point in points]


def _change_url(application: Application, slug: str) -> str:
    return _section_url(application, slug) + "?from=check"


def _summary(application: Application, slug: str) -> dict[str, Any]:
    pairs = FORMS[slug](application=application).pairs()
    return {"id": slug, "heading": BY_SLUG[slug].title, "pairs": pairs, "edit_url": _change_url(application, slug)}


def _plan_lines(application: Application, result: Any) -> dict[str, Any]:
    """The plan for `_plan_table.html`."""
    costs = [
        {
            "label": line.what,
            "detail": f"{line.quantity.normalize():f} × {texts.eur(line.unit_price_cents)}",
            "note": f"{line.category.name}, {_('unpaid work')}" if line.in_kind else line.category.name,
            "cents": line.amount_cents,
        }
        for line in application.costs.all()
    ]
    lines = list(application.financing.all())
    financing = [
        {
            "label": line.what or line.get_kind_display(),
            "detail": line.get_kind_display() if line.what else "",
            "note": line.get_status_display() if line.status else "",
            "cents": line.amount_cents,
        }
        for line in lines
    ]
    return {
        "costs": costs,
        "financing": financing,
        "costs_cents": result.total_cents,
        "financing_cents": sum(line.amount_cents for line in lines),
        "totals": [(_("Eligible costs"), result.eligible_cents)],
    }


@login_required
@never_cache
@require_safe
def receipt(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """A submission as PDF: what was sent, word for word."""
    application = get_object_or_404(Application.objects.visible_to(request.user), pk=pk)
    if not policies.may_read_letters(application, request.user):
        raise PermissionDenied
    submission = get_object_or_404(application.submissions.all(), number=number)
    return pdf(documents.receipt_pdf(submission), f"{application.file_number}-{number}.pdf")


@login_required
@require_http_methods(["GET", "POST"])
def move(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """The confirm page of every move without a page of its own."""
    application = get_object_or_404(Application.objects.visible_to(request.user), pk=pk)
    return confirm_move(request, application, name, back=reverse("case", args=[pk]))
