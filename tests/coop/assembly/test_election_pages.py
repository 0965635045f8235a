"""Elections through the pages: nominating, the secret ranked ballot, the count, its downloads, the new board."""

import csv
import json
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from io import BytesIO, StringIO
from pathlib import Path
from threading import Barrier, Thread
from typing import TYPE_CHECKING
from uuid import UUID

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from coop import clock, cooperative
from coop.assembly.elections import operations as elections
from coop.assembly.errors import SitsOnBoard
from coop.assembly.resolutions import Body, record_resolution
from coop.audit import AuditEvent
from coop.commands.count import count as count_command
from coop.database import db, write
from coop.identity import powers
from coop.identity.models import PowerGrant
from coop.membership.participants import representatives
from coop.outbox import OutboxJob
from coop.permissions import Power
from evidence.canonical import digest
from governance.counting.files import read_ballots
from governance.counting.scottish_stv import count
from governance.models import Participation, Proposal, Urn
from tests import joining
from tests.founded import OPERATOR
from tests.html_client import Browser, Page

if TYPE_CHECKING:
    from tests.coop.assembly.conftest import Assembly

SignIn = Callable[[str], Browser]


def _in_urn(app: Flask) -> tuple[int, int]:
    with app.app_context():
        return tuple(db.session.scalar(select(func.count()).select_from(table)) or 0 for table in (Urn, Participation))  # type: ignore[return-value]


def _commitment(page: Page) -> str:
    return next(word for word in page.text.split() if len(word) == 64)


def _running(assembly: "Assembly") -> str:
    path = assembly.call_election()
    assert "Voting is open" in assembly.open(path).text
    return path


def test_the_mail_of_an_opened_election_says_who_stands(app: Flask, assembly: "Assembly") -> None:
    _running(assembly)
    with app.app_context():
        mails = db.session.scalars(select(OutboxJob).where(OutboxJob.key.like("motion-opened:%"))).all()
        assert mails
        standing = ", ".join(sorted(assembly.names()[name] for name in ("board", "board2", "treasurer")))
        for mail in mails:
            assert f"There are 2 seats, and these stand: {standing}." in json.dumps(mail.payload, ensure_ascii=False)


def _id(path: str) -> str:
    return path.rpartition("/")[2]


def test_members_are_nominated_and_stand_only_if_they_accept(app: Flask, assembly: "Assembly", sign_in: SignIn) -> None:
    path = assembly.call_election(candidates=())
    names = assembly.names()
    page = sign_in("board").submit(
        f"/as/{assembly.members['board']}/elections/{_id(path)}/nominate",
        {"participant_id": assembly.members["scrutineer"]},
    )
    assert f"Nominated, and not yet decided: {names['scrutineer']}" in page.text
    with app.app_context():
        assert db.session.scalars(select(OutboxJob.key).where(OutboxJob.key.like("nominated:%"))).one()
    assert "Nobody stands for election yet" in sign_in("secretary").get(f"{path}/open").text
    again = sign_in("board2").post(
        f"/as/{assembly.members['board2']}/elections/{_id(path)}/nominate",
        {"participant_id": assembly.members["scrutineer"]},
    )
    assert again.status == 422
    page = sign_in("scrutineer").submit(
        f"/as/{assembly.members['scrutineer']}/elections/{_id(path)}/stand", {"statement": "I **accept**."}
    )
    assert f"Nominated by {names['board']}" in page.text
    assert "<strong>accept</strong>" in page.html
    page = sign_in("scrutineer").post(f"/as/{assembly.members['scrutineer']}/elections/{_id(path)}/withdraw")
    assert "Nobody stands yet" in page.text


