"""Pages of lists over HTTP, the proposals and the journal, against bare Flask and Jinja with the same rows.

`python -m benchmarks.web.lists [--full] [--folder DIR] [--only sqlite|postgresql]`

Eight clients ask for the same page again and again: 20 of the proposals, of which two are put to the vote, and 50 entries of the
journal, which the treasurer asks for. Ours has the frame with its menu, forms to search by and a pager; bare Flask has one query
on the same tables and the rows.
"""

from datetime import timedelta
from functools import partial
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from benchmarks.ledger.books import Place, arguments, places
from benchmarks.web import house
from benchmarks.web.house import House
from benchmarks.web.serving import CLIENTS, Request, get, measure, served
from coop import cooperative, logs
from coop.assembly import operations
from coop.assembly.operations import Words
from coop.books.operations import NewEntry, record_entry
from coop.database import db, write
from coop.identity.models import Person
from governance.models import Secrecy
from ledger import chart
from ledger.posting import Line
from tests import joining

ROUNDS = 5
_PROPOSALS, _ENTRIES = 60, 200


def main() -> None:
    """Measure on each database and print the medians and the ratios."""
    asked = arguments(__doc__)
    logs.configure(quiet=True)
    with places(asked) as found:
        for place in found:
            compare(place, 400 if asked.full else 60)


def compare(place: Place, count: int) -> None:
    """Print what each of so many requests for a page takes."""
    at = house.founded(place)
    (member,) = house.members(at, 1)
    _fill(at)
    of_member, of_treasurer = house.signed_in(at, member.person_id, _treasurer(at))
    processes = 1 if place.kind == "sqlite" else 2
    to_bare = {"BARE_DATABASE_URL": at.environ["COOP_DATABASE_URL"]}
    ours = served("coop.serving:application", at.environ, processes)
    bare = served("benchmarks.web.bare:application", to_bare, processes)
    with ours as our_server, bare as bare_server:
        for name, path, bare_path, who in (
            ("proposals", "/proposals", "/proposals", of_member),
            ("the journal", "/books/journal", "/journal", of_treasurer),
        ):
            sides = {
                "ours": (our_server, partial(_again, get(path, who.cookie), count)),
                "bare": (bare_server, partial(_again, get(bare_path), count)),
            }
            measure(
                f"a page of {name}: {count} times, {CLIENTS} clients, {processes} processes; {place}", ROUNDS, sides
            )


def _again(request: Request, count: int) -> list[Request]:
    return [request] * count


def _treasurer(at: House) -> UUID:
    with at.app.app_context():
        return db.session.scalars(select(Person.id).where(Person.email == "treasurer@kanopi.example")).one()


def _fill(at: House) -> None:
    """Table motions, put two of them to the vote, and keep books."""
    for number in range(2):
        house.put_to_vote(at, Secrecy.OPEN, f"Put to the vote {number}")

    def work(session: Session) -> None:
        today, treasurer = cooperative.today(session), joining.founder(session, "treasurer")
        for number in range(_PROPOSALS):
            operations.table_motion(session, Words(f"Plant the bank of the river, part {number}", "With flax."))
        for number in range(_ENTRIES):
            day, minor = today - timedelta(days=number % 20), 1_000 + 37 * number
            lines = [Line(chart.BANK, minor), Line(chart.OTHER_INCOME, -minor)]
            record_entry(session, treasurer, NewEntry(day, f"Sale at the market, stall {number}", lines, uuid4()))

    with at.app.app_context():
        write(work)


if __name__ == "__main__":
    main()
