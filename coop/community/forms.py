"""The forms of the community room."""

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, RadioField

from coop.community.operations import LONGEST_PROFILE_TEXT, ProfileText
from coop.forms import Form, LineField, TextField, choices, required
from coop.membership.models import ParticipantKind
from coop.texts import LONGEST_NAME


class WelcomeForm(Form):
    """Take part as oneself."""

    name = LineField(
        _l("Your name"),
        [required()],
        longest=LONGEST_NAME,
        description=_l("As others should know you. It is also the name in the register if you become a member."),
    )

    def to_name(self) -> str:
        """Return the name."""
        return str(self.name.data)


class OrganisationForm(Form):
    """Add an organisation."""

    name = LineField(_l("Name of the organisation"), [required()], longest=LONGEST_NAME)
    kind = RadioField(
        _l("What it is"),
        [required(_l("Please choose one."))],
        choices=choices(
            [
                (ParticipantKind.GROUP.value, _l("A community group: volunteers, a trust, an iwi or hapū entity")),
                (ParticipantKind.ENTERPRISE.value, _l("An enterprise: a firm or a public body")),
            ]
        ),
    )

    def to_organisation(self) -> tuple[str, ParticipantKind]:
        """Return name and kind."""
        return str(self.name.data), ParticipantKind(self.kind.data)


class ProfileForm(Form):
    """What a participant says of themselves."""

    name = LineField(_l("Name"), [required()], longest=LONGEST_NAME)
    place = LineField(_l("Place"), longest=LONGEST_NAME, description=_l("A town, a catchment or a rohe."))
    offers = TextField(
        _l("What I offer"),
        longest=LONGEST_PROFILE_TEXT,
        description=_l("Skills, tools, time: what others could ask you for."),
    )
    seeks = TextField(
        _l("What I look for"), longest=LONGEST_PROFILE_TEXT, description=_l("Help, knowledge, people to work with.")
    )
    about = TextField(
        _l("About"),
        longest=LONGEST_PROFILE_TEXT,
        description=_l("Anything else. If people should be able to reach you, say how."),
    )
    is_listed = BooleanField(
        _l("Show this profile in the directory"),
        description=_l("Only people who are signed in can see the directory. You can change this at any time."),
    )

    def to_profile(self) -> ProfileText:
        """Return the profile."""
        return ProfileText(
            name=str(self.name.data),
            place=self.place.data or "",
            offers=self.offers.data or "",
            seeks=self.seeks.data or "",
            about=self.about.data or "",
            is_listed=bool(self.is_listed.data),
        )


class RepresentativeForm(Form):
    """Let another person act for the organisation."""

    email = LineField(_l("E-mail address"), [required()], description=_l("The one with which they sign in here."))

    def to_email(self) -> str:
        """Return the address."""
        return str(self.email.data)
