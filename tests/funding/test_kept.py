"""What was typed beside a button that was pressed stays; what the button took does not come again."""

import pytest
from django.test import RequestFactory

from funding.kept import KEY, keep


@pytest.mark.parametrize(
    ("used", "kept"),
    [
        ((), {"reason-1", "reason-12", "note-text", "note-leaning"}),
        (("reason-1",), {"reason-12", "note-text", "note-leaning"}),
        (("note-",), {"reason-1", "reason-12"}),
    ],
)
def test_names_an_act_has_taken_are_left_out(used, kept):
    typed = {"reason-1": "a", "reason-12": "b", "note-text": "c", "note-leaning": "for", "csrfmiddlewaretoken": "x"}
    request = RequestFactory().post("/", typed)
    request.session = {}

    assert keep(request, "/review/meetings/1/", used=used) is True
    assert set(request.session[KEY]["typed"]) == kept


def test_nothing_left_forgets_what_was_kept_before():
    request = RequestFactory().post("/", {"choice": "yes", "note-text": " "})
    request.session = {KEY: {"page": "/"}}

    assert keep(request, "/", used=("choice",)) is False
    assert request.session == {}
