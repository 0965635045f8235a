"""Votes over HTTP, secret and by roll-call, against bare Flask that makes two inserts.

`python -m benchmarks.web.votes [--full] [--folder DIR] [--only sqlite|postgresql]`

Eight clients that keep their connections send one POST for each voter, to one process on SQLite and to two on PostgreSQL, as
`coop run` serves them. A secret vote is the step that casts, with session, token, representation and roll checked, and is
answered by the whole page with receipt and change code; a vote by roll-call is answered by a redirect. What bare Flask does is in
`bare`. Signing in comes before and is not timed. Each round is another vote of the same members.
"""

from functools import partial
from urllib.parse import urlencode
from uuid import UUID, uuid4

from benchmarks.ledger.books import Place, arguments, places
from benchmarks.web import bare, house
from benchmarks.web.house import House, Visitor
from benchmarks.web.serving import CLIENTS, Request, measure, post, served
from coop import logs
from coop.database import make_engine
from governance.models import Secrecy

ROUNDS = 5
#: What a vote is answered by: a page, or a redirect to one.
_STATUS = {Secrecy.SECRET: 200, Secrecy.OPEN: 303}


def main() -> None:
    """Measure on each database and print the medians and the ratios."""
    asked = arguments(__doc__)
    logs.configure(quiet=True)
    with places(asked) as found:
        for place in found:
            compare(place, 400 if asked.full else 60)


def compare(place: Place, count: int) -> None:
    """Print what each of so many votes takes, in secret and by roll-call."""
    at = house.founded(place)
    voters = house.members(at, count)
    visitors = house.signed_in(at, *(one.person_id for one in voters))
    sent = [(one.participant_id, visitor) for one, visitor in zip(voters, visitors, strict=True)]
    processes = 1 if place.kind == "sqlite" else 2
    to_bare = {"BARE_DATABASE_URL": _bare_database(place)}
    ours = served("coop.serving:application", at.environ, processes)
    other = served("benchmarks.web.bare:application", to_bare, processes)
    with ours as our_server, other as bare_server:
        for secrecy in (Secrecy.SECRET, Secrecy.OPEN):
            sides = {
                "ours": (our_server, partial(_ours, at, secrecy, sent)),
                "bare": (bare_server, partial(_bare, count)),
            }
            measure(
                f"a vote, {secrecy.value}: {count} voters, {CLIENTS} clients, {processes} processes; {place}",
                ROUNDS,
                sides,
            )


def _ours(at: House, secrecy: Secrecy, voters: list[tuple[UUID, Visitor]]) -> list[Request]:
    motion_id = house.put_to_vote(at, secrecy)
    return [
        post(
            f"/as/{participant_id}/votes/{motion_id}",
            urlencode({"csrf_token": who.token, "choice": "for", "step": "confirm"}),
            who.cookie,
            _STATUS[secrecy],
        )
        for participant_id, who in voters
    ]


def _bare(count: int) -> list[Request]:
    return [post(f"/votes/{uuid4()}", urlencode({"choice": "for"})) for _ in range(count)]


def _bare_database(place: Place) -> str:
    url = place.new_url()
    engine = make_engine(url)
    with engine.execution_options(coop_write=True).begin() as connection:
        for statement in bare.SCHEMA:
            connection.exec_driver_sql(statement)
    engine.dispose()
    return url


if __name__ == "__main__":
    main()
