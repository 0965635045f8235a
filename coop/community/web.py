"""The pages of the community, gathered from their modules."""

from coop.community import circle_pages, event_pages, poll_pages, profile_pages, site_pages, skill_pages
from coop.community.blueprint import blueprint

__all__ = [
    "blueprint",
    "circle_pages",
    "event_pages",
    "poll_pages",
    "profile_pages",
    "site_pages",
    "skill_pages",
]
