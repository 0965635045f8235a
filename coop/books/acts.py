"""Acts of two people in the books: the treasurer closes a year, posts its surplus or records much at once, once the board approves."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from coop.approvals.kinds import ActKind, Outcome, TwoPeople
from coop.books import closing, closing_words, entry_acts, import_acts
from coop.books.surplus import acts as surplus_acts
from coop.outbox import Page
from coop.permissions import Actor, Power
from evidence.messages import N_

YEAR_CLOSE = "year.close"


def _close(session: Session, actor: Actor, arguments: Mapping[str, Any], two: TwoPeople) -> Outcome:
    year_id = UUID(arguments["year"])
    closing.close_year(
        session, actor, year_id=year_id, result_minor=arguments["result_minor"], lines=arguments["lines"], two=two
    )
    return Outcome(year_id, Page("books.year_closing", {"year_id": year_id}))


def _describe_closing(session: Session, arguments: Mapping[str, Any]) -> list[tuple[str, str]]:
    return closing_words.described(session, closing.prospect(session, UUID(arguments["year"])))


ACTS: tuple[ActKind, ...] = (
    ActKind(
        code=YEAR_CLOSE,
        label=N_("Close a fiscal year"),
        prepared_by=(Power.TREASURER,),
        approved_by=(Power.BOARD,),
        run=_close,
        describe=_describe_closing,
        next_step=N_("Next: the board approves the accounts, and two directors sign them."),
    ),
    surplus_acts.POSTING,
    *entry_acts.ACTS,
    *import_acts.ACTS,
)
