"""What holds for every template: no inline style or script, comments that stay comments, pages that need no context."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.template.loader import render_to_string

ROOT = Path(settings.BASE_DIR)
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
FORBIDDEN = {
    "inline style": r"\sstyle=",
    "inline handler": r"\son[a-z]+=\"",
    "inline script": r"<script(?![^>]*\b(?:src|nonce)=)",
    "comment over several lines": r"\{#(?:(?!#\}).)*$",
}


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.relative_to(ROOT / "templates").as_posix())
def test_template_keeps_to_what_the_content_policy_allows(path):
    text = path.read_text(encoding="utf-8")

    assert [name for name, pattern in FORBIDDEN.items() if re.search(pattern, text, re.MULTILINE)] == []


@pytest.mark.parametrize("name", ["400.html", "403_csrf.html", "500.html"])
def test_error_page_without_context_has_one_heading_and_one_way_on(name):
    html = render_to_string(name)

    assert (html.count("<h1"), html.count("kern-btn--primary")) == (1, 1)


def test_own_stylesheet_names_sides_logically_except_for_the_tick():
    css = (ROOT / "funding" / "static" / "app.css").read_text(encoding="utf-8")
    rules = [line for line in css.splitlines() if "kern-form-check__checkbox" not in line]

    physical = r"(?:margin|padding|border)-(?:left|right)|(?<![-\w])(?:left|right)\s*:|text-align:\s*(?:left|right)"
    assert [rule for rule in rules if re.search(physical, rule)] == []
