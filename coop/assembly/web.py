"""The pages of the assembly, gathered from their modules."""

from coop.assembly import choice_pages, motion_pages, opening_pages, register_pages
from coop.assembly.ballots import pages as vote_pages
from coop.assembly.ballots import secret_pages
from coop.assembly.blueprint import blueprint
from coop.assembly.desk import pages as desk_pages
from coop.assembly.elections import pages as election_pages
from coop.assembly.meetings import agenda_pages, notice_pages, records_pages, solvency_pages
from coop.assembly.meetings import pages as meeting_pages
from coop.assembly.outside import pages as outside_pages
from coop.assembly.results import bundle_pages
from coop.assembly.results import pages as result_pages
from coop.assembly.rolls import pages as roll_pages

__all__ = [
    "agenda_pages",
    "blueprint",
    "bundle_pages",
    "choice_pages",
    "desk_pages",
    "election_pages",
    "meeting_pages",
    "motion_pages",
    "notice_pages",
    "opening_pages",
    "outside_pages",
    "records_pages",
    "register_pages",
    "result_pages",
    "roll_pages",
    "secret_pages",
    "solvency_pages",
    "vote_pages",
]
