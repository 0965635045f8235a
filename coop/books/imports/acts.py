"""The act of two people that imports a file in which an entry moves more than one person records alone.

The act names the file by its hash and says what it debits and credits to each account; the file itself waits where it was uploaded.
"""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask_babel import gettext
from sqlalchemy.orm import Session

from coop import cooperative
from coop.approvals.kinds import ActKind, Outcome, TwoPeople
from coop.books.imports import uploads as import_uploads
from coop.books.imports.operations import Preview
from coop.books.imports.uploads import BOOK_IMPORT
from coop.formats import format_money, format_whole
from coop.outbox import Page
from coop.permissions import Actor, Power
from evidence.canonical import Canonical
from evidence.messages import N_
from ledger import chart


def import_of(upload_id: UUID, preview: Preview) -> dict[str, Canonical]:
    """Return the arguments of the act that imports a file that waits."""
    return {
        "upload": str(upload_id),
        "sha256": preview.sha256,
        "entries": preview.new_count,
        "sums": [row.as_argument for row in preview.sums],
    }


def _import(session: Session, actor: Actor, arguments: Mapping[str, Any], two: TwoPeople) -> Outcome:
    done = import_uploads.import_large(
        session,
        actor,
        UUID(arguments["upload"]),
        entries=arguments["entries"],
        sha256=arguments["sha256"],
        sums=arguments["sums"],
        two=two,
    )
    page = Page("books.imported", {"import_id": done.import_id}) if done.import_id else None
    return Outcome(done.import_id, page)


def _describe(session: Session, arguments: Mapping[str, Any]) -> list[tuple[str, str]]:
    currency = cooperative.current(session).currency
    names = {account.code: account.name for account in chart.accounts(session)}
    pairs = [
        (gettext("Entries"), format_whole(arguments["entries"])),
        (gettext("SHA-256 of the file"), arguments["sha256"]),
    ]
    for code, debit_minor, credit_minor in arguments["sums"]:
        debit, credit = (format_money(minor, currency) for minor in (debit_minor, credit_minor))
        said = gettext("debit %(debit)s, credit %(credit)s", debit=debit, credit=credit)
        pairs.append((f"{code} {names.get(code, '')}".strip(), said))
    return pairs


def _look(arguments: Mapping[str, Any]) -> Page:
    return Page("books.preview_import", {"upload_id": UUID(arguments["upload"])})


ACTS = (
    ActKind(
        code=BOOK_IMPORT,
        label=N_("Import a file with large entries"),
        prepared_by=(Power.TREASURER,),
        approved_by=(Power.BOARD,),
        run=_import,
        describe=_describe,
        look=_look,
    ),
)
