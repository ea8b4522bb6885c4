"""Pages go out small, files as they are."""

import gzip

import pytest
from django.http import HttpResponse

from funding.site.middleware import SmallPages
from tests.factories import make_programme, make_town


@pytest.mark.django_db
def test_page_goes_out_compressed_to_a_browser_that_takes_it(client):
    make_programme(make_town())

    plain = client.get("/")
    small = client.get("/", headers={"accept-encoding": "gzip"})

    assert (plain.has_header("Content-Encoding"), small["Content-Encoding"]) == (False, "gzip")
    assert gzip.decompress(small.content)[:15] == b"<!doctype html>"


def test_file_goes_out_as_it_is(rf):
    document = HttpResponse(b"%PDF" + b" " * 5000, content_type="application/pdf")
    request = rf.get("/", headers={"accept-encoding": "gzip"})

    answer = SmallPages(lambda _: document)(request)

    assert (answer.content[:4], answer.has_header("Content-Encoding")) == (b"%PDF", False)
