"""Sites, and what the community did in a year, in numbers."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from coop import clock, cooperative
from coop.community import circles, errors, events, introductions, queries, sites
from coop.community.models import Site
from coop.community.queries import CommunityImpact
from coop.community.sites import SiteText
from coop.permissions import NotFound
from coop.texts import TextMissing, TextTooLong
from evidence.messages import Refusal
from tests import joining
from tests.coop.community.neighbours import acting, listed, plan, refused

WETLAND = SiteText("Lower wetland", "Ōtaki", Decimal("12.5"), 2019)


def test_a_site_is_added_and_removed_with_its_words(session: Session) -> None:
    who = joining.joined(session, "Ana Tui")
    actor, own = acting(session, who), who.participant_id
    one = sites.add_site(session, actor, participant_id=own, site=WETLAND)
    sites.add_site(session, actor, participant_id=own, site=SiteText("Stream walk", "Levin"))
    assert [(row.name, row.place, row.hectares, row.since_year) for row in queries.sites_of(session, own)] == [
        ("Lower wetland", "Ōtaki", "12.5", 2019),
        ("Stream walk", "Levin", "", None),
    ]
    other = joining.joined(session, "Pita Weka")
    for person, participant_id in ((other, own), (other, other.participant_id)):
        with refused(session, NotFound):
            sites.remove_site(session, acting(session, person), participant_id=participant_id, site_id=one)
    with refused(session, NotFound):
        sites.add_site(session, acting(session, other), participant_id=own, site=WETLAND)
    sites.remove_site(session, actor, participant_id=own, site_id=one)
    assert [row.name for row in queries.sites_of(session, own)] == ["Stream walk"]
    assert session.execute(select(Site.name, Site.place).where(Site.id == one)).one() == ("", "")
    with refused(session, NotFound):
        sites.remove_site(session, actor, participant_id=own, site_id=one)


WRONG: list[tuple[dict[str, Any], type[Refusal], str]] = [
    ({"name": " "}, TextMissing, "name"),
    ({"name": "x" * 121}, TextTooLong, "name"),
    ({"place": ""}, TextMissing, "place"),
    ({"hectares": Decimal(0)}, errors.HectaresOutOfRange, "hectares"),
    ({"hectares": Decimal(-1)}, errors.HectaresOutOfRange, "hectares"),
    ({"hectares": Decimal("12.55")}, errors.HectaresOutOfRange, "hectares"),
    ({"hectares": Decimal("1000000.1")}, errors.HectaresOutOfRange, "hectares"),
    ({"hectares": Decimal("NaN")}, errors.HectaresOutOfRange, "hectares"),
    ({"since_year": 1799}, errors.YearOutOfRange, "since_year"),
    ({"since_year": 2999}, errors.YearOutOfRange, "since_year"),
]


def test_a_site_that_cannot_be_is_refused(session: Session) -> None:
    who = joining.joined(session, "Ana Tui")
    actor, told = acting(session, who), {"name": "Lower wetland", "place": "Ōtaki"}
    for wrong, refusal, about in WRONG:
        with refused(session, refusal, about):
            site = SiteText(**{**told, **wrong})
            sites.add_site(session, actor, participant_id=who.participant_id, site=site)


def test_fifty_sites_are_enough(session: Session) -> None:
    who = joining.joined(session, "Ana Tui")
    actor, own = acting(session, who), who.participant_id
    for number in range(50):
        sites.add_site(session, actor, participant_id=own, site=SiteText(f"Site {number}", "Ōtaki"))
    with refused(session, errors.TooManySites, "name"):
        sites.add_site(session, actor, participant_id=own, site=WETLAND)


@pytest.mark.parametrize(("tenths", "text"), [(125, "12.5"), (10, "1"), (1, "0.1"), (12_345_670, "1,234,567")])
def test_hectares_are_written_as_people_write_them(tenths: int, text: str) -> None:
    assert queries.SiteRow(Site.id, "A", "B", tenths, None).hectares == text  # type: ignore[arg-type]


def test_a_year_without_anything_is_nothing(session: Session) -> None:
    assert queries.impact(session, date(2026, 4, 1), date(2027, 3, 31)) == CommunityImpact(0, 0, 0, 0, 0)


def test_the_impact_counts_what_happened_and_stays_what_it_was(session: Session) -> None:
    start, secretary = clock.now(), joining.founder(session, "secretary")
    today = cooperative.today(session)
    me, other = listed(session, "Ana Tui", (), ("Grants",)), listed(session, "Pita Weka", ("Grants",))
    actor, own = acting(session, me), me.participant_id
    circle_id = circles.found_circle(session, secretary, name="Wetlands", purpose="Mud.")
    circles.join_circle(session, actor, circle_id=circle_id, participant_id=own)
    posts = [circles.write_post(session, actor, circle_id=circle_id, author_id=own, text="Kia ora") for _ in range(3)]
    circles.remove_post(session, actor, post_id=posts[0])
    site_id = sites.add_site(session, actor, participant_id=own, site=WETLAND)
    sites.remove_site(
        session, actor, participant_id=own, site_id=sites.add_site(session, actor, participant_id=own, site=WETLAND)
    )
    held, cancelled, late = (events.announce(session, secretary, plan=plan(hours=hours)) for hours in (2, 3, 24 * 40))
    for event_id in (held, cancelled, late):
        events.sign_up(session, actor, event_id=event_id, participant_id=own)
    events.cancel(session, secretary, event_id=cancelled, reason="Rain.")
    one = introductions.ask(session, actor, participant_id=own, other_id=other.participant_id, message="Kia ora")
    ends_on = today + timedelta(days=10)
    # What is still to come does not count yet.
    assert queries.impact(session, today, ends_on) == CommunityImpact(0, 0, 0, 1, 2)
    with clock.at(start + timedelta(hours=5)):
        introductions.accept(session, acting(session, other), participant_id=other.participant_id, introduction_id=one)
    found = CommunityImpact(events=1, sign_ups=1, introductions=1, sites=1, circle_posts=2)
    with clock.at(start + timedelta(days=12)):
        assert queries.impact(session, today, ends_on) == found
        circles.remove_post(session, actor, post_id=posts[1])
        sites.remove_site(session, actor, participant_id=own, site_id=site_id)
        assert queries.impact(session, today, ends_on) == found
        # The days after: nothing but what still stands.
        assert queries.impact(session, ends_on, ends_on + timedelta(days=2)) == CommunityImpact(0, 0, 0, 0, 0)
        # The days before: the co-op was not there.
        assert queries.impact(session, today - timedelta(days=9), today - timedelta(days=1)) == CommunityImpact(
            0, 0, 0, 0, 0
        )
