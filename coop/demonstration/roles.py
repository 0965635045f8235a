"""Whom a visitor of the demonstration can be with one click. Knows their names and addresses, not how they come to exist."""

from dataclasses import dataclass

from evidence.messages import N_


@dataclass(frozen=True)
class Role:
    """A person of the demonstration who can be signed in by a button."""

    code: str
    #: What the button says; to be translated.
    label: str
    email: str


MEMBER = Role("member", N_("Ngaio, a member"), "ngaio@kanopi.example")
REPRESENTATIVE = Role("representative", N_("Who acts for an iwi entity and a group"), "representative@kanopi.example")
PARTICIPANT = Role("participant", N_("A participant, not a member"), "participant@kanopi.example")
TREASURER = Role("treasurer", N_("Treasurer"), "treasurer@kanopi.example")
BOARD = Role("board", N_("Chair of the board"), "board@kanopi.example")
DIRECTOR = Role("director", N_("Second director"), "director@kanopi.example")
SECRETARY = Role("secretary", N_("Secretary"), "secretary@kanopi.example")
ADMINISTRATOR = Role("administrator", N_("Administrator"), "administrator@kanopi.example")
AUDITOR = Role("auditor", N_("Auditor"), "auditor@kanopi.example")
SCRUTINEER = Role("scrutineer", N_("Scrutineer"), "scrutineer@kanopi.example")
#: What stands on paper is entered by two, who do not see each other's sheet.
SECOND_SCRUTINEER = Role("scrutineer2", N_("Second scrutineer"), "scrutineer2@kanopi.example")

#: In the order in which the bar of the demonstration shows them.
ROLES = (
    MEMBER,
    REPRESENTATIVE,
    PARTICIPANT,
    TREASURER,
    BOARD,
    DIRECTOR,
    SECRETARY,
    ADMINISTRATOR,
    AUDITOR,
    SCRUTINEER,
    SECOND_SCRUTINEER,
)
