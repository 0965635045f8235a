"""How a paper is handed out: its bytes as they came, in a way that lets a browser do nothing but keep them."""

import unicodedata
from urllib.parse import quote
from uuid import UUID

from flask import Response, current_app

from coop import files
from coop.attachments.kinds import KINDS, Kind
from coop.attachments.names import harmless_name
from coop.attachments.queries import attachment
from coop.config import configuration
from coop.database import db
from coop.permissions import NotFound


def send(attachment_id: UUID | None) -> Response:
    """Answer with a paper, where there is one. The route has checked who may read it.

    The bytes are somebody else's: they are never shown as a page of this place, and no script in them would run.

    Raises:
        NotFound: there is no such paper, or it was erased.
        FileMissing, FileDamaged
    """
    found = attachment(db.session(), attachment_id) if attachment_id else None
    if found is None or found.erased_at is not None:
        raise NotFound
    answer = Response(files.read(configuration(current_app), found.sha256), content_type=found.media_type)
    name = found.name or f"{found.sha256[:12]}{KINDS[found.media_type].endings[0]}"
    answer.headers.set("Content-Disposition", "attachment", **_named(name, KINDS[found.media_type]))
    answer.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.set_etag(found.sha256)
    return answer


def _named(name: str, kind: Kind) -> dict[str, str]:
    """Return a name as a header has it: in ASCII, and beside it as it is, where that is something else.

    What becomes ASCII is made harmless again: there are wide slashes and quotes that only now are slashes and quotes.
    """
    plain = harmless_name(unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode("ascii"), kind)
    return {"filename": plain} if plain == name else {"filename": plain, "filename*": f"UTF-8''{quote(name, safe='')}"}
