"""Just enough of Stripe for its own library to talk to: checkout sessions, payments, refunds, fees, signed messages.

It answers as the real one does where that matters here: keys are checked, the same idempotency key gives the same answer and is
refused for other parameters, a session lives for half an hour at least and is expired only while it is open, nothing is refunded
twice. Its payment page is on another origin than the application's, like the real one.
"""

import json
import secrets
import threading
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from html import escape
from typing import Any

from stripe import WebhookSignature
from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map, Rule
from werkzeug.serving import WSGIRequestHandler, make_server
from werkzeug.wrappers import Request, Response

Json = dict[str, Any]

_URLS = Map(
    [
        Rule("/v1/checkout/sessions", endpoint="create_session", methods=["POST"]),
        Rule("/v1/checkout/sessions/<ref>", endpoint="session", methods=["GET"]),
        Rule("/v1/checkout/sessions/<ref>/expire", endpoint="expire_session", methods=["POST"]),
        Rule("/v1/payment_intents/<ref>", endpoint="payment_intent", methods=["GET"]),
        Rule("/v1/refunds", endpoint="refund", methods=["POST"]),
        Rule("/v1/refunds", endpoint="refunds", methods=["GET"]),
        Rule("/pay/<ref>", endpoint="page", methods=["GET"]),
        Rule("/pay/<ref>", endpoint="pay", methods=["POST"]),
    ]
)


