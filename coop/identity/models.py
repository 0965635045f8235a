"""People who can sign in, their sessions, failed sign-ins, and powers with their terms."""

from datetime import date
from uuid import UUID

from flask_security import UserMixin
from sqlalchemy import JSON, BigInteger, CheckConstraint, ForeignKey, Index, true
from sqlalchemy.orm import Mapped, mapped_column, relationship

from coop.assembly.resolutions import Resolution
from coop.database import CoopBase
from coop.permissions import Power
from evidence.columns import Code, Id, Line, LongText, Moment, Sha256, text_enum


class Person(CoopBase, UserMixin):
    """Somebody with an account. Erasable; everything that lasts points at the random id only."""

    __tablename__ = "person"

    id: Mapped[Id] = mapped_column(primary_key=True)  # type: ignore[assignment]  # the mixin says int
    #: What a session or a token is tied to; a new one makes all of them void.
    fs_uniquifier: Mapped[Line] = mapped_column(unique=True)
    #: Normalised, lower case.
    email: Mapped[Line] = mapped_column(unique=True)
    name: Mapped[Line]
    created_at: Mapped[Moment]
    #: Argon2id; nothing for somebody who has not set a password yet.
    password: Mapped[Line | None] = mapped_column(default=None)
    active: Mapped[bool] = mapped_column(server_default=true(), default=True)
    confirmed_at: Mapped[Moment | None] = mapped_column(default=None)
    #: `authenticator` for somebody who has a second factor, else nothing. The names are Flask-Security's.
    tf_primary_method: Mapped[Code | None] = mapped_column(default=None)
    #: The secret of the second factor, encrypted under a key that follows from the secret key of the configuration.
    tf_totp_secret: Mapped[LongText | None] = mapped_column(default=None)
    #: The step of time whose code was used last: no code counts twice, nor does an earlier one.
    tf_last_step: Mapped[int | None] = mapped_column(BigInteger, default=None)
    #: SHA-256 of each recovery code that is left.
    mf_recovery_codes: Mapped[list[str] | None] = mapped_column(JSON(none_as_null=True), default=None)


class SignInSession(CoopBase):
    """A session on the server. The cookie carries a random token, this row its digest; no row, no session."""

    __tablename__ = "sign_in_session"

    token_digest: Mapped[Sha256] = mapped_column(primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey(Person.id, ondelete="CASCADE"), index=True)
    begun_at: Mapped[Moment]
    expires_at: Mapped[Moment]
    ended_at: Mapped[Moment | None] = mapped_column(default=None)
    #: When a second factor was shown in this session; nothing where only a password was.
    factor_at: Mapped[Moment | None] = mapped_column(default=None)


class SignInFailure(CoopBase):
    """A failed sign-in, counted per account whether or not that account exists."""

    __tablename__ = "sign_in_failure"
    __table_args__ = (Index("ix_sign_in_failure_account", "account_digest", "at"),)

    id: Mapped[Id] = mapped_column(primary_key=True)
    account_digest: Mapped[Sha256]
    at: Mapped[Moment]


class PowerGrant(CoopBase):
    """A power given to a person for a term, by a resolution. Never changed; it is ended by a row of its own."""

    __tablename__ = "power_grant"
    __table_args__ = (
        CheckConstraint("ends_on IS NULL OR starts_on <= ends_on", name="term"),
        Index("ix_power_grant_person_id", "person_id"),
    )

    id: Mapped[Id] = mapped_column(primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey(Person.id))
    power: Mapped[Power] = mapped_column(text_enum(Power, "power"))
    starts_on: Mapped[date]
    resolution_id: Mapped[UUID] = mapped_column(ForeignKey(Resolution.id))
    #: Last day of the term; nothing for a power without a term.
    ends_on: Mapped[date | None] = mapped_column(default=None)

    ending: Mapped["PowerEnding | None"] = relationship(lambda: PowerEnding, viewonly=True, default=None)


class PowerEnding(CoopBase):
    """The early end of a power: from this day on it is not held."""

    __tablename__ = "power_ending"

    grant_id: Mapped[UUID] = mapped_column(ForeignKey(PowerGrant.id), primary_key=True)
    ended_on: Mapped[date]
    resolution_id: Mapped[UUID] = mapped_column(ForeignKey(Resolution.id))
