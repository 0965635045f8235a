"""The forms of signing in and registering: those of Flask-Security, which count what somebody tries before they look at it."""

from flask import current_app, g
from flask_babel import gettext, lazy_gettext
from flask_login import current_user
from flask_security import LoginForm, RegisterFormV2
from flask_security.forms import TwoFactorRescueForm, TwoFactorVerifyCodeForm
from flask_security.recovery_codes import MfRecoveryForm
from wtforms import RadioField, StringField
from wtforms.validators import DataRequired, Length

from coop import clock
from coop.database import write
from coop.forms import stripped
from coop.identity import second_factor, sessions
from coop.identity.account_words import FORMS, Labelled, OurChangePasswordForm, OurVerifyForm
from coop.identity.pending import pending


class SignInForm(Labelled, LoginForm):
    """Counts attempts per account and stops guessing."""

    def validate(self, **options: object) -> bool:
        """Count the attempt first, then look at the password."""
        email = _account_of(stripped(self.email.data) or "")
        if not _may_try(email):
            self.form_errors.append(
                gettext(
                    "There were too many attempts to sign in to this account. Wait a quarter of an hour, or ask for a"
                    " new password."
                )
            )
            return False
        if not super().validate(**options):
            if self.requires_confirmation:
                # Known only to whoever knows the password; the other answers tell a stranger nothing. Without the
                # library's own error there is no second line that says the password is wrong.
                self.email.errors = []
                self.form_errors.append(
                    gettext(
                        "Please confirm your address first: open the link in the mail, or have it sent again below."
                    )
                )
            return False
        pending(lambda session: sessions.forget_attempts(session, account=email))
        return True


class JoinForm(Labelled, RegisterFormV2):
    """Asks for a name beside address and password."""

    name = StringField(
        lazy_gettext("Your name"),
        [DataRequired(lazy_gettext("Please tell us your name.")), Length(max=200)],
        filters=[lambda text: " ".join((stripped(text) or "").split()) or None],
        render_kw={"autocomplete": "name"},
    )


class _Counted(Labelled):
    """Counts attempts at codes of one person. A right password in between does not clear the count, a right code does."""

    def validate(self, **options: object) -> bool:
        """Count the attempt first, then look at the code."""
        user = self.user  # set by the library's view
        account = second_factor.attempts_at(user.id)
        self.code.data = (stripped(self.code.data) or "")[:100]
        if not _may_try(account):
            self.form_errors.append(gettext("There were too many attempts. Wait a quarter of an hour, then try again."))
            return False
        if not self._fits(user, options):
            return False
        pending(lambda session: sessions.forget_attempts(session, account=account))
        # The session that begins now was begun with a second factor.
        g.factor_shown = True
        return True

    def _fits(self, user: object, options: dict[str, object]) -> bool:
        return bool(super().validate(**options))


class CodeForm(_Counted, TwoFactorVerifyCodeForm):
    """Asks for the code that the app shows."""

    labels = {"code": lazy_gettext("Code")}  # noqa: RUF012 - as in the class it extends

    def _fits(self, user: object, options: dict[str, object]) -> bool:
        if not second_factor.is_readable(self.tf_totp_secret):
            self.form_errors.append(
                gettext(
                    "Codes of your app cannot be checked any more, because the key of this installation was changed. Use"
                    " a recovery code, then set the app up again."
                )
            )
            return False
        self.code.data = "".join((self.code.data or "").split())
        return super()._fits(user, options)


class RecoveryCodeForm(_Counted, MfRecoveryForm):
    """Asks for a recovery code in place of the app's."""

    labels = {"code": lazy_gettext("Recovery code")}  # noqa: RUF012 - as in the class it extends


class RescueForm(TwoFactorRescueForm):
    """Stands in for a form that the library makes beside each code and we never show: the way out is a recovery code."""

    help_setup = RadioField(choices=[])


class _PasswordTried(Labelled):
    """Counts attempts, so that nobody guesses the password in a session that somebody else left open."""

    def validate(self, **options: object) -> bool:
        """Count the attempt first, then look at the password."""
        email = current_user.email
        if not _may_try(email):
            self.form_errors.append(gettext("There were too many attempts. Wait a quarter of an hour, then try again."))
            return False
        if not super().validate(**options):
            return False
        pending(lambda session: sessions.forget_attempts(session, account=email))
        return True


class PasswordAgainForm(_PasswordTried, OurVerifyForm):
    """Asks for the password again."""


class NewPasswordForm(_PasswordTried, OurChangePasswordForm):
    """Asks for the present and a new password."""


#: Every form of the library that we replace, by its name there.
OUR_FORMS = {
    **FORMS,
    "login_form": SignInForm,
    "register_form": JoinForm,
    "two_factor_verify_code_form": CodeForm,
    "two_factor_rescue_form": RescueForm,
    "mf_recovery_form": RecoveryCodeForm,
    "verify_form": PasswordAgainForm,
    "change_password_form": NewPasswordForm,
}


def _may_try(account: str) -> bool:
    return write(lambda session: sessions.note_attempt(session, account=account, now=clock.now()))


def _account_of(email: str) -> str:
    """Return the address by which the library looks an account up: an address has many spellings, guesses have one count."""
    try:
        address: str = current_app.extensions["security"]._mail_util.normalize(email)
    except ValueError:
        return email[:200]
    return address
