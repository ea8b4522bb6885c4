"""What the templates of forms ask about a field and its faults; the question itself is written by `funding.kern`."""

from django import forms, template
from django.forms import BoundField
from django.forms.utils import ErrorDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from funding.kept import KeptInput
from funding.kern import GROUPS, kind, written_field
from funding.renderer import written_input

register = template.Library()

register.simple_tag(written_field, name="written_field")
register.filter("written", written_input)


@register.filter
def anchor(field: BoundField) -> str:
    """The id of the field's first control, where a link of the error summary leads."""
    if kind(field) in GROUPS:
        return f"{field.auto_id}_0"
    return field.auto_id


@register.filter
def is_wrong(form) -> bool:
    """The page has to say that something is wrong with its form."""
    return isinstance(form, forms.BaseForm) and bool(_errors_of(form))


def _errors_of(form: forms.BaseForm) -> ErrorDict:
    """What is wrong with a form; nobody has sent the input that a change of language kept, so no fault is found."""
    if isinstance(form.data, KeptInput):
        form.errors.clear()
    return form.errors


@register.simple_tag
def problems(form=None, formsets=None) -> list[dict]:
    """Everything wrong, in page order: `name`, `text`, and `field` (None where no single field is at fault)."""
    found = _form_problems(form) if form else []
    for formset in formsets or ():
        if isinstance(formset.data, KeptInput):
            formset.non_form_errors().clear()
        found += [_problem(text) for text in formset.non_form_errors()]
        row_label = getattr(formset, "row_label", "") or _("Line")
        for number, row in enumerate(formset.forms, start=1):
            found += _form_problems(row, place=f"{row_label} {number}, ")
    return found


def _form_problems(form, place: str = "") -> list[dict]:
    if not _errors_of(form):
        return [_problem(str(_FILE_AGAIN), field, place) for field in form if _has_lost_its_file(form, field)]
    found = [_problem(text) for text in form.non_field_errors()]
    for field in form:
        found += [_problem(text, None if field.is_hidden else field, place) for text in field.errors]
    return found


_FILE_AGAIN = gettext_lazy("Please choose the file again. It could not be kept when the language changed.")


def _has_lost_its_file(form: forms.BaseForm, field: BoundField) -> bool:
    return (
        isinstance(form.data, KeptInput) and isinstance(field.field, forms.FileField) and field.html_name in form.data
    )


def _problem(text: str, field: BoundField | None = None, place: str = "") -> dict:
    name = f"{place}{field.label}" if field else ""
    # A label that is a question or a sentence needs no colon.
    if name and name[-1] not in "?!.:؟":
        name += ":"
    return {"field": field, "name": name, "text": text}