def test_only_members_stand_and_nobody_for_somebody_else(
    assembly: "Assembly", sign_in: SignIn, participants: dict[str, UUID]
) -> None:
    path = assembly.call_election(candidates=())
    for name in ("founder", "auditor"):
        assert sign_in(name).get(f"/as/{participants[name]}/elections/{_id(path)}/stand").status == 403
    stolen = f"/as/{assembly.members['board2']}/elections/{_id(path)}/stand"
    assert sign_in("board").post(stolen, {"statement": "I stand"}).status == 404
    nominate = f"/as/{assembly.members['board']}/elections/{_id(path)}/nominate"
    assert sign_in("board").post(nominate, {"participant_id": str(participants["founder"])}).status == 422
    assert sign_in("board").post(nominate, {"participant_id": "nobody"}).status == 422
    # Nobody is chosen beforehand, so that nobody is nominated by mistake.
    page = sign_in("board").submit(nominate, having="participant_id")
    assert (page.status, "Choose a member." in page.text) == (422, True)
    assert sign_in("treasurer").get("/elections/new").status == 403


def test_a_bad_number_of_seats_is_refused(assembly: "Assembly", sign_in: SignIn) -> None:
    secretary = sign_in("secretary")
    for seats in ("0", "-1", "51", "two", "1.5", "", "９"):
        page = secretary.submit("/elections/new", {"title": "Board", "text": "x", "seats": seats})
        assert page.status == 422, seats


def test_a_form_without_the_seats_is_read_like_any_other(assembly: "Assembly", sign_in: SignIn) -> None:
    page = sign_in("secretary").post("/elections/new", {"title": ""})
    assert page.status == 422
    assert "Please fill this in" in page.text


def test_a_ballot_is_checked_confirmed_in_words_and_receipted(
    app: Flask, assembly: "Assembly", sign_in: SignIn
) -> None:
    path = _running(assembly)
    browser = sign_in("secretary")
    page = browser.get(assembly.ballot(path, "secretary"))
    assert page.title == "You are voting for Sione Tākapu"
    assert "No page shows how you vote" in page.text
    codes, names = assembly.codes(path), assembly.names()
    ranks = {f"rank-{codes['board2']}": "1", f"rank-{codes['board']}": " 2 "}
    checked = browser.send(page, page.form(button="Check my ballot"), ranks, button="Check my ballot")
    assert checked.text.index(names["board2"]) < checked.text.index(names["board"])
    assert "without that code nobody can find your ballot again" in checked.text
    assert _in_urn(app) == (0, 0)
    changed = browser.send(checked, checked.form(button="Go back"), button="Go back")
    assert changed.status == 200
    assert dict(changed.form(button="Check my ballot").values)[f"rank-{codes['board']}"] == "2"
    cast = browser.send(checked, checked.form(button="Cast my ballot"), button="Cast my ballot")
    assert cast.title == "Your ballot is in the urn"
    assert _in_urn(app) == (1, 1)
    again = browser.send(checked, checked.form(button="Cast my ballot"), button="Cast my ballot")
    assert again.text == cast.text, "the same ballot, and not another one"
    refused = browser.post(assembly.ballot(path, "secretary"), {**ranks, "step": "confirm"})
    assert refused.status == 409
    assert "already in the urn" in refused.text
    assert "Change code" in browser.get(assembly.ballot(path, "secretary")).text
    assert _in_urn(app) == (1, 1)
    assert "Sione Tākapu has voted" in browser.get(path).text


def test_the_trail_and_the_mail_know_nothing_of_a_secret_ballot(app: Flask, assembly: "Assembly") -> None:
    path = _running(assembly)
    with app.app_context():
        before = [db.session.scalar(select(func.count()).select_from(table)) for table in (AuditEvent, OutboxJob)]
    assembly.rank(path, "board", "board", "treasurer")
    with app.app_context():
        after = [db.session.scalar(select(func.count()).select_from(table)) for table in (AuditEvent, OutboxJob)]
    assert after == before


