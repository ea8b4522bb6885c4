"""A question in KERN's shapes: label, help, input, and what is wrong with it.

Written in Python like the inputs themselves (funding/renderer.py): a page of questions has dozens.
"""

from typing import Any

from django import forms
from django.forms import BoundField
from django.forms.utils import flatatt
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from funding.renderer import NOTHING

# Subclasses first: a radio group is a select, too, for Django.
KINDS = (
    (forms.CheckboxInput, "checkbox"),
    (forms.CheckboxSelectMultiple, "checks"),
    (forms.RadioSelect, "radios"),
    (forms.MultiWidget, "parts"),
    (forms.Select, "select"),
)
GROUPS = ("checks", "radios", "parts")
CLASSES = {
    "checkbox": "kern-form-check__checkbox",
    "select": "kern-form-input__select",
    "input": "kern-form-input__input",
}
OPTIONAL = ' <span class="kern-label__optional">– {}</span>'
HELP = '\n  <div class="kern-hint" id="{}_helptext">{}</div>'
ERROR = (
    '\n  <p class="kern-error" id="{}_error"><span class="kern-icon kern-icon--danger" aria-hidden="true"></span>'
    '<span class="kern-body">{}</span></p>'
)
SINGLE = '\n<div class="kern-form-input{}">\n  <label class="kern-label" for="{}">{}{}</label>{}\n  {}{}\n</div>\n'
SELECT = '<div class="kern-form-input__select-wrapper">{}</div>'
CHECKBOX = '\n<div class="kern-form-check{}">\n  {}\n  <label class="kern-label" for="{}">{}</label>{}{}\n</div>\n'
GROUP = '\n<fieldset class="kern-fieldset{}"{}>\n  <legend class="kern-label">{}{}</legend>{}\n  {}{}\n</fieldset>\n'
CHOICES = '<div class="kern-fieldset__body">{}\n  </div>'
CHOICE = (
    '\n    <div class="kern-form-check"><input type="{0}" class="kern-form-check__{0}{1}" name="{2}" value="{3}" '
    'id="{4}"{5}><label class="kern-label" for="{4}">{6}</label></div>'
)


def kind(field: BoundField) -> str:
    """Which of KERN's form shapes this field takes."""
    return next((name for widget, name in KINDS if isinstance(field.field.widget, widget)), "input")


def written_field(field: BoundField, hide_optional: Any = False) -> SafeString:
    """The whole question; that it may be left open is said unless nearly all beside it may."""
    if field.is_hidden:
        return field.as_widget()
    shape, errors, identity = kind(field), field.errors, field.auto_id
    help_text = format_html(HELP, identity, field.help_text) if field.help_text else NOTHING
    wrong = format_html(ERROR, identity, format_html_join(" ", "{}", zip(errors))) if errors else NOTHING
    optional = NOTHING if field.field.required or hide_optional else format_html(OPTIONAL, _("optional"))
    if shape == "checkbox":
        inner = _control(field, shape, errors)
        marked = " kern-form-check--error" if errors else ""
        return format_html(CHECKBOX, marked, inner, field.id_for_label, field.label, help_text, wrong)
    if shape in GROUPS:
        inner = field.as_widget() if shape == "parts" else _choices(field, shape, errors)
        marked = " kern-fieldset--error" if errors else ""
        return format_html(
            GROUP, marked, _group_attributes(field, shape, errors), field.label, optional, help_text, inner, wrong
        )
    inner = _control(field, shape, errors)
    inner = format_html(SELECT, inner) if shape == "select" else inner
    marked = " kern-form-input--error" if errors else ""
    return format_html(SINGLE, marked, field.id_for_label, field.label, optional, help_text, inner, wrong)


def _control(field: BoundField, shape: str, errors: Any) -> SafeString:
    """The field's input with KERN's classes; Django itself adds aria-describedby and aria-invalid."""
    base, widget = CLASSES[shape], field.field.widget
    classes = [base, f"{base}--error" if errors else "", widget.attrs.get("class", "")]
    return field.as_widget(attrs={"class": " ".join(filter(None, classes)), **_direction(widget)})


def _direction(widget: forms.Widget) -> dict[str, str]:
    """Arabic on a German page and German on an Arabic one stand as they are read; addresses always from the left."""
    if "dir" in widget.attrs:
        return {}
    if isinstance(widget, forms.EmailInput | forms.URLInput | forms.NumberInput):
        return {"dir": "ltr"}
    return {"dir": "auto"} if isinstance(widget, forms.TextInput | forms.Textarea) else {}


def _group_attributes(field: BoundField, shape: str, errors: Any) -> SafeString:
    """How the group's inputs belong together, and the ids of what describes them."""
    found = {"role": "radiogroup", **({"aria-required": "true"} if field.field.required else {})}
    found = found if shape == "radios" else {}
    ids = [f"{field.auto_id}_helptext"] if field.help_text else []
    ids += [f"{field.auto_id}_error"] if errors else []
    return flatatt({**found, "aria-describedby": " ".join(ids) or None})


def _choices(field: BoundField, shape: str, errors: Any) -> SafeString:
    """Radio buttons or boxes, each with its label."""
    widget = field.field.widget
    wrong = f" kern-form-check__{widget.input_type}--error" if errors else ""
    always = {"disabled": field.field.disabled, "aria-invalid": "true" if errors and shape == "checks" else None}
    options = widget.options(field.html_name, widget.format_value(field.value()), {"id": field.auto_id})
    rows = (
        (one["type"], wrong, one["name"], one["value"], one["attrs"]["id"], states, one["label"])
        for one in options
        for states in [flatatt({**always, "checked": one["selected"]})]
    )
    return format_html(CHOICES, format_html_join("", CHOICE, rows))
