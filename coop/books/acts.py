"""Acts of two people in the books: the treasurer closes a year, posts its surplus or records much at once, once the board approves."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from coop.approvals.kinds import ActKind, Outcome, TwoPeople
from coop.approvals.queries import words
from coop.books import entry_acts
from coop.books.imports import acts as import_acts
from coop.books.surplus import acts as surplus_acts
from coop.books.years import closing, closing_words, reopening, reopening_words
from coop.books.years.reopening import YEAR_REOPEN, ReopeningAsked
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


def _reopen(session: Session, actor: Actor, arguments: Mapping[str, Any], two: TwoPeople) -> Outcome:
    year_id = UUID(arguments["year"])
    asked = ReopeningAsked(
        opens_on=date.fromisoformat(arguments["opens_on"]),
        decided_on=date.fromisoformat(arguments["decided_on"]),
        reason=words(session, two.act_id),
    )
    reopening.reopen_year(session, actor, year_id=year_id, fingerprint=arguments["fingerprint"], asked=asked, two=two)
    return Outcome(year_id, Page("books.year_closing", {"year_id": year_id}))


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
    ActKind(
        code=YEAR_REOPEN,
        label=N_("Reopen a closed year"),
        prepared_by=(Power.TREASURER,),
        approved_by=(Power.BOARD,),
        run=_reopen,
        describe=reopening_words.described,
        next_step=N_(
            "Next: the treasurer corrects the books and closes the year again; then the board approves the accounts anew."
        ),
    ),
    surplus_acts.POSTING,
    *entry_acts.ACTS,
    *import_acts.ACTS,
)
