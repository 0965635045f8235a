"""The demonstration's receipts: a page of PDF for what the co-op paid, as a supplier might send it, the same bytes whenever it is made."""

import io
from uuid import UUID

from flask import current_app
from reportlab.lib.pagesizes import A5
from reportlab.pdfgen.canvas import Canvas
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage

from coop import cooperative
from coop.attachments.uploads import receive
from coop.books.operations import NewEntry
from coop.books.papers import operations as papers
from coop.config import configuration
from coop.formats import format_day, format_money
from coop.permissions import Actor


def add(session: Session, treasurer: Actor, entry_id: UUID, entry: NewEntry) -> None:
    """Keep a receipt with an entry, for what it debits first."""
    amount = format_money(entry.lines[0].amount_minor, cooperative.current(session).currency)
    content = _page(entry.text, amount, format_day(entry.booked_on))
    received = receive(configuration(current_app), FileStorage(io.BytesIO(content), filename=f"{entry.text}.pdf"))
    papers.add(session, treasurer, entry_id=entry_id, received=received)


def _page(text: str, amount: str, day: str) -> bytes:
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=A5, invariant=True)
    canvas.setTitle("Receipt of the demonstration")
    canvas.setFont("Helvetica-Bold", 18)
    canvas.drawString(40, 520, "Receipt")
    canvas.setFont("Helvetica", 11)
    for place, line in enumerate((day, text, amount, "Made up for the demonstration: nobody was paid.")):
        canvas.drawString(40, 485 - 22 * place, line)
    canvas.save()
    return buffer.getvalue()
