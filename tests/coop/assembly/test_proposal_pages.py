"""Proposals through the pages: writing, debate, opening, voting, closing, the result."""

from typing import TYPE_CHECKING
from uuid import UUID, uuid4

from flask import Flask
from sqlalchemy import func, select

from coop import clock
from coop.audit import AuditEvent
from coop.database import db
from coop.outbox import OutboxJob
from governance.models import OpenBallot

if TYPE_CHECKING:
    from tests.coop.assembly.conftest import Assembly, SignIn


def _versions(app: Flask) -> int:
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(OpenBallot)) or 0


def test_a_proposal_is_written_discussed_and_edited(assembly: "Assembly", sign_in: "SignIn") -> None:
    path = assembly.write()
    author, reader = sign_in("treasurer"), sign_in("board")
    page = reader.get(path)
    assert page.title == "Buy a boat"
    assert "<em>small</em>" in page.html
    assert "In discussion" in page.text
    page = reader.submit(path, {"text": "Why not a *canoe*? <script>alert(1)</script>"})
    assert "<em>canoe</em>" in page.html
    assert "<script>alert" not in page.html
    page = author.submit(f"{path}/edit", {"title": "Buy a canoe", "text": "# Big\n\nA canoe."})
    assert page.title == "Buy a canoe"
    assert "edited" in page.text
    assert "Put to the vote" not in page.links
    assert reader.get(f"{path}/edit").status == 404
    assert reader.post(f"{path}/edit", {"title": "Mine now", "text": "x"}).status == 403


def test_only_members_write_and_comment(assembly: "Assembly", sign_in: "SignIn", participants: dict[str, UUID]) -> None:
    path = assembly.write()
    outsider = sign_in("founder")
    mine = participants["founder"]
    assert outsider.get("/proposals").status == 200
    page = outsider.get(path)
    assert "they are not a member" in page.text
    assert outsider.get(f"/as/{mine}/proposals/new").status == 403
    answer = outsider.post(f"/as/{mine}/proposals/{path.rpartition('/')[2]}/comments", {"text": "hello"})
    assert answer.status == 403
    assert sign_in("board").get(f"/as/{mine}/proposals/new").status == 404


BAD_WORDS = (
    ({"title": "", "text": "x"}, "Please fill this in"),
    ({"title": "Ab", "text": "x"}, "at least 3"),
    ({"title": "A" * 121, "text": "x"}, "120 characters"),
    ({"title": "Fine", "text": "  "}, "Please fill this in"),
    ({"title": "Fine", "text": "x" * 20_001}, "20000 characters"),
    ({"title": "Fine", "text": "x", "majority": "unanimous"}, "Not a valid choice"),
)


def test_bad_words_are_refused_beside_their_field(assembly: "Assembly", sign_in: "SignIn") -> None:
    author = sign_in("treasurer")
    for values, message in BAD_WORDS:
        page = author.submit(f"/as/{assembly.members['treasurer']}/proposals/new", values, having="title")
        assert (page.status, message in page.text) == (422, True), (values, page.text)
    assert "No proposals here" in author.get("/proposals").text


def test_a_comment_is_edited_and_removed_by_its_author_only(assembly: "Assembly", sign_in: "SignIn") -> None:
    path = assembly.write()
    author, other = sign_in("board"), sign_in("board2")
    page = author.submit(path, {"text": "First thought"})
    edit = page.links["Edit"]
    assert other.get(edit).status == 404
    assert other.post(edit, {"text": "stolen"}).status == 404
    assert other.post(f"{edit}/remove").status == 404
    page = author.submit(edit, {"text": "Second thought"})
    assert "Second thought" in page.text
    assert "First thought" not in page.text
    page = author.post(f"{edit}/remove")
    assert "Removed by its author" in page.text
    assert "Second thought" not in page.text


