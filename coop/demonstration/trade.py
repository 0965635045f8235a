"""What the demonstration's co-operative sold: fellowships, coaching, and what its members sell to each other.

Buyers come from those who have joined by then, and a few who are no members. Two years of it, the second one under way.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from coop.demonstration import roles, shop
from coop.demonstration.growth import SEED, join
from coop.demonstration.people import cast
from coop.demonstration.roles import Role
from coop.demonstration.stage import Stage
from coop.marketplace import listings, offers
from coop.marketplace.listings import Listing
from coop.marketplace.offers import Coaching, NewOffering, Price, Words
from coop.membership.models import Participant, ParticipantKind

_INDIVIDUAL, _GROUP, _ENTERPRISE = ParticipantKind
_FELLOWSHIP_PRICES = (
    Price(_INDIVIDUAL, 1_200_00),
    Price(_INDIVIDUAL, 900_00, for_members=True),
    Price(_GROUP, 700_00),
    Price(_ENTERPRISE, 1_800_00),
)
_COACHING_PRICES = (
    Price(_INDIVIDUAL, 180_00),
    Price(_INDIVIDUAL, 150_00, for_members=True),
    Price(_GROUP, 120_00),
    Price(_ENTERPRISE, 240_00),
)
_COACHING = Words(
    "Prototyping coaching",
    "An hour and a half with somebody who has built it before: traps, sensors, records.",
    "You bring a question and what you have so far; the coach brings experience and asks the awkward questions early.\n\n"
    "- by video or in person\n- notes of what was agreed, the same day\n- a session that you miss can be moved once",
)
_COACH_FEE_MINOR, _SESSION_MINUTES = 90_00, 90
_LISTINGS = (
    Listing(Words("Eco-sourced harakeke, tray of 40", "Two years old.", "Seed of the lower North Island."), 184_00, 30),
    Listing(Words("Chew cards, box of 100", "Cut from waste corflute.", "With peanut paste, dated."), 62_50, None),
    Listing(Words("Wētā boxes of macrocarpa", "Set of three.", "Untreated, with a removable window."), 118_00, 25),
    Listing(Words("Planting plan for a small wetland", "A visit and a drawing.", "With a list of species."), 640_00, 8),
    Listing(Words("Solar lure, second version", "Runs a season on one panel.", "Drawings included."), 245_00, 15),
)
#: Days after the founding on which coaching is bought. Half a year later the last ones are still to be delivered.
_COACHED_ON = (58, 83, 101, 118, 140, 163, 190, 214, 239, 262, 288, 314, 336, 371, 402, 433, 461)
#: Days after the founding on which something of a member's is bought.
_SOLD_ON = range(120, 490, 17)
#: Days after the founding on which the processor, coaches and sellers are settled with.
_SETTLED_ON = (130, 220, 310, 345, 430, 480)


@dataclass(frozen=True)
class Cohort:
    """A cohort of the fellowship: when it is offered and filled, when it meets, and which of those present join it."""

    name: str
    offered_at: datetime
    filled_at: datetime
    meets_on: Sequence[date]
    people: slice
    organisations: slice
    guests: slice
    #: A role that visitors can take, which joins as well: as themselves, or for the organisations that it acts for.
    role: Role


def trade(stage: Stage) -> None:
    """Set up all that is bought and sold."""
    guests: list[UUID] = []
    stage.at(stage.calendar.since_founding(40), partial(_let_guests_join, stage), guests.extend)
    for cohort in _cohorts(stage):
        _run(stage, cohort, guests)
    _coach(stage)
    for place, listing in enumerate(_LISTINGS):
        _list_for_sale(stage, place, listing)
    for days in _SETTLED_ON:
        shop.settle(stage, stage.calendar.since_founding(days, hour=16))


def _cohorts(stage: Stage) -> list[Cohort]:
    """Return the cohorts: one of the first year, one that straddles its end, one that is about to begin."""
    days = stage.calendar
    today = days.today

    def after(day: date, *numbers: int) -> list[date]:
        return [day + timedelta(days=number) for number in numbers]

    return [
        Cohort(
            name="First cohort",
            offered_at=days.since_founding(22),
            filled_at=days.since_founding(70),
            meets_on=after(days.founded_on, 95, 123, 151, 179),
            people=slice(0, 7),
            organisations=slice(0, 2),
            guests=slice(0, 2),
            role=roles.MEMBER,
        ),
        Cohort(
            name="Second cohort",
            offered_at=days.since_year_end(-118),
            filled_at=days.since_year_end(-96),
            meets_on=after(days.year_end, -75, -45, -14, 16, 46, 76),
            people=slice(9, 17),
            organisations=slice(2, 6),
            guests=slice(1, 3),
            role=roles.REPRESENTATIVE,
        ),
        Cohort(
            name="Third cohort",
            offered_at=days.since_year_end(88),
            filled_at=days.on(today - timedelta(days=26)),
            meets_on=after(today, 12, 40, 68, 96),
            people=slice(20, 25),
            organisations=slice(6, 8),
            guests=slice(0, 1),
            role=roles.MEMBER,
        ),
    ]


def _run(stage: Stage, cohort: Cohort, guests: list[UUID]) -> None:
    """Offer a cohort, let it fill within days, and let it meet."""
    words = Words(
        f"Restoration fellowship: {cohort.name.lower()}",
        f"{len(cohort.meets_on)} days together and a project of your own, with people who do it for a living.",
        "Each fellow brings a site and a question. Between the days there are calls in pairs; at the end each shows what "
        "grew.\n\nTravel and food are included. Bring boots.",
    )
    new = NewOffering(words=words, prices=_FELLOWSHIP_PRICES, places=18, meetings=cohort.meets_on)

    def fill(offering_id: UUID) -> None:
        stage.at(cohort.filled_at, partial(_organisations, stage), partial(join_in, offering_id))

    def join_in(offering_id: UUID, organisations: list[UUID]) -> None:
        buyers = [
            *stage.ordinary_people()[cohort.people],
            *organisations[cohort.organisations],
            *guests[cohort.guests],
            *(stage.of_role(cohort.role)[1:] or [stage.themselves(cohort.role)]),
        ]
        for number, who in enumerate(buyers):
            shop.buy(stage, cohort.filled_at + timedelta(hours=5 * number), who, offering_id)
        for position, day in enumerate(cohort.meets_on, start=1):
            if shop.meets_at(stage, day) < stage.now:
                shop.meet(stage, shop.meets_at(stage, day), offering_id, position)

    stage.at(cohort.offered_at, partial(_offer, stage, new), fill)


def _coach(stage: Stage) -> None:
    """Offer coaching, and let it be bought now and then, a few sessions at a time, held a week apart."""
    dice = random.Random(SEED + 5)  # noqa: S311 - a story, not a secret

    def offered(made: tuple[UUID, UUID]) -> None:
        offering_id, coach = made
        for days in _COACHED_ON:
            moment = stage.calendar.since_founding(days, hour=11)
            stage.at(moment, partial(_organisations, stage), partial(bought, offering_id, coach, moment))
        # So that the member whom visitors try first has business in both years.
        second_year = stage.calendar.since_year_end(60, hour=11)
        stage.at(second_year, lambda _: stage.themselves(roles.MEMBER), partial(twice, offering_id, coach, second_year))
        late = stage.now - timedelta(days=2, hours=3)
        stage.at(
            late,
            lambda _: None,
            lambda _: shop.buy(stage, late, _somebody(stage, dice, coach), offering_id, quantity=2),
        )

    def twice(offering_id: UUID, coach: UUID, moment: datetime, who: UUID) -> None:
        shop.buy(stage, moment, who, offering_id, quantity=2, then=partial(hold, coach, moment, 2))

    def bought(offering_id: UUID, coach: UUID, moment: datetime, organisations: list[UUID]) -> None:
        who = dice.choice(organisations) if organisations and dice.random() < 0.3 else _somebody(stage, dice, coach)
        quantity = dice.choice((1, 2, 3, 4))
        then = partial(hold, coach, moment, quantity)
        shop.buy(stage, moment + timedelta(minutes=1), who, offering_id, quantity=quantity, then=then)

    def hold(coach: UUID, moment: datetime, quantity: int, order_id: UUID) -> None:
        for unit in range(1, quantity + 1):
            held_at = moment + timedelta(days=7 * unit, hours=3)
            if held_at < stage.now:
                shop.hold_session(stage, held_at, coach, order_id, unit)

    stage.at(stage.calendar.since_founding(50), partial(_offer_coaching, stage), offered)


def _list_for_sale(stage: Stage, place: int, listing: Listing) -> None:
    """Let a member list something, and others buy it; one of the buyers gets a part back."""
    dice = random.Random(SEED + 10 + place)  # noqa: S311 - a story, not a secret

    def listed(made: tuple[UUID, UUID]) -> None:
        offering_id, seller = made
        for number, days in enumerate(_SOLD_ON[place :: len(_LISTINGS)]):
            moment = stage.calendar.since_founding(days, hour=13)
            if moment < stage.now:
                sell = partial(sold, offering_id, seller, moment, number)
                stage.at(moment, lambda _: None, lambda _, sell=sell: sell())  # type: ignore[misc]

    def sold(offering_id: UUID, seller: UUID, moment: datetime, number: int) -> None:
        who = _somebody(stage, dice, seller)

        def then(order_id: UUID) -> None:
            if place == 0 and number == 1:
                shop.give_back(
                    stage, moment + timedelta(days=3), order_id, 46_00, "Ten plants had not survived the way."
                )
            shop.take_receipt(stage, moment + timedelta(days=6), who, order_id)

        shop.buy(stage, moment + timedelta(minutes=1), who, offering_id, then=then)

    stage.at(stage.calendar.since_founding(100 + place), partial(_put_up, stage, place, listing), listed)


def _let_guests_join(stage: Stage, session: Session) -> list[UUID]:
    """Let some people take part who will not become members."""
    people = [one for one in cast(80, SEED + 4, "guest") if one.kind is _INDIVIDUAL][:3]
    return [join(stage, session, one) for one in people]


def _offer(stage: Stage, new: NewOffering, session: Session) -> UUID:
    return offers.offer(session, stage.role(session, roles.SECRETARY), new)


def _offer_coaching(stage: Stage, session: Session) -> tuple[UUID, UUID]:
    coach = stage.themselves(roles.REPRESENTATIVE)
    coaching = Coaching(coach_id=coach, minutes=_SESSION_MINUTES, fee_minor=_COACH_FEE_MINOR)
    return _offer(stage, NewOffering(words=_COACHING, prices=_COACHING_PRICES, coaching=coaching), session), coach


def _put_up(stage: Stage, place: int, listing: Listing, session: Session) -> tuple[UUID, UUID]:
    seller = stage.ordinary_people()[3 + place]
    offering_id = listings.list_for_sale(session, stage.acting(seller), participant_id=seller, listing=listing)
    return offering_id, seller


def _organisations(stage: Stage, session: Session) -> list[UUID]:
    """Return the organisations that have become members, in the order of joining."""
    members = stage.ordinary_members()
    kinds: dict[UUID, ParticipantKind] = dict(
        session.execute(select(Participant.id, Participant.kind).where(Participant.id.in_(members))).all()
    )
    return [one for one in members if kinds[one] is not _INDIVIDUAL]


def _somebody(stage: Stage, dice: random.Random, but: UUID) -> UUID:
    """Choose one of the people who are members by now; some come again and again."""
    people = [one for one in stage.ordinary_people() if one != but]
    return dice.choice(people[:6] if dice.random() < 0.5 else people)
