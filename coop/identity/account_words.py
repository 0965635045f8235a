"""The words of the account pages in place of Flask-Security's own: the labels of its forms, and its messages.

The labels stand beside the fields and in the summary of errors alike. It does not know when a message is shown.
"""

from typing import Any, ClassVar

from flask_babel import lazy_gettext
from flask_security import ChangePasswordForm, ForgotPasswordForm, ResetPasswordForm, SendConfirmationForm, VerifyForm
from wtforms import Form

from evidence.messages import N_

#: By the library's name of the message; each with the kind of note in which the library would flash it.
MESSAGES = {
    "GENERIC_AUTHN_FAILED": (
        N_("Address and password do not belong together. Check both, or choose a new password."),
        "error",
    ),
    "GENERIC_RECOVERY": (N_("If there is an account with this address, a mail with the link is on its way."), "info"),
    "CONFIRM_REGISTRATION": (
        N_("Thank you. We have sent a mail to %(email)s: open the link in it, then sign in."),
        "success",
    ),
    "CONFIRMATION_REQUEST": (N_("We have sent a mail to %(email)s: open the link in it, then sign in."), "info"),
    "EMAIL_CONFIRMED": (N_("Thank you, the address is yours. You can sign in now."), "success"),
    "ALREADY_CONFIRMED": (N_("The address is confirmed already. You can sign in."), "info"),
    "INVALID_CONFIRMATION_TOKEN": (N_("This link is not complete. Copy it whole, or have a new one sent."), "error"),
    "CONFIRMATION_EXPIRED": (N_("This link was good for %(within)s. A new one is on its way to %(email)s."), "error"),
    "PASSWORD_RESET_REQUEST": (N_("We have sent a mail to %(email)s: open the link in it."), "info"),
    "PASSWORD_RESET_EXPIRED": (N_("This link was good for %(within)s. A new one is on its way."), "error"),
    "INVALID_RESET_PASSWORD_TOKEN": (N_("This link was used already or is not complete. Ask for a new one."), "error"),
    "PASSWORD_RESET_NO_LOGIN": (N_("The password is saved. Sign in with it."), "success"),
    "PASSWORD_CHANGE": (N_("The password is changed."), "success"),
    "EMAIL_NOT_PROVIDED": (N_("Enter your e-mail address."), "error"),
    "INVALID_EMAIL_ADDRESS": (N_("Enter an address such as hana@example.org."), "error"),
    "PASSWORD_NOT_PROVIDED": (N_("Enter a password."), "error"),
    "PASSWORD_INVALID_LENGTH": (N_("Use at least %(length)s characters."), "error"),
    "PASSWORD_IS_THE_SAME": (N_("Choose another password than the present one."), "error"),
    "RETYPE_PASSWORD_MISMATCH": (N_("The two passwords differ. Type the same one twice."), "error"),
    "INVALID_PASSWORD": (N_("This is not your password."), "error"),
    "TWO_FACTOR_INVALID_TOKEN": (
        N_("This is not the code of the moment, or it was used already. Wait for the next one and type it."),
        "error",
    ),
    "TWO_FACTOR_LOGIN_SUCCESSFUL": (N_("You are signed in with your second factor."), "success"),
    "TWO_FACTOR_PERMISSION_DENIED": (N_("Please begin with your address and password."), "error"),
    "INVALID_RECOVERY_CODE": (N_("This is not one of your recovery codes, or it was used already."), "error"),
    "REFRESH": (N_("Please enter your password again."), "info"),
    "REAUTHENTICATION_REQUIRED": (N_("Please enter your password again."), "error"),
    "REAUTHENTICATION_SUCCESSFUL": (N_("Thank you. You can go on."), "info"),
}

_E_MAIL, _PASSWORD, _PASSWORD_AGAIN = (
    lazy_gettext("E-mail address"),
    lazy_gettext("Password"),
    lazy_gettext("Password again"),
)


class Labelled(Form):
    """Gives the fields of a form of Flask-Security our labels."""

    labels: ClassVar[dict[str, Any]] = {"email": _E_MAIL, "password": _PASSWORD, "password_confirm": _PASSWORD_AGAIN}

    def __init__(self, *arguments: Any, **values: Any) -> None:
        super().__init__(*arguments, **values)
        for name, label in self.labels.items():
            if name in self:
                self[name].label.text = label


class OurForgotPasswordForm(Labelled, ForgotPasswordForm):
    """Asks for the address to which the link to a new password goes."""


class OurSendConfirmationForm(Labelled, SendConfirmationForm):
    """Asks for the address that is to be confirmed."""


class OurVerifyForm(Labelled, VerifyForm):
    """Asks for the password again."""


class OurResetPasswordForm(Labelled, ResetPasswordForm):
    """Asks for a new password."""

    labels: ClassVar[dict[str, Any]] = {
        "password": lazy_gettext("New password"),
        "password_confirm": lazy_gettext("New password again"),
    }


class OurChangePasswordForm(Labelled, ChangePasswordForm):
    """Asks for the present and a new password."""

    labels: ClassVar[dict[str, Any]] = {
        "password": lazy_gettext("Present password"),
        "new_password": lazy_gettext("New password"),
        "new_password_confirm": lazy_gettext("New password again"),
    }


#: The forms that need nothing of ours but the labels, by the library's names.
FORMS: dict[str, Any] = {
    "forgot_password_form": OurForgotPasswordForm,
    "reset_password_form": OurResetPasswordForm,
    "change_password_form": OurChangePasswordForm,
    "send_confirmation_form": OurSendConfirmationForm,
    "verify_form": OurVerifyForm,
}
