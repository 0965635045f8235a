"""The blueprint of the room: what everybody reads, and the office in which a report is made."""

from flask import Blueprint

from coop.permissions import Power

blueprint = Blueprint("reports", __name__, url_prefix="/reports")

#: Who sees a report before it is published.
READERS = (Power.BOARD, Power.SECRETARY, Power.TREASURER, Power.AUDITOR)