def test_a_withdrawn_proposal_is_not_put_to_the_vote(assembly: "Assembly", sign_in: "SignIn") -> None:
    path = assembly.write()
    assert sign_in("board").post(f"{path}/withdraw").status == 403
    page = sign_in("treasurer").post(f"{path}/withdraw")
    assert "Withdrawn" in page.text
    assert sign_in("treasurer").post(f"{path}/withdraw").status == 409
    page = sign_in("secretary").get(f"{path}/open")
    assert "no longer in discussion" in page.text
    assert sign_in("secretary").post(f"{path}/open", {"closes_on": "2999-01-01", "closes_time": "12:00"}).status in {
        409,
        422,
    }


def test_opening_shows_what_is_frozen_and_tells_the_members(
    app: Flask, assembly: "Assembly", sign_in: "SignIn"
) -> None:
    path = assembly.write()
    assert sign_in("treasurer").get(f"{path}/open").status == 403
    page = sign_in("secretary").get(f"{path}/open")
    assert "6 members" in page.text
    assert "1/10 of the roll, and never fewer than 3 votes" in page.text
    page = assembly.open(path)
    assert "Voting is open" in page.text
    assert "Fingerprint" in page.text
    with app.app_context():
        keys = db.session.scalars(select(OutboxJob.key).where(OutboxJob.key.like("motion-opened:%"))).all()
        assert len(keys) == 6


def test_words_edited_after_the_page_was_opened_are_not_put_to_the_vote(
    assembly: "Assembly", sign_in: "SignIn"
) -> None:
    path = assembly.write()
    secretary = sign_in("secretary")
    page = secretary.get(f"{path}/open")
    sign_in("treasurer").submit(f"{path}/edit", {"title": "Buy a yacht", "text": "A large one."})
    answer = secretary.send(page, page.form(having="closes_on"))
    assert answer.status == 409
    assert "edited after you opened this page" in answer.text


BAD_TIMES = (
    ({"closes_on": "2020-01-01"}, "This time has passed"),
    ({"closes_on": "2999-12-31"}, "at most 90 days"),
    ({"closes_on": "soon"}, "Enter a date"),
    ({"closes_time": "25:00"}, "Enter a time"),
    ({"closes_time": ""}, "Please fill this in"),
)


def test_a_bad_closing_time_is_refused(assembly: "Assembly") -> None:
    path = assembly.write()
    for values, message in BAD_TIMES:
        page = assembly.open(path, **values)
        assert (page.status, message in page.text) == (422, True), (values, page.text)


def test_a_vote_is_cast_changed_counted_and_explained(app: Flask, assembly: "Assembly", sign_in: "SignIn") -> None:
    path = assembly.write()
    assembly.open(path)
    ballot = sign_in("board").get(assembly.ballot(path, "board"))
    assert ballot.title == "You are voting for Ana Tūī"
    assert "all members can see how you voted" in ballot.text
    receipt = assembly.vote(path, "board", "against")
    assert receipt.title == "Your vote is recorded"
    assert "Against" in receipt.text
    assembly.vote(path, "board", "for")
    for name, choice in (("board2", "for"), ("treasurer", "against"), ("secretary", "abstain")):
        assembly.vote(path, name, choice)
    assert _versions(app) == 5
    during = sign_in("auditor").get(path)
    assert "and more than 1/2 of the votes for and against are for it." in during.text
    assert "Turnout" not in during.text
    assert "Who voted how" not in during.text
    assert "vote.cast" not in sign_in("auditor").get("/audit").text, "the trail would show the turnout"
    assembly.close(path)
    assert "vote.cast" in sign_in("auditor").get("/audit").text
    page = sign_in("auditor").get(path)
    assert "Carried. 2 votes for; 2 were needed." in page.text
    assert "Ana Tūī could vote, because they were a member on the record date" in sign_in("board").get(path).text
    assert "4 of 6 on the voting roll voted" in page.text
    assert "4 of 6 voted; 3 were needed" in page.text
    assert "more than 1/2 of the base" in page.text
    assert "version 1, in force when the vote opened" in page.text
    assert "Ana Tūī For" in page.text
    assert page.links["Resolution number 2"] == "/resolutions/2"
    register = sign_in("founder").get("/resolutions/2")
    assert register.title == "Buy a boat"
    assert "Members" in register.text


