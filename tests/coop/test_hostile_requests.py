"""What no page of ours sends: files, JSON, passwords without end, and parameters that are names of something else."""

import io

import pytest
from flask import Flask

from coop.paging import Part, pager
from tests.html_client import Browser


@pytest.mark.parametrize(
    "body", ['{"email": 5, "password": {}}', "[1, 2]", '"x"', "5", "null", "{", '{"name": "\\ud800"}']
)
def test_json_is_refused_before_a_form_reads_it(client: Browser, body: str) -> None:
    token = client.token()
    for path in ("/login", "/register", "/reset"):
        answer = client.client.post(
            path, data=body, content_type="application/json", headers={"X-CSRFToken": token, "Accept": "text/html"}
        )
        assert answer.status_code == 415, (path, answer.get_data(as_text=True))


def test_a_file_in_place_of_a_text_is_refused(client: Browser) -> None:
    token = client.token()
    for field in ("name", "email", "password"):
        fields = {"csrf_token": token, "name": "Hine", "email": "hine@kanopi.example", "password": "long enough indeed"}
        answer = client.client.post("/register", data={**fields, field: (io.BytesIO(b"Hine"), "name.txt")})
        assert answer.status_code == 400


def test_a_password_without_end_is_too_large(client: Browser) -> None:
    for address in ("board@kanopi.example", "nobody@kanopi.example"):
        page = client.submit("/login", {"email": address, "password": "a" * 5000}, having="password")
        assert page.status == 413


def test_a_parameter_of_the_address_is_never_one_of_ours(app: Flask) -> None:
    """The pager keeps what else stands in the address, whatever it is called."""
    with app.test_request_context("/directory?endpoint=x&self=y&_external=1&q=a b&page=7"):
        made = pager(Part(rows=(), number=1, last=2, total=30))
    assert made.next_href == "/directory?endpoint=x&self=y&_external=1&q=a+b&page=2"
