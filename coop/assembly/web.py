"""The pages of the assembly, gathered from their modules."""

from coop.assembly import (
    election_pages,
    motion_pages,
    opening_pages,
    register_pages,
    result_pages,
    roll_pages,
    secret_pages,
    vote_pages,
)
from coop.assembly.blueprint import blueprint
from coop.assembly.meetings import agenda_pages, notice_pages, records_pages, solvency_pages
from coop.assembly.meetings import pages as meeting_pages

__all__ = [
    "agenda_pages",
    "blueprint",
    "election_pages",
    "meeting_pages",
    "motion_pages",
    "notice_pages",
    "opening_pages",
    "records_pages",
    "register_pages",
    "result_pages",
    "roll_pages",
    "secret_pages",
    "solvency_pages",
    "vote_pages",
]