def test_a_special_resolution_needs_what_the_by_laws_set(assembly: "Assembly", sign_in: "SignIn") -> None:
    path = assembly.write(majority="special")
    assembly.open(path)
    during = sign_in("board").get(path)
    assert "Proposal for a special resolution" in during.text
    assert "and at least 3/4 of the votes for and against are for it." in during.text
    for name, choice in (("board", "for"), ("board2", "for"), ("treasurer", "against")):
        assembly.vote(path, name, choice)
    assembly.close(path)
    page = sign_in("board").get(path)
    assert "Not carried." in page.text
    assert "at least 3/4 of the base" in page.text
    assert "Resolution number" not in page.text


def test_between_the_deadline_and_the_count_the_page_says_so(assembly: "Assembly", sign_in: "SignIn") -> None:
    path = assembly.write()
    assembly.open(path)
    assembly.vote(path, "board", "for")
    assert sign_in("secretary").post(f"{path}/count").status == 409
    with clock.at(assembly.later()):
        assert "Closed, count pending" in _fresh(assembly, "secretary", path)


def _fresh(assembly: "Assembly", name: str, path: str) -> str:
    return assembly.sign_in(name).get(path).text


def test_after_the_deadline_nobody_votes_and_the_secretary_counts(assembly: "Assembly", sign_in: "SignIn") -> None:
    path = assembly.write()
    assembly.open(path)
    ballot = assembly.ballot(path, "board")
    with clock.at(assembly.later()):
        voter, secretary = sign_in("board"), sign_in("secretary")
        answer = voter.get(ballot)
        assert answer.status == 409
        assert "Voting closed on" in answer.text
        assert voter.post(ballot, {"choice": "for"}).status == 409
        assert sign_in("treasurer").post(f"{path}/count").status == 403
        page = secretary.post(f"{path}/count")
        assert "Nobody voted." in page.text
        assert secretary.post(f"{path}/count").status == 409


def test_each_ballot_is_its_own_members(
    app: Flask, assembly: "Assembly", sign_in: "SignIn", participants: dict[str, UUID]
) -> None:
    path = assembly.write()
    before = f"/as/{participants['founder']}/votes/{path.rpartition('/')[2]}"
    assert sign_in("board").get(assembly.ballot(path, "board")).status == 409
    assembly.open(path)
    assert sign_in("board").get(assembly.ballot(path, "board2")).status == 404
    assert sign_in("board").post(assembly.ballot(path, "board2"), {"choice": "for"}).status == 404
    off_roll = sign_in("founder")
    for answer in (off_roll.get(before), off_roll.post(before, {"choice": "for"})):
        assert answer.status == 403
        assert "stands on the voting roll" in answer.text
    assert sign_in("board").get(f"/as/{assembly.members['board']}/votes/{uuid4()}").status == 404
    assert _versions(app) == 0


def test_an_altered_ballot_is_refused(app: Flask, assembly: "Assembly", sign_in: "SignIn") -> None:
    path = assembly.write()
    assembly.open(path)
    voter = sign_in("board")
    for choice in ("", "yes", "FOR", "for\x00", "c1"):
        answer = voter.post(assembly.ballot(path, "board"), {"choice": choice})
        assert (answer.status, "one of the answers" in answer.text) == (422, True), choice
    assert _versions(app) == 0


def test_who_joins_later_is_told_why_they_are_not_on_the_roll(
    assembly: "Assembly", sign_in: "SignIn", app: Flask, participants: dict[str, UUID]
) -> None:
    path = assembly.write()
    assembly.open(path)
    from coop.database import write
    from tests import joining

    def join(session: object) -> None:
        joining.pay(session, participants["founder"])  # type: ignore[arg-type]
        joining.issue(session, participants["founder"])  # type: ignore[arg-type]

    with app.app_context():
        write(join)
    page = sign_in("founder").get(path)
    assert "Aroha Hihi may not vote on this, because they became a member on" in page.text
    assert sign_in("founder").get(f"/as/{participants['founder']}/votes/{path.rpartition('/')[2]}").status == 403