class _Silent(WSGIRequestHandler):
    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing."""


class StripeServer:
    """A pretended Stripe behind a port of this machine."""

    def __init__(self) -> None:
        self.secret_key = f"sk_test_{secrets.token_hex(12)}"
        self.webhook_secret = f"whsec_{secrets.token_hex(12)}"
        self.sessions: dict[str, Json] = {}
        self.refunds: dict[str, Json] = {}
        #: What it was asked, as method and path.
        self.asked: list[str] = []
        #: What it keeps of each payment; nothing while it has not settled it.
        self.fee_minor: int | None = None
        #: The currency it settles in, where that is not the payment's.
        self.settles_in: str | None = None
        #: Answers every question with this status, as if it were ill.
        self.ill_with: int | None = None
        #: Where messages go when somebody pays on its page.
        self.webhook_url = ""
        self._answers: dict[str, tuple[Json, Json]] = {}
        self._server = make_server("127.0.0.1", 0, self._wsgi, threaded=True, request_handler=_Silent)
        self.api_base = f"http://127.0.0.1:{self._server.server_port}"
        #: Another origin than the application's.
        self.checkout_origin = f"http://localhost:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stop serving."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def session_event(self, ref: str, name: str = "completed", **changes: Any) -> Json:
        """Make an event about a session: paid, if it says nothing else."""
        session = {**self.sessions[ref], "payment_status": "paid", "status": "complete", **changes}
        return self.event(f"checkout.session.{name}", session)

    def event(self, name: str, subject: Json) -> Json:
        """Make an event."""
        return {
            "id": f"evt_{secrets.token_hex(12)}",
            "object": "event",
            "type": name,
            "created": int(time.time()),
            "data": {"object": subject},
        }

    def signed(self, event: Any, *, at: float | None = None) -> tuple[bytes, dict[str, str]]:
        """Return an event as it is sent: its bytes, and the headers with the signature."""
        body = json.dumps(event)
        signature = WebhookSignature.generate_signature_header(body, self.webhook_secret, int(at or time.time()))
        return body.encode(), {"Stripe-Signature": signature, "Content-Type": "application/json; charset=utf-8"}

    def _wsgi(self, environ: Any, start_response: Any) -> Any:
        request = Request(environ)
        self.asked.append(f"{request.method} {request.path}")
        try:
            endpoint, values = _URLS.bind_to_environ(environ).match()
            response = self._answer(request, endpoint, values)
        except HTTPException as error:
            response = _error(error.code or 500, "invalid_request_error")
        return response(environ, start_response)

    def _answer(self, request: Request, endpoint: str, values: Mapping[str, Any]) -> Response:
        if not request.path.startswith("/v1/"):
            page: Response = getattr(self, f"_{endpoint}")(request, **values)
            return page
        if self.ill_with:
            return _error(self.ill_with, "api_error")
        if request.headers.get("Authorization") != f"Bearer {self.secret_key}":
            return _error(401, "invalid_request_error")
        asked: Json = request.form.to_dict()
        key = request.headers.get("Idempotency-Key")
        if request.method == "POST" and key in self._answers:
            before, answer = self._answers[key]
            return _json(answer) if before == asked else _error(400, "idempotency_error")
        found: Json | Response = getattr(self, f"_{endpoint}")(request, **values)
        if isinstance(found, Response):
            return found
        if request.method == "POST" and key:
            self._answers[key] = (asked, found)
        return _json(found)

    def _create_session(self, request: Request) -> Json | Response:
        asked, price = request.form, "line_items[0][price_data]"
        expires_at = int(asked["expires_at"])
        if not 30 * 60 <= expires_at - time.time() <= 24 * 3600:
            return _error(400, "invalid_request_error")
        ref = f"cs_test_{secrets.token_hex(16)}"
        self.sessions[ref] = {
            "id": ref,
            "object": "checkout.session",
            "mode": asked["mode"],
            "amount_total": int(asked[f"{price}[unit_amount]"]) * int(asked["line_items[0][quantity]"]),
            "currency": asked[f"{price}[currency]"],
            "client_reference_id": asked["client_reference_id"],
            "metadata": {"checkout": asked["metadata[checkout]"]},
            "payment_intent": None,
            "payment_status": "unpaid",
            "status": "open",
            "success_url": asked["success_url"],
            "expires_at": expires_at,
            "url": f"{self.checkout_origin}/pay/{ref}",
            "customer_details": {"email": "payer@kanopi.example", "name": "Payer Of The Card"},
        }
        return self.sessions[ref]

    def _session(self, request: Request, ref: str) -> Json:
        return self.sessions[ref]

    def _expire_session(self, request: Request, ref: str) -> Json | Response:
        if self.sessions[ref]["status"] != "open":
            return _error(400, "invalid_request_error")
        self.sessions[ref] |= {"status": "expired", "url": None}
        return self.sessions[ref]

    def _payment_intent(self, request: Request, ref: str) -> Json:
        session = next(one for one in self.sessions.values() if one["payment_intent"] == ref)
        settled = self.fee_minor is not None and {
            "id": f"txn_{ref}",
            "object": "balance_transaction",
            "fee": self.fee_minor,
            "currency": self.settles_in or session["currency"],
        }
        charge = {"id": f"ch_{ref}", "object": "charge", "balance_transaction": settled or None}
        return {"id": ref, "object": "payment_intent", "currency": session["currency"], "latest_charge": charge}

    def _refund(self, request: Request) -> Json | Response:
        payment, amount = request.form["payment_intent"], int(request.form["amount"])
        paid = next((one for one in self.sessions.values() if one["payment_intent"] == payment), None)
        gone = sum(one["amount"] for one in self.refunds.values() if one["payment_intent"] == payment)
        if paid is None or gone + amount > paid["amount_total"]:
            return _error(400, "invalid_request_error")
        ref = f"re_{secrets.token_hex(12)}"
        self.refunds[ref] = {
            "id": ref,
            "object": "refund",
            "amount": amount,
            "payment_intent": payment,
            "metadata": {"refund": request.form["metadata[refund]"]},
            "status": "succeeded",
            "currency": paid["currency"],
        }
        return self.refunds[ref]

    def _refunds(self, request: Request) -> Json:
        payment = request.args["payment_intent"]
        found = [one for one in self.refunds.values() if one["payment_intent"] == payment]
        return {"object": "list", "url": "/v1/refunds", "has_more": False, "data": found}

    def _page(self, request: Request, ref: str) -> Response:
        session = self.sessions[ref]
        amount = f"{session['currency'].upper()} {session['amount_total'] / 100:.2f}"
        return Response(
            '<!doctype html><html lang="en"><head><meta charset="utf-8"><link rel="icon" href="data:,">'
            f"<title>Pay</title></head><body><h1>Pay {escape(amount)}</h1>"
            '<form method="post"><button>Pay now</button></form></body></html>',
            mimetype="text/html",
        )

    def _pay(self, request: Request, ref: str) -> Response:
        event = self.paid(ref)
        body, headers = self.signed(event)
        with urllib.request.urlopen(urllib.request.Request(self.webhook_url, body, headers)) as answer:
            assert answer.status == 200
        return Response(status=303, headers={"Location": self.sessions[ref]["success_url"]})

    def paid(self, ref: str) -> Json:
        """Let a session be paid and return the event that tells it."""
        session = self.sessions[ref]
        session |= {"payment_intent": f"pi_{secrets.token_hex(12)}", "payment_status": "paid", "status": "complete"}
        return self.session_event(ref)


@contextmanager
def stripe_server() -> Iterator[StripeServer]:
    """Run a pretended Stripe."""
    server = StripeServer()
    try:
        yield server
    finally:
        server.stop()


def _json(value: Json) -> Response:
    return Response(json.dumps(value), mimetype="application/json", headers={"Request-Id": "req_test"})


def _error(status: int, kind: str) -> Response:
    words = {"error": {"type": kind, "message": "The words of Stripe, with payer@kanopi.example in them."}}
    headers = {"Stripe-Should-Retry": "false", "Request-Id": "req_test"}
    return Response(json.dumps(words), status, mimetype="application/json", headers=headers)