BAD_RANKINGS: tuple[tuple[dict[str, str], str], ...] = (
    ({}, "Nothing is ranked yet"),
    ({"c1": "1", "c2": "1"}, "The number 1 stands beside more than one name"),
    ({"c1": "1", "c2": "3"}, "The number 2 is missing"),
    ({"c1": "2"}, "The number 1 is missing"),
    ({"c1": "0"}, "“0” is not a place"),
    ({"c1": "4"}, "“4” is not a place"),
    ({"c1": "-1"}, "“-1” is not a place"),
    ({"c1": "first"}, "“first” is not a place"),
    ({"c1": "1", "c2": "１"}, "is not a place"),
    ({"c9": "1"}, "one of the answers"),
)


def test_a_bad_ranking_is_refused_and_says_where(app: Flask, assembly: "Assembly", sign_in: SignIn) -> None:
    path = _running(assembly)
    browser = sign_in("board")
    for ranks, message in BAD_RANKINGS:
        for step in ("check", "confirm"):
            values = {f"rank-{code}": rank for code, rank in ranks.items()}
            page = browser.post(assembly.ballot(path, "board"), {**values, "step": step})
            assert (page.status, message in page.text) == (422, True), (ranks, step, page.text)
    assert _in_urn(app) == (0, 0)


