"""The pages of the assembly, gathered from their modules."""

from coop.assembly import election_pages, motion_pages, opening_pages, register_pages, result_pages, vote_pages
from coop.assembly.blueprint import blueprint

__all__ = [
    "blueprint",
    "election_pages",
    "motion_pages",
    "opening_pages",
    "register_pages",
    "result_pages",
    "vote_pages",
]
