"""Who lives in the demonstration: invented people, groups and firms, the same ones each time.

Names are put together from common given and family names of Aotearoa; any likeness is chance. Iwi, groups and firms do not
exist.
"""

import random
from dataclasses import dataclass

from coop.membership.models import ParticipantKind

_GIVEN = (
    "Āmiria Ānahera Aroha Atawhai Hana Hēmi Hine Hōhepa Huia Iosefa Kahu Kaia Kauri Kiri Kōwhai Kupe Lani Mahina Māia "
    "Manaia Mārama Mere Mihi Moana Nīkau Ngaire Pania Piripi Rāwiri Rewi Rongo Sefa Sina Tama Tāmati Tāne Tia Tipene "
    "Tui Wairua Whetū Alex Anika Ben Bridget Carlos Charlotte Daniel Elsie Emma Fiona George Grace Hamish Isla Jack "
    "James Jin Lucy Mei Nikhil Oliver Priya Rosa Ruby Sam Sofia Thomas Wei Zoe"
).split()
_FAMILY = (
    "Aperahama Hākaraia Henare Hōhaia Kaihau Karaka Keepa Kereama Kingi Marino Matiu Ngata Paki Parata Pēwhairangi "
    "Pōmare Pōtae Rāpana Rēweti Tākao Taylor Tawhai Te Hira Te Rangi Tūhoro Waaka Waititi Walker Wharepōuri Anderson "
    "Brown Campbell Chen Clark Davies Fraser Green Harris Hughes Kaur Kumar Li Martin McKenzie Mitchell Morris Murray "
    "Patel Robertson Scott Sharma Singh Smith Stewart Tanaka Thompson Tuimavave Wang White Wilson Wood Young"
)
_FAMILIES = [name.replace("_", " ") for name in _FAMILY.replace("Te ", "Te_").split()]

_GROUPS = (
    "Te Rūnanga o Ngāti Rākau (an iwi entity)",
    "Hapū ki te Awa Trust",
    "Kahikatea Swamp Care Group",
    "Friends of Tūī Gully",
    "Long Bay Dune Guardians",
    "Pīwakawaka Primary School Nursery",
    "Weka Coast Trapping Group",
    "Mōkihi River Watch",
    "Kererū Corridor Trust",
    "Wētā Hill Restoration Society",
    "Harakeke Weavers' Collective",
    "Upper Valley Pest-free Network",
    "Inanga Spawning Survey Group",
    "Tōtara Reserve Volunteers",
    "Seabird Recovery Trust of the Southern Bays",
    "Night Sky and Pekapeka Society",
    "Ōtākou Estuary Trust",
    "Raupō Lagoon Landcare",
)
_ENTERPRISES = (
    "Rimu Ecology Ltd",
    "Braided River Hydrology Ltd",
    "Kākāpō Data Cooperative",
    "Mānuka Fencing & Planting Ltd",
    "Fernbird Consulting Ltd",
    "Totoweka Drones Ltd",
    "Pāteke Training Partners",
    "Kōkopu Freshwater Labs Ltd",
    "Whio Valley Nurseries Ltd",
    "Takahē Trails Ltd",
)
_PLACES = (
    "Kaitāia",
    "Whangārei",
    "Tāmaki Makaurau Auckland",
    "Kirikiriroa Hamilton",
    "Tauranga",
    "Rotorua",
    "Tūranganui-a-Kiwa Gisborne",
    "Ngāmotu New Plymouth",
    "Whanganui",
    "Te Papaioea Palmerston North",
    "Te Whanganui-a-Tara Wellington",
    "Whakatū Nelson",
    "Kaikōura",
    "Ōtautahi Christchurch",
    "Hokitika",
    "Ōtepoti Dunedin",
    "Te Anau",
    "Waihōpai Invercargill",
)
_OFFERS = (
    "Bird counts and acoustic monitoring",
    "Trapping networks, from plan to first catch",
    "Wetland restoration and planting plans",
    "Stream surveys: fish, invertebrates, eDNA",
    "Grant writing and reports to funders",
    "Facilitation in te reo Māori and English",
    "Data management and maps",
    "Native nursery practice and seed collection",
    "Drone surveys and photogrammetry",
    "Volunteer coordination",
    "Bat monitoring and roost surveys",
    "Prototypes in electronics: sensors and traps",
)
_SEEKS = (
    "Somebody to review our monitoring design",
    "A mentor for a first restoration plan",
    "Help with statistics",
    "Partners for a joint funding bid",
    "People who know lizards",
    "A good way to keep records offline",
    "Coaching for a sensor prototype",
    "Volunteers for weekend planting",
)
_BONDS = (
    "I look after a stream and its banks with my neighbours, and have done so for years.",
    "Monitoring birds and bats is my daily work; I want its tools to belong to those who use them.",
    "We restore wetlands together and train others to do the same.",
    "We plan and carry out predator control in our valley, every week.",
    "I teach young people to grow and plant native trees.",
)


@dataclass(frozen=True)
class Character:
    """Somebody who joins: what they are called, what they do, and who acts for them."""

    name: str
    kind: ParticipantKind
    email: str
    place: str
    offers: str
    seeks: str
    bond: str


def cast(count: int, seed: int, prefix: str = "person") -> list[Character]:
    """Return `count` characters, the organisations spread among the individuals; the same for the same seed."""
    dice = random.Random(seed)  # noqa: S311 - a story, not a secret
    names = [f"{given} {family}" for given in _GIVEN for family in _FAMILIES]
    dice.shuffle(names)
    organisations = [(name, ParticipantKind.GROUP) for name in _GROUPS]
    organisations += [(name, ParticipantKind.ENTERPRISE) for name in _ENTERPRISES]
    people = [(name, ParticipantKind.INDIVIDUAL) for name in names[: count - len(organisations)]]
    # The first ones stay individuals, because an organisation is represented by somebody who is there already.
    everybody = people[len(organisations) :] + organisations
    dice.shuffle(everybody)
    everybody = people[: len(organisations)] + everybody
    return [
        Character(
            name=name,
            kind=kind,
            email=f"{prefix}{number:03}@kanopi.example",
            place=dice.choice(_PLACES),
            offers=dice.choice(_OFFERS),
            seeks=dice.choice(_SEEKS),
            bond=dice.choice(_BONDS),
        )
        for number, (name, kind) in enumerate(everybody, start=1)
    ]