def test_one_ballot_sent_twice_at_once_is_in_the_urn_once(app: Flask, assembly: "Assembly", sign_in: SignIn) -> None:
    path = _running(assembly)
    address = assembly.ballot(path, "board")
    browsers = [sign_in("board") for _ in range(4)]
    tokens = [browser.token() for browser in browsers]
    start, statuses = Barrier(len(browsers)), []

    def send(browser: Browser, token: str) -> None:
        start.wait()
        fields = {"csrf_token": token, "rank-c1": "1", "step": "confirm"}
        statuses.append(browser.client.post(address, data=fields).status_code)

    threads = [Thread(target=send, args=pair) for pair in zip(browsers, tokens, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [200, 409, 409, 409]
    assert _in_urn(app) == (1, 1)


def test_an_election_is_counted_and_anybody_can_count_it_again(
    app: Flask, assembly: "Assembly", sign_in: SignIn, tmp_path: Path
) -> None:
    path = _running(assembly)
    receipts = [
        _commitment(assembly.rank(path, voter, *ranked))
        for voter, ranked in (
            ("board", ("board", "board2")),
            ("board2", ("board", "board2", "treasurer")),
            ("treasurer", ("treasurer",)),
            ("secretary", ("board", "treasurer")),
            ("administrator", ("board2",)),
        )
    ]
    early = sign_in("board").get(f"{path}/ballots.blt")
    assert early.status == 409
    assert "not counted yet" in early.text
    assembly.close(path)
    reader = sign_in("founder")
    page = reader.get(path)
    names = assembly.names()
    assert f"Elected: {names['board']}, " in page.text
    assert "5 of 6 on the voting roll voted" in page.text
    listed = reader.get(f"{path}/ballots")
    assert all(receipt in listed.html for receipt in receipts)
    assert [word for word in listed.text.split() if word in receipts] == sorted(receipts)

    blt = reader.get(f"{path}/ballots.blt").response.get_data()
    (tmp_path / "ballots.blt").write_bytes(blt)
    ran = CliRunner().invoke(
        count_command, [str(tmp_path / "ballots.blt"), "--rule", "scottish-stv", "--format", "json"]
    )
    assert ran.exit_code == 0, ran.output
    with app.app_context():
        from coop.assembly.queries import motion
        from coop.assembly.results.queries import candidate_names, named_count

        found = motion(db.session(), UUID(_id(path)), clock.now())
        assert found.outcome is not None
        codes = candidate_names(db.session(), found.row.id)
        published = named_count(found.outcome, codes, found.row.title)
    recounted = count(read_ballots(BytesIO(blt), "ballots.blt"))
    assert recounted.to_canonical(detail=True) == published
    assert json.loads(ran.output) == recounted.to_canonical()

    rows = list(csv.reader(StringIO(reader.get(f"{path}/ballots.csv").html)))
    assert [row[0] for row in rows[1:]] == sorted(receipts)
    code_of = {name: code for code, name in codes.items()}
    with app.app_context():
        proposal_id = db.session.scalars(select(Proposal.id).where(Proposal.id == found.outcome.proposal_id)).one()
    for receipt, nonce, *places in rows[1:]:
        order = sorted((int(place), code_of[name]) for name, place in zip(rows[0][2:], places, strict=True) if place)
        ballot = {"proposal": proposal_id, "class": "member", "weight": 1, "nonce": nonce}
        assert digest({**ballot, "choice": [code for _, code in order]}) == receipt


def test_the_new_board_is_recorded_once_by_the_secretary(
    app: Flask, assembly: "Assembly", sign_in: SignIn, people: dict[str, UUID]
) -> None:
    path = assembly.call_election(candidates=("treasurer", "scrutineer", "board"))
    assembly.open(path)
    for voter in ("board", "board2", "treasurer"):
        assembly.rank(path, voter, "scrutineer", "treasurer")
    early = sign_in("secretary").post(f"/elections/{_id(path)}/board")
    assert early.status == 409
    assembly.close(path)
    assert sign_in("board").post(f"/elections/{_id(path)}/board").status == 403
    page = sign_in("secretary").post(f"/elections/{_id(path)}/board")
    assert "The board was recorded" in page.text
    assert sign_in("secretary").post(f"/elections/{_id(path)}/board").status == 409
    with app.app_context():
        granted = db.session.scalars(
            select(PowerGrant).where(
                PowerGrant.power == Power.BOARD,
                PowerGrant.person_id.in_([people["treasurer"], people["scrutineer"]]),
            )
        ).all()
        assert {(grant.ends_on - grant.starts_on).days for grant in granted if grant.ends_on} == {364}
        assert len(granted) == 2


def test_an_election_in_which_nobody_voted_elects_who_stood(assembly: "Assembly", sign_in: SignIn) -> None:
    path = _running(assembly)
    assembly.close(path)
    page = sign_in("board").get(path)
    assert page.status == 200
    assert "0 of 6 on the voting roll voted" in page.text
    assert "Nobody voted" in sign_in("board").get(f"{path}/ballots").text


def test_candidates_stand_in_another_order_for_each_voter(assembly: "Assembly", sign_in: SignIn) -> None:
    path = assembly.call_election(candidates=("board", "board2", "treasurer", "secretary", "administrator"))
    assembly.open(path)
    orders = set()
    for name in ("board", "board2", "treasurer", "secretary", "administrator"):
        ballot = assembly.ballot(path, name)
        page, again = sign_in(name).get(ballot), sign_in(name).get(ballot)
        order = [field for field, _ in page.form(button="Check my ballot").values if field.startswith("rank-")]
        assert order == [f for f, _ in again.form(button="Check my ballot").values if f.startswith("rank-")]
        orders.add(tuple(order))
    assert len(orders) > 1


def test_a_roll_call_has_no_list_of_ballots_by_receipt(assembly: "Assembly", sign_in: SignIn) -> None:
    path = assembly.write()
    assert sign_in("board").get(f"{path}/ballots").status == 409
    assembly.open(path)
    assembly.close(path)
    page = sign_in("board").get(f"{path}/ballots")
    assert (page.path, "Who voted how" in page.text) == (path, True)
    assert sign_in("board").get(f"{path}/ballots.csv").status == 422
    assert sign_in("board").get(f"/as/{assembly.members['board']}/elections/{_id(path)}/stand").status == 404


@pytest.mark.parametrize("seats", [2, 5])
def test_an_election_says_whether_the_whole_board_is_up(assembly: "Assembly", sign_in: SignIn, seats: int) -> None:
    """Two are elected beside the others, five in place of them; by the by-laws of the opening once it is open."""
    form = sign_in("secretary").get("/elections/new")
    assert "The by-laws set 5 for the whole board." in form.text
    path = assembly.call_election(seats=seats)
    for page in (sign_in("founder").get(path), assembly.open(path)):
        assert ("This is a by-election" in page.text) == (seats == 2)
        assert ("The whole board is elected" in page.text) == (seats == 5)


def test_who_holds_the_auditors_power_is_warned_before_standing(
    app: Flask, assembly: "Assembly", sign_in: SignIn, members: dict[str, UUID]
) -> None:
    path = assembly.call_election(candidates=("board",))
    stand = f"/as/{members['scrutineer']}/elections/{_id(path)}/stand"
    assert "auditor" not in sign_in("scrutineer").get(stand).text
    with app.app_context():
        write(lambda session: _make_auditor(session, members["scrutineer"]))
    assert "You hold the auditor's power" in sign_in("scrutineer").get(stand).text
    sign_in("scrutineer").submit(stand, {"statement": "I can count."})
    assert sign_in("secretary").get(path).text.count("Holds the auditor's power") == 1
    # Who votes judges the candidate, not the offices.
    assert "Holds the auditor's power" not in sign_in("founder").get(path).text


def _make_auditor(session: Session, participant_id: UUID) -> None:
    (person,) = representatives(session, participant_id)
    today = cooperative.today(session)
    resolution_id = record_resolution(session, body=Body.BOARD, decided_on=today, title="Auditor", text="We appoint.")
    powers.grant(
        session,
        OPERATOR,
        person_id=person.id,
        power=Power.AUDITOR,
        starts_on=today,
        ends_on=None,
        resolution_id=resolution_id,
    )


def _nominate(session: Session, *, motion_id: UUID, members: dict[str, UUID]) -> None:
    who = joining.founder(session, "treasurer")
    nominator_id, nominee_id = members["treasurer"], members["board2"]
    elections.nominate(session, who, motion_id=motion_id, nominator_id=nominator_id, participant_id=nominee_id)


def test_a_director_does_not_stand_where_their_own_seat_would_be_empty_after_it(
    app: Flask, assembly: "Assembly", sign_in: SignIn
) -> None:
    """Whose term ends by then may stand again, and in an election of the whole board everybody may."""
    path = assembly.call_election(candidates=("board", "board2"))
    assembly.open(path)
    assembly.close(path)
    with clock.at(assembly.later()):
        assert "The board was recorded" in sign_in("secretary").post(f"/elections/{_id(path)}/board").text
        seat = assembly.call_election(seats=1, candidates=("treasurer",))
        stand = f"/as/{assembly.members['board']}/elections/{_id(seat)}/stand"
        for refused in (sign_in("board").get(stand), sign_in("board").post(stand, {"statement": "Another seat."})):
            assert refused.status == 422
            assert "which would be empty afterwards" in refused.text
        page = sign_in("treasurer").get(f"/as/{assembly.members['treasurer']}/elections/{_id(seat)}/nominate")
        offered = page.form(having="participant_id").choices["participant_id"]
        assert str(assembly.members["secretary"]) in offered
        assert not {str(assembly.members[name]) for name in ("board", "board2")} & {*offered}
        with app.app_context(), pytest.raises(SitsOnBoard):
            write(partial(_nominate, motion_id=UUID(_id(seat)), members=assembly.members))
        # It asserts that each of them may stand.
        assembly.call_election(seats=5, candidates=("board", "board2", "treasurer"))
    term = timedelta(days=365)
    for days, status in ((-9, 422), (-8, 200)):
        # Voting takes seven days: the last day of the term is the day before the result, or the one after.
        with clock.at(assembly.later() + term + timedelta(days=days)):
            assert sign_in("board").post(stand, {"statement": "Again."}).status == status, days
