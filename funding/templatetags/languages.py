"""The language switch of a page."""

from django import template
from django.template import Context
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from funding.languages import offered

register = template.Library()


@register.simple_block_tag(takes_context=True)
def language_switch(context: Context, content: str) -> SafeString:
    """A button per language. `content` is the id of the form whose input comes along, or nothing.

    `form` of the context is that form: when the page shows what is wrong with it, the page that follows does, too.
    """
    request = context["request"]
    form = context.get("form")
    came_from = {"next": request.get_full_path(), **({"sent-before": ""} if getattr(form, "errors", None) else {})}
    values = {
        "form_id": content.strip(),
        "languages": offered(getattr(request, "user", None), context.get("town")),
        "current": get_language(),
        "address": f"{reverse('set_language')}?{urlencode(came_from)}",
        "csrf_token": context.get("csrf_token"),
    }
    return render_to_string("_language_switch.html", values)
