"""The forms by which participants join and say what they do: profile, skills, introductions, sites."""

import re
from decimal import Decimal

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, RadioField
from wtforms.validators import Optional, StopValidation

from coop.community.introductions import LONGEST_MESSAGE
from coop.community.operations import LONGEST_PROFILE_TEXT, ProfileText
from coop.community.sites import FIRST_YEAR, SiteText
from coop.community.skills import LONGEST_SKILL
from coop.forms import Form, LineField, TextField, WholeField, choices, required
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


class SkillForm(Form):
    """One more skill."""

    name = LineField(_l("Skill"), [required()], longest=LONGEST_SKILL)

    def to_name(self) -> str:
        """Return the skill."""
        return str(self.name.data)


class IntroductionForm(Form):
    """What is written to somebody whom one wants to meet."""

    message = TextField(
        _l("Your message"),
        [required()],
        longest=LONGEST_MESSAGE,
        description=_l("A few lines: who you are, and what you would like to talk about."),
    )

    def to_message(self) -> str:
        """Return the message."""
        return str(self.message.data)


class SiteForm(Form):
    """A place that a participant looks after."""

    name = LineField(
        _l("Name of the site"),
        [required()],
        longest=LONGEST_NAME,
        description=_l("Such as “Lower wetland” or “Stream walk”."),
    )
    place = LineField(
        _l("Nearest place"),
        [required()],
        longest=LONGEST_NAME,
        description=_l(
            "A town or a district. Please leave the exact location out: what lives there may be hunted for."
        ),
    )
    hectares = LineField(
        _l("Hectares"),
        [Optional()],
        description=_l("With at most one decimal, such as 12.5."),
        render_kw={"inputmode": "decimal"},
    )
    since_year = WholeField(_l("Looked after since (year)"), [Optional()], least=FIRST_YEAR, most=2999)

    def validate_hectares(self, field: LineField) -> None:
        """Read the area."""
        if not re.fullmatch(r"[0-9]{1,7}(\.[0-9])?", field.data or ""):
            raise StopValidation(gettext("Enter hectares as a number with at most one decimal, such as 12.5."))

    def to_site(self) -> SiteText:
        """Return the site."""
        return SiteText(
            name=str(self.name.data),
            place=str(self.place.data),
            hectares=Decimal(self.hectares.data) if self.hectares.data else None,
            since_year=self.since_year.number,
        )
