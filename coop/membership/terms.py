"""The page of terms that an applicant accepts: composed from the by-laws' figures, kept word for word, by version.

A version is never changed. When the by-laws change, the secretary publishes the next one, and applications that rest on an
older price are refused.
"""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from flask_babel import gettext
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from coop import audit, cooperative
from coop.assembly.bylaws import Bylaws, BylawVersion, InForce, in_force
from coop.formats import format_money
from coop.membership import errors
from coop.membership.models import MembershipTerms
from coop.permissions import Actor, NotFound, Power
from evidence.canonical import digest
from evidence.identifiers import new_id


@dataclass(frozen=True)
class Terms:
    """A version of the terms."""

    id: UUID
    version: int
    in_force_on: date
    #: Markdown.
    text: str
    digest: str
    #: The figures that the text states.
    bylaws: Bylaws


def compose(bylaws: Bylaws, *, bylaws_version: int, name: str, currency: str) -> str:
    """Write the terms in Markdown, in the language of the page, with the figures of these by-laws."""
    intro = gettext(
        "You are asking to become a member of %(name)s. A member is one of its owners. This page says what you "
        "take on and what you get. Its figures are those of the by-laws, version %(version)s.",
        name=name,
        version=bylaws_version,
    )
    vote = _part(
        gettext("One member, one vote"),
        gettext(
            "Each member has one vote, whatever they hold and whatever class they belong to. Your vote begins on the "
            "day you are entered in the register of members."
        ),
    )
    leaving = _part(
        gettext("Leaving"),
        gettext("You may leave at any time by telling the secretary in writing. Your vote ends when you leave."),
    )
    shares = [] if bylaws.share_price_minor is None else _shares(bylaws, bylaws.share_price_minor, currency)
    free = (
        [] if shares else [_part(gettext("No share to buy"), gettext("Membership costs nothing: there is no share."))]
    )
    register = _part(
        gettext("What is kept about you"),
        gettext(
            "The register of members holds your name, your member number, your class, the day you joined and any shares "
            "you hold. The secretary, the board, the treasurer and the auditor can read it. What you write in your "
            "application is read by the board, the secretary and the auditor, and can be erased."
        ),
    )
    return "\n\n".join([intro, *free, *shares[:1], vote, *shares[1:], leaving, register]) + "\n"


def publish_terms(session: Session, actor: Actor, *, in_force_on: date) -> UUID:
    """Store the next version of the terms, composed from the by-laws in force on that day, and return its id.

    Called at founding, and by the secretary when the by-laws have changed.

    Raises:
        TermsUnchanged: the version before says the same.
    """
    power = actor.need(Power.SECRETARY)
    cooperative.current(session, lock=True)
    basis = in_force(session, in_force_on)
    text = composed(session, basis)
    latest = session.scalar(select(MembershipTerms).order_by(MembershipTerms.version.desc()).limit(1))
    if latest is not None and latest.text == text:
        raise errors.TermsUnchanged(latest.version)
    version = latest.version + 1 if latest is not None else 1
    row = MembershipTerms(
        id=new_id(),
        version=version,
        in_force_on=in_force_on if latest is None else max(in_force_on, latest.in_force_on),
        bylaws_id=basis.version_id,
        text=text,
        digest=terms_digest(version, text),
    )
    session.add(row)
    session.flush()
    audit.record(session, actor, "terms.published", subject=row.id, power=power, facts={"version": version})
    return row.id


def composed(session: Session, basis: InForce) -> str:
    """Write the terms as they follow from given by-laws."""
    coop = cooperative.current(session)
    return compose(basis.bylaws, bylaws_version=basis.version, name=coop.name, currency=coop.currency)


def terms_digest(version: int, text: str) -> str:
    """Return the fingerprint of a version."""
    return digest({"version": version, "text": text})


def current_terms(session: Session) -> Terms | None:
    """Return the version that is in force today, if one is."""
    today = cooperative.today(session)
    return _terms(
        session,
        select(func.max(MembershipTerms.version)).where(MembershipTerms.in_force_on <= today).scalar_subquery(),
    )


def terms_version(session: Session, version: int) -> Terms:
    """Return a version of the terms.

    Raises:
        NotFound
    """
    # A number beyond the column's is no version either; PostgreSQL would not even compare it.
    terms = _terms(session, version) if 0 < version < 2**31 else None
    if terms is None:
        raise NotFound
    return terms


def terms_by_id(session: Session, terms_id: UUID) -> Terms:
    """Return the terms that an application rests on."""
    return terms_version(session, session.get_one(MembershipTerms, terms_id).version)


def versions(session: Session) -> list[tuple[int, date]]:
    """Return number and first day of every version, newest first."""
    rows = session.execute(
        select(MembershipTerms.version, MembershipTerms.in_force_on).order_by(MembershipTerms.version.desc())
    )
    return [(row.version, row.in_force_on) for row in rows]


def is_publishable(session: Session) -> bool:
    """Say whether the by-laws in force today differ from what the latest version states."""
    latest = session.scalar(select(MembershipTerms.text).order_by(MembershipTerms.version.desc()).limit(1))
    return latest != composed(session, in_force(session, cooperative.today(session)))


def _terms(session: Session, version: object) -> Terms | None:
    row = session.execute(
        select(MembershipTerms, BylawVersion.figures)
        .join(BylawVersion, BylawVersion.id == MembershipTerms.bylaws_id)
        .where(MembershipTerms.version == version)
    ).first()
    if row is None:
        return None
    terms, figures = row
    return Terms(terms.id, terms.version, terms.in_force_on, terms.text, terms.digest, Bylaws.from_canonical(figures))


def _part(title: str, text: str) -> str:
    return f"## {title}\n\n{text}"


def _shares(bylaws: Bylaws, price_minor: int, currency: str) -> list[str]:
    """Return the parts about shares: the price first, then what a share is and is not."""
    price = format_money(price_minor, currency)
    return [
        _part(
            gettext("The price"),
            gettext(
                "One share costs %(price)s. To become a member you buy at least one; nobody may hold more than "
                "%(most)s, and more shares give no more votes. You pay by bank transfer after the board has admitted you. Until your share is issued the "
                "money is still yours, held as a share application.",
                price=price,
                most=bylaws.most_shares,
            ),
        ),
        _part(
            gettext("No growth in value"),
            gettext(
                "A share never becomes worth more than the %(price)s you paid for it. It is not an investment that "
                "can be sold at a gain, and it gives no claim on the reserves.",
                price=price,
            ),
        ),
        _part(
            gettext("When it comes back"),
            gettext(
                "When you leave, you can ask for what you paid. The board pays it back when the co-operative can still "
                "pay all its debts afterwards, and may make you wait until then. You get at most what you paid."
            ),
        ),
        _part(
            gettext("It can be lost"),
            gettext(
                "A share is risk capital. If the co-operative makes losses or is wound up, its debts are paid first, "
                "and you may get back less than you paid, or nothing. You can lose no more than what you paid for your "
                "shares. No deposit guarantee covers it."
            ),
        ),
    ]
