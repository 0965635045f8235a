"""The first year of a co-operative from its first skill to its second report: the scenes in their order and at their time.

It is founded today, whichever day that is; everything after the year end is counted from there.
"""

from datetime import timedelta

from tests.journeys import community_scenes, meeting_scenes, scenes, shop_scenes, voting_scenes, year_scenes
from tests.journeys.meeting_scenes import Meeting
from tests.journeys.scenes import Newcomer
from tests.journeys.shop_scenes import COACHING, FELLOWSHIP, TRAP
from tests.journeys.year_scenes import Days, at
from tests.visitors import Stage

GROUP = "Friends of the Ōhau Estuary"
MEMBERS = ("Ana Tūī", "Wiremu Kererū", "Hana Mōrepōrepo", "Sione Tākapu")


def play(stage: Stage) -> None:
    """Play the whole year and what is decided about it."""
    days = Days(year_scenes.today())
    newcomer = begin(stage)
    community_scenes.take_part(stage, newcomer)
    trade(stage, newcomer, days)
    stage.forget()
    with stage.at(at(days.closed_on, 9)):
        newcomer = scenes.come_back(stage, newcomer)
        community_scenes.read_the_poll(newcomer)
        year_scenes.close_the_year(stage, days)
        shop_scenes.confirm_meeting(stage, 2)
        year_scenes.compare_years(stage, days)
        year_scenes.approve_accounts(stage)
        plan = year_scenes.plan_the_surplus(stage)
        year_scenes.see_no_plan_yet(newcomer, plan)
    with stage.at(at(days.closed_on, 15)):
        meeting = announce(stage, days)
    stage.forget()
    with stage.at(at(days.noticed_long_enough_on - timedelta(days=1), 9)):
        meeting_scenes.open_too_early(stage, days, meeting)
    stage.forget()
    with stage.at(at(days.meets_on, 18, 35)):
        newcomer = scenes.come_back(stage, newcomer)
        meeting_scenes.open_meeting(stage, days, meeting)
        meeting_scenes.decide(stage, newcomer, meeting)
        meeting_scenes.take_attendance(stage, newcomer, meeting)
    with stage.at(at(days.decided_on, 12, 1)):
        stage.work()
        meeting_scenes.write_minutes(stage, newcomer, meeting)
        voting_scenes.record_board(stage, meeting.election)
        meeting_scenes.post_surplus(stage, newcomer, plan)
        meeting_scenes.see_share(newcomer)
        meeting_scenes.pay_members(stage, newcomer, days)
    with stage.at(at(days.decided_on, 16)):
        reason = "The members have decided, and the money is paid."
        edition = year_scenes.publish_report(stage, days.ends_on.year, 2, reason=reason)
        reader = year_scenes.read_report(stage, edition, "Decided by the members")
        for words in (reason, f"NZD {meeting_scenes.CASH} of the cash part was paid so far."):
            assert words in reader.text, words
        scenes.go(reader, edition.removesuffix("/2") + "/1")
        assert "A later edition has taken its place" in reader.text
        meeting_scenes.balance(stage)


def begin(stage: Stage) -> Newcomer:
    """Let somebody join and become a member beside four founders."""
    newcomer = scenes.join(stage)
    scenes.become_a_member(stage, newcomer, newcomer.acting, newcomer.name)
    scenes.pay_founders(stage, *MEMBERS)
    return newcomer


def trade(stage: Stage, newcomer: Newcomer, days: Days) -> None:
    """Offer, buy, deliver and refund: by a member and by others, by card and by invoice, from the co-op and from a member."""
    shop_scenes.offer_services(stage, (days.founded_on, days.ends_on + timedelta(days=3)))
    shop_scenes.buy_by_card(newcomer.visitor, FELLOWSHIP, newcomer.name, "480.00")
    guest, ana = stage.founder("founder"), stage.founder("board")
    shop_scenes.fail_to_pay(guest, FELLOWSHIP, "Aroha Hihi", "600.00")
    shop_scenes.buy_by_card(guest, FELLOWSHIP, "Aroha Hihi", "600.00")
    scenes.add_organisation(newcomer, GROUP)
    of_group, reference = shop_scenes.buy_by_invoice(newcomer.visitor, GROUP)
    shop_scenes.receive(stage, reference, "220.00")
    of_member = shop_scenes.buy_by_card(ana, COACHING, "Ana Tūī", "120.00")
    shop_scenes.confirm_meeting(stage, 1)
    shop_scenes.confirm_sessions(stage, of_group, of_member)
    shop_scenes.list_something(newcomer)
    trap = shop_scenes.buy_by_card(ana, TRAP, "Ana Tūī", "100.00")
    shop_scenes.arrive(newcomer, ana, trap)
    shop_scenes.refund(stage, ana, trap)
    year_scenes.book_costs(stage)


def announce(stage: Stage, days: Days) -> Meeting:
    """Call the meeting, state the solvency and publish the report that it receives, and only then give notice."""
    path = meeting_scenes.call_meeting(stage, days)
    meeting_scenes.give_notice_too_soon(stage, days, path)
    year_scenes.state_solvency(stage)
    edition = year_scenes.publish_report(stage, days.ends_on.year, 1)
    year_scenes.read_report(stage, edition, "Proposed, not decided")
    meeting = meeting_scenes.give_notice(stage, days, path)
    voting_scenes.stand_for_election(stage, meeting.election, meeting_scenes.CANDIDATES)
    return meeting