def test_lists_show_what_is_open_and_what_is_decided(assembly: "Assembly", sign_in: "SignIn") -> None:
    first, second = assembly.write("Buy a boat"), assembly.write("Sell a boat")
    assembly.open(first)
    page = sign_in("board").get("/proposals")
    assert page.text.index("Open for you") < page.text.index("Sell a boat")
    assert "Vote for Ana Tūī" in page.text
    assert "Sell a boat" not in sign_in("board").get("/proposals?state=open").text
    assert "Sell a boat" in sign_in("board").get("/proposals?state=discussion&page=99").text
    assert sign_in("board").get("/proposals?state=nonsense&page=x").status == 200
    assembly.close(first)
    assert "Buy a boat" in sign_in("board").get("/proposals?state=decided").text
    assert second


def test_the_trail_says_who_acted_and_never_how_they_voted(app: Flask, assembly: "Assembly") -> None:
    path = assembly.write()
    assembly.open(path)
    assembly.vote(path, "board", "against")
    assembly.close(path)
    with app.app_context():
        events = db.session.scalars(select(AuditEvent).where(AuditEvent.subject_kind.in_(["motion", "vote"]))).all()
        assert [event.action for event in sorted(events, key=lambda event: event.id)] == [
            "motion.written",
            "motion.opened",
            "vote.cast",
            "motion.counted",
        ]
        assert "against" not in str([event.facts for event in events])


def test_bylaws_are_read_by_everybody_in_words(client: "object", app: Flask) -> None:
    from tests.html_client import Browser

    visitor = Browser(app)
    page = visitor.get("/bylaws")
    assert "more than half of the votes for and against" in page.text
    assert "at least 3/4" in page.text
    assert "A vote is secret only where at least 3 on the voting roll share all" in page.text
    assert visitor.get("/bylaws/1").status == 200
    assert visitor.get("/bylaws/2").status == 404
    assert visitor.get("/bylaws/99999999999999999999").status == 404


def test_resolutions_are_listed_with_the_founding_first(sign_in: "SignIn") -> None:
    page = sign_in("founder").get("/resolutions")
    assert "Founding resolution" in page.links
    assert sign_in("founder").get("/resolutions/1").title == "Founding resolution"
    assert sign_in("founder").get("/resolutions/99").status == 404


def test_who_is_no_member_reads_the_result_but_not_who_voted_how(assembly: "Assembly", sign_in: "SignIn") -> None:
    path = assembly.write()
    assembly.open(path)
    for name in ("board", "board2", "treasurer"):
        assembly.vote(path, name, "for")
    assembly.close(path)
    outsider = sign_in("founder").get(path)
    assert "Carried." in outsider.text
    assert "Members can see here who voted how" in outsider.text
    assert "Ana Tūī For" not in outsider.text
    assert "Ana Tūī For" in sign_in("scrutineer").get(path).text


def test_decisions_about_one_person_are_read_by_officers_only(
    assembly: "Assembly", people: dict[str, UUID], sign_in: "SignIn"
) -> None:
    prepared = sign_in("administrator").submit(
        "/powers/new",
        {"person": people["founder"], "power": "scrutineer", "minute": "For the election."},
        having="minute",
    )
    sign_in("board").submit(prepared.path, having="seen")
    assert "Power of scrutineer granted to Aroha Hihi" in sign_in("board").get("/resolutions").text
    assert "Aroha Hihi" not in sign_in("treasurer").get("/resolutions").text
    assert sign_in("board").get("/resolutions/2").status == 200
    assert sign_in("treasurer").get("/resolutions/2").status == 404
