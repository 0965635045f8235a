"""The annual report on paper: the same blocks as on the page, drawn so that the same content gives the same bytes."""

from coop.reports.pdf.document import render

__all__ = ["render"]
