"""What is refused about files that somebody adds as papers."""

from dataclasses import dataclass

from evidence.messages import N_, Refusal


@dataclass(eq=False)
class PaperEmpty(Refusal):
    """The file holds nothing."""

    message = N_("This file is empty.")
    about = "file"


@dataclass(eq=False)
class PaperTooLarge(Refusal):
    """The file is larger than what is kept."""

    most_megabytes: int
    message = N_(
        "This file is too large: at most %(most_megabytes)s MB. Scan it in grey, or with fewer dots to the inch."
    )
    about = "file"


@dataclass(eq=False)
class PaperOfOtherKind(Refusal):
    """The bytes are none of the kinds that are kept."""

    message = N_(
        "Choose a PDF, or a picture as PNG, JPEG or WebP. This file holds none of them, whatever its name says."
    )
    about = "file"


@dataclass(eq=False)
class PictureAsPhonesKeepIt(PaperOfOtherKind):
    """A picture in HEIC, which browsers do not show."""

    message = N_(
        "This picture is in HEIC, which many programs cannot open. Save it as JPEG, or send a picture of the screen."
    )
