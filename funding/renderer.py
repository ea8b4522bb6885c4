"""Inputs, text areas and selects written in Python: a page of questions has dozens, a template for each takes longer.

What is written is what Django's own templates write. Every other widget keeps its template.
"""

from collections.abc import Mapping
from typing import Any

from django.forms.renderers import TemplatesSetting
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

NOTHING = SafeString("")


def written_input(widget: Mapping[str, Any]) -> SafeString:
    """An input; `widget` as in the context of a widget's template."""
    value = NOTHING if widget["value"] is None else format_html(' value="{}"', str(widget["value"]))
    return format_html('<input type="{}" name="{}"{}{}>', widget["type"], widget["name"], value, _rest(widget))


def _written_textarea(widget: Mapping[str, Any]) -> SafeString:
    # A browser drops the line break after the tag, and so none of the text's own.
    return format_html('<textarea name="{}"{}>\n{}</textarea>', widget["name"], _rest(widget), widget["value"] or "")


def _written_select(widget: Mapping[str, Any]) -> SafeString:
    groups = widget["optgroups"]
    if any(name for name, _options, _index in groups):
        inner = format_html_join("", "{}", ((_written_group(name, options),) for name, options, _index in groups))
    else:
        inner = _written_options([one for _name, options, _index in groups for one in options])
    return format_html('<select name="{}"{}>{}</select>', widget["name"], _rest(widget), inner)


def _written_group(name: Any, options: list[Mapping[str, Any]]) -> SafeString:
    found = _written_options(options)
    return format_html('<optgroup label="{}">{}</optgroup>', name, found) if name else found


def _written_options(options: list[Mapping[str, Any]]) -> SafeString:
    rows = ((str(one["value"]), _rest(one), one["label"]) for one in options)
    return format_html_join("", '<option value="{}"{}>{}</option>', rows)


def _rest(widget: Mapping[str, Any]) -> SafeString:
    """All other attributes, in the order they were given."""
    given = [(name, value) for name, value in widget["attrs"].items() if value is not False]
    if not given:
        return NOTHING
    shape = "".join(" {}" if value is True else ' {}="{}"' for _name, value in given)
    return format_html(shape, *(str(part) for pair in given for part in pair if part is not True))


INPUTS = ("text", "email", "number", "url", "hidden", "checkbox", "file")
WRITTEN = {
    **{f"django/forms/widgets/{kind}.html": written_input for kind in INPUTS},
    "django/forms/widgets/textarea.html": _written_textarea,
    "django/forms/widgets/select.html": _written_select,
}


class Renderer(TemplatesSetting):
    """Writes what is simple and asked for often, and leaves the rest to the templates."""

    def render(self, template_name: str, context: dict[str, Any], request: HttpRequest | None = None) -> str:
        if write := WRITTEN.get(template_name):
            return write(context["widget"])
        return super().render(template_name, context, request)
