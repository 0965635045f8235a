"""What a file is follows from its bytes; its name is made harmless; what is not kept is refused with the reason."""

import hashlib
from pathlib import Path

import pytest

from coop.attachments.errors import PaperEmpty, PaperOfOtherKind, PaperTooLarge, PictureAsPhonesKeepIt
from coop.attachments.kinds import JPEG, PDF, PNG
from coop.attachments.names import LONGEST_NAME, harmless_name
from coop.attachments.uploads import LARGEST_FILE, Received, receive
from coop.config import Config
from tests import papers

HTML = b"<!doctype html><title>Invoice</title><script>alert(1)</script>"


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return Config("sqlite://", "no secret is needed here", tmp_path)


def received(config: Config, content: bytes, name: str = "receipt.pdf", declared: str = "application/pdf") -> Received:
    return receive(config, papers.upload(content, name, declared))


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (papers.PDF, "application/pdf"),
        (papers.PNG, "image/png"),
        (papers.JPEG, "image/jpeg"),
        (papers.WEBP, "image/webp"),
    ],
)
def test_the_type_is_that_of_the_bytes_whatever_is_said_of_them(
    config: Config, content: bytes, media_type: str
) -> None:
    found = received(config, content, "notes.txt", "text/html")
    assert (found.media_type, found.size_bytes) == (media_type, len(content))
    assert found.sha256 == hashlib.sha256(content).hexdigest()


@pytest.mark.parametrize(
    "content",
    [
        HTML,
        b"%PDF-1.4\n" + HTML,
        b"\n" + papers.PDF,
        papers.PNG[:8] + HTML,
        papers.JPEG[:3] + HTML,
        papers.JPEG[:-2],
        b"RIFF\xff\xff\xff\x7fWEBPVP8 " + HTML,
        papers.WEBP[:8] + b"WAVE" + papers.WEBP[12:],
        b"GIF89a" + b"\x00" * 20,
        b"PK\x03\x04" + b"\x00" * 60,
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"\x00",
    ],
)
def test_what_only_claims_to_be_a_paper_is_refused(config: Config, content: bytes) -> None:
    with pytest.raises(PaperOfOtherKind) as refused:
        received(config, content)
    assert refused.value.about == "file"


def test_a_picture_of_a_phone_is_refused_with_what_to_do(config: Config) -> None:
    with pytest.raises(PictureAsPhonesKeepIt, match="JPEG"):
        received(config, papers.HEIC, "IMG_0001.HEIC")


def test_the_largest_file_is_kept_and_one_byte_more_is_not(config: Config) -> None:
    largest = papers.PDF[:9] + b"\x00" * (LARGEST_FILE - len(papers.PDF)) + papers.PDF[9:]
    assert received(config, largest).size_bytes == LARGEST_FILE
    with pytest.raises(PaperTooLarge, match="at most 5 MB"):
        received(config, largest[:9] + b"\x00" + largest[9:])


def test_an_empty_file_is_refused(config: Config) -> None:
    with pytest.raises(PaperEmpty):
        received(config, b"")


def test_receiving_leaves_nothing_behind(config: Config) -> None:
    found = received(config, papers.PDF)
    assert not config.files_path.exists()
    found.keep()
    assert [path.name for path in config.files_path.rglob("*") if path.is_file()] == [found.sha256]


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("Rēhita 12.pdf", "Rēhita 12.pdf"),
        ("../../etc/passwd", "passwd.pdf"),
        ("C:\\Users\\Hana\\Desktop\\receipt.PDF", "receipt.PDF"),
        ("/", "paper.pdf"),
        ("", "paper.pdf"),
        (".pdf", "paper.pdf"),
        ("...", "paper.pdf"),
        ("invoice.pdf.exe", "invoice.pdf.exe.pdf"),
        ("a\r\nSet-Cookie: b=c.pdf", "a Set-Cookie b=c.pdf"),
        ("tab\tand\x00null\x7f.pdf", "tab andnull.pdf"),
        ("invoice\u202efdp.exe", "invoicefdp.exe.pdf"),
        ("zero\u200bwidth\ufeff.pdf", "zerowidth.pdf"),
        ('quo"te<b>.pdf', "quo te b.pdf"),
        ("half\ud800.pdf", "half.pdf"),
        ("e\u0301tude.pdf", "\u00e9tude.pdf"),
    ],
)
def test_a_name_becomes_one_harmless_line(name: str, kept: str) -> None:
    assert harmless_name(name, PDF) == kept


def test_a_name_keeps_the_ending_of_its_kind_however_long_it_is() -> None:
    long = harmless_name("ā" * 5000 + ".jpeg", JPEG)
    assert (len(long), long[-5:]) == (LONGEST_NAME, ".jpeg")
    assert harmless_name("scan.pdf", PNG) == "scan.pdf.png"
