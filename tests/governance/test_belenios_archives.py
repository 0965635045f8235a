"""Archives of elections in Belenios: what is read of a good one, and that nothing is taken from one that was altered.

The files are written by the tests after the published format (tests/belenios_files.py); none was made by a server.
"""

import io
import json
import tarfile
import zipfile
from collections.abc import Callable
from typing import Any

import pytest

from governance.belenios import errors
from governance.belenios.archive import read
from governance.belenios.questions import Asked, asked, asked_in, fingerprint, identifier_in
from governance.belenios.tally import brought
from governance.errors import UnknownAnswer
from governance.external import Tally
from tests.belenios_files import UUID_OF_ELECTION, Changes, archive, compact, entry, parameters_of

PROPOSAL = asked("Buy a boat", "Is it carried?", ("For", "Against", "Abstain"))
ELECTION = asked("The board", "Whom do you want?", ("Ann", "Ben", "Cem"), 2)
ANSWERS = ("for", "against", "abstain")
CODES = ("c2", "c1", "c3")


def _parameters(question: Asked = PROPOSAL, **more: Any) -> bytes:
    return parameters_of(question.template("See the proposal."), **more)


def _carried(changes: Changes | None = None, **more: Any) -> bytes:
    values: dict[str, Any] = {"result": [[2, 1, 0]], "voters": 5, "ballots": [0, 3, 4, 0]} | more
    return archive(_parameters(), changes=changes, **values)


def test_a_proposal_comes_with_its_votes_added_up() -> None:
    result = brought(read(_carried()), ANSWERS, "e" * 64)
    assert result.tally == Tally((("for", 2), ("against", 1)), heads=3, spoilt=0, voters=5)
    assert (result.system, result.election, result.evidence_sha256) == ("belenios", UUID_OF_ELECTION, "e" * 64)
    assert result.question_digest == PROPOSAL.digest()


def test_weights_are_those_of_the_credentials_and_large_ones_are_texts() -> None:
    large = 2**31
    content = _carried(result=[[str(large), 3, 0]], voters=3, ballots=[0, 1], weights=[large, 3, 9])
    result = brought(read(content), ANSWERS, "e" * 64)
    assert result.tally.votes == (("for", large), ("against", 3))
    assert result.tally.heads == 2


def test_an_election_comes_with_its_ballots_and_what_ranks_nobody_twice_counts() -> None:
    ballots = [[1, 2, 3], [2, 1, 0], [2, 1, 0], [0, 0, 0], [1, 1, 2], [0, 1, 3], [255, 1, 2]]
    content = archive(_parameters(ELECTION), [ballots], voters=8, ballots=range(7))
    tally = brought(read(content), CODES, "e" * 64).tally
    # Places are those of the answers in their order, and so of the options in theirs.
    assert dict(tally.votes) == {("c2", "c1", "c3"): 1, ("c1", "c2"): 2, (): 1}
    assert (tally.heads, tally.spoilt, tally.voters) == (4, 3, 8)


def test_a_tally_comes_back_from_its_text() -> None:
    for tally in (Tally((("against", 1), ("for", 2)), 3, 0, 5), Tally(((("c1", "c2"), 2), ((), 1)), 3, 1, 8)):
        assert Tally.read(tally.written()) == tally


def test_the_fingerprint_is_that_which_belenios_shows() -> None:
    # printf '%s' '{}' | sha256sum | xxd -r -p | base64, without the padding.
    assert fingerprint(b"{}") == "RBNvo1WzZ4oRRq0W9+hknpT7T8If536DEMBg9hyq/4o"


def test_what_is_asked_comes_back_from_the_parameters() -> None:
    for question in (PROPOSAL, ELECTION):
        parameters = json.loads(_parameters(question))
        assert asked_in(parameters) == question
        assert identifier_in(parameters) == UUID_OF_ELECTION
    # Belenios leaves the type out where the votes are added up, and may write it.
    plain = json.loads(_parameters())
    plain["questions"] = [{"type": "Homomorphic", "value": plain["questions"][0], "extra": None}]
    assert asked_in(plain) == PROPOSAL


def test_white_space_and_forms_of_letters_make_no_other_question() -> None:
    assert asked(" Buy  a boat ", "Cafe\u0301?", ("For\u00a0",)) == asked("Buy a boat", "Caf\u00e9?", ("For",))


@pytest.mark.parametrize(
    "change",
    [
        {"blank": True},
        {"min": 0},
        {"max": 2},
        {"type": "NonHomomorphic", "value": {"answers": ["a"], "question": "q"}},
        {"type": "Lists", "value": {"answers": ["a"], "question": "q"}},
        {
            "type": "NonHomomorphic",
            "value": {"answers": ["a"], "question": "q"},
            "extra": {"method": "Schulze", "blank": False},
        },
        {
            "type": "NonHomomorphic",
            "value": {"answers": ["a"], "question": "q"},
            "extra": {"method": "STV", "blank": True, "seats": 1},
        },
    ],
)
def test_another_form_of_question_is_refused(change: dict[str, Any]) -> None:
    parameters = json.loads(_parameters())
    parameters["questions"][0] |= change
    with pytest.raises(errors.OtherFormOfQuestion):
        asked_in(parameters)


@pytest.mark.parametrize(
    "parameters",
    [
        {},
        {"name": 1, "questions": []},
        {"name": "x", "questions": {}},
        {"name": "x", "questions": [{"answers": "a", "min": 1, "max": 1, "question": "q"}]},
        {"name": "x", "questions": [{"answers": [1], "min": 1, "max": 1, "question": "q"}]},
        {"name": "x", "questions": [{"type": "Homomorphic"}]},
    ],
)
def test_parameters_that_are_none_are_refused(parameters: dict[str, Any]) -> None:
    with pytest.raises(errors.ParametersUnreadable):
        asked_in(parameters)


@pytest.mark.parametrize("identifier", [None, 3, "", "short", "O" * 14, "a" * 65, "../../etc/passwd"])
def test_an_identifier_that_is_none_is_refused(identifier: object) -> None:
    with pytest.raises(errors.ParametersUnreadable):
        identifier_in({"uuid": identifier})


def test_one_question_with_the_words_that_were_handed_over() -> None:
    with pytest.raises(errors.OtherFormOfQuestion):
        asked_in({"name": "x", "questions": [{}, {}]})
    for other in (
        asked("Buy a ship", "Is it carried?", ("For", "Against", "Abstain")),
        asked("Buy a boat", "Is it?", ("For", "Against", "Abstain")),
        asked("Buy a boat", "Is it carried?", ("Against", "For", "Abstain")),
    ):
        with pytest.raises(errors.OtherWords):
            PROPOSAL.compare(other)
    for other in (ELECTION, asked("Buy a boat", "Is it carried?", ("For", "Against"))):
        with pytest.raises(errors.OtherFormOfQuestion):
            PROPOSAL.compare(other)
    PROPOSAL.compare(asked("Buy a  boat", "Is it carried?", ("For", "Against", "Abstain")))


def test_every_changed_byte_is_noticed() -> None:
    """But for the time in the first entry, on which nothing rests."""
    content = _carried()
    time = content.index(b"timestamp")
    for place in range(len(content)):
        altered = content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]
        if time <= place < content.index(b"}", time):
            continue
        with pytest.raises((errors.ArchiveRefused, errors.ParametersUnreadable)):
            read(altered)


def test_an_archive_that_lost_an_entry_is_refused() -> None:
    content = _carried()
    pieces, start = [], 0
    while start < len(content):
        size = int(content[start + 124 : start + 135], 8)
        end = start + 512 + -(-size // 512) * 512
        pieces.append(content[start:end])
        start = end
    assert len(pieces) == 23
    for lost in range(len(pieces)):
        with pytest.raises(errors.ArchiveRefused):
            read(b"".join(piece for number, piece in enumerate(pieces) if number != lost))


@pytest.mark.parametrize(
    ("refusal", "content"),
    [
        (errors.NotAnArchive, b""),
        (errors.NotAnArchive, b"{}"),
        (errors.NotAnArchive, b"\x00" * 1024),
        (errors.NotAnArchive, b"\xff" * 2048),
        (errors.NotAnArchive, entry("README", b"{}")),
        (errors.NotAnArchive, entry("BELENIOS", b"[1]")),
        (errors.NotAnArchive, entry("BELENIOS", b"{")),
        (errors.NotAnArchive, entry("BELENIOS", b"[" * 200_000)),
        (errors.NotAnArchive, entry("BELENIOS", b'{"version":1}')[:-1]),
        (errors.ArchiveOfOtherVersion, entry("BELENIOS", b'{"version":2}')),
        (errors.ArchiveUnfinished, entry("BELENIOS", b'{"version":1}')),
        (errors.ArchiveAltered, entry("BELENIOS", b'{"version":1}') + entry("result.json", b"{}")),
        (errors.ArchiveAltered, entry("BELENIOS", b'{"version":1}') + entry("0" * 64 + ".data.json", b"{}")),
        (errors.NotAnArchive, _carried() + b"\x00" * 512 + b"more"),
        (errors.ArchiveUnfinished, _carried(tallied=False)),
        (
            errors.ArchiveUnfinished,
            _carried() + entry("44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a.data.json", b"{}"),
        ),
    ],
)
def test_what_is_no_finished_archive_is_refused(refusal: type[errors.ArchiveRefused], content: bytes) -> None:
    with pytest.raises(refusal):
        read(content)


def test_zeros_at_the_end_are_as_tar_has_them() -> None:
    assert read(_carried() + b"\x00" * 1024) == read(_carried())


def test_the_zip_with_the_addresses_and_another_tar_are_refused() -> None:
    zipped, tarred = io.BytesIO(), io.BytesIO()
    with zipfile.ZipFile(zipped, "w") as file:
        file.writestr("restricted/voters.txt", "ann@example.org")
    with pytest.raises(errors.ArchiveInZip):
        read(zipped.getvalue())
    with tarfile.open(fileobj=tarred, mode="w") as tar:
        header = tarfile.TarInfo("BELENIOS")
        header.size = 13
        tar.addfile(header, io.BytesIO(b'{"version":1}'))
    with pytest.raises(errors.NotAnArchive):
        read(tarred.getvalue())


def _with(**changes: Any) -> Callable[[Any], Any]:
    return lambda value: {**value, **changes}


@pytest.mark.parametrize(
    ("refusal", "changes"),
    [
        (errors.ArchiveOfOtherVersion, {"election": lambda value: value.replace(b'"version":1', b'"version":2')}),
        (errors.ParametersUnreadable, {"election": lambda value: value.replace(b"Fv7Z", b"0OIl")}),
        (errors.NotAnArchive, {"election": lambda _: b"no json"}),
        (errors.NotAnArchive, {"election": lambda _: b"3"}),
        (errors.ArchiveAltered, {"setup": _with(election="0" * 64)}),
        (errors.ArchiveAltered, {"setup": _with(credentials=["x"])}),
        (errors.NotAnArchive, {"setup": lambda _: []}),
        (errors.ArchiveAltered, {"credentials": lambda _: {}}),
        (errors.ArchiveAltered, {"credentials": lambda _: [1]}),
        (errors.ArchiveAltered, {"credentials": lambda value: [f"{one},-1" for one in value]}),
        (errors.ArchiveContradicts, {"credentials": lambda value: [*value, value[0]]}),
        (errors.ArchiveAltered, {"credentials": lambda value: value[1:]}),
        (errors.ArchiveAltered, {"ballot": _with(election_hash="another")}),
        (errors.ArchiveAltered, {"ballot": _with(election_uuid="another")}),
        (errors.ArchiveAltered, {"ballot": _with(credential="stranger")}),
        (errors.ArchiveAltered, {"ballot": _with(credential=["credential0"])}),
        (errors.NotAnArchive, {"election": lambda value: value.replace(b"Buy a boat", rb"Buy \uD800")}),
        (errors.NotAnArchive, {"election": lambda value: value.replace(b'"version":1', rb'"version":"\udfff"')}),
        (errors.ArchiveContradicts, {"total": _with(num_tallied=4)}),
        (errors.ArchiveContradicts, {"total": _with(total_weight=300)}),
        (errors.ArchiveAltered, {"total": _with(num_tallied="many")}),
        (errors.ArchiveAltered, {"total": _with(num_tallied=True)}),
        (errors.ArchiveAltered, {"event": _with(height=0)}),
        (errors.ArchiveAltered, {"event": _with(parent="0" * 64)}),
        (errors.ArchiveAltered, {"event": _with(type=["Setup"])}),
        (errors.ArchiveUnfinished, {"event": _with(type="Ballot")}),
        (errors.ArchiveAltered, {"event": _with(payload="0" * 64)}),
        (errors.ArchiveAltered, {"result": lambda _: {"result": 3}}),
        (errors.ArchiveAltered, {"result": lambda _: {"result": [3]}}),
        (errors.ArchiveAltered, {"result": lambda _: {"results": [[2, 1, 0]]}}),
        (errors.NotAnArchive, {"result": lambda _: [2, 1, 0]}),
        (errors.ArchiveOfOtherVersion, {"header": _with(version=2)}),
    ],
)
def test_an_archive_that_contradicts_itself_is_refused(refusal: type[Exception], changes: Changes) -> None:
    """Every hash is right here: whoever made the file computed them anew."""
    with pytest.raises(refusal):
        read(_carried(changes))


@pytest.mark.parametrize(
    ("refusal", "result"),
    [
        (errors.ArchiveContradicts, [[2, 1, 1]]),
        (UnknownAnswer, [[2, 1]]),
        (UnknownAnswer, [[2, 1, 0, 0]]),
        (UnknownAnswer, [[2, 1, 0], [3, 0, 0]]),
        (UnknownAnswer, []),
        (errors.ArchiveAltered, [[-1, 4, 0]]),
        (errors.ArchiveAltered, [[2.0, 1, 0]]),
        (errors.ArchiveAltered, [["9" * 30, 1, 0]]),
        (errors.ArchiveAltered, [[[1, 2, 3], 1, 0]]),
    ],
)
def test_a_result_that_does_not_fit_its_question_is_refused(refusal: type[Exception], result: list[Any]) -> None:
    with pytest.raises(refusal):
        brought(read(_carried(result=result)), ANSWERS, "e" * 64)


@pytest.mark.parametrize(
    "ballots", [[[1, 2]], [[1, 2, 3, 4]], [3], [["one", 2, 3]], [[1, 2, 3], [1, 2, 3]], [[1, None, 2]]]
)
def test_ballots_that_do_not_fit_the_candidates_are_refused(ballots: list[Any]) -> None:
    content = archive(_parameters(ELECTION), [ballots], voters=3, ballots=[0])
    with pytest.raises((UnknownAnswer, errors.ArchiveRefused)):
        brought(read(content), CODES, "e" * 64)


def test_the_files_of_these_tests_are_written_as_a_common_tar_reads_them() -> None:
    with tarfile.open(fileobj=io.BytesIO(_carried())) as tar:
        names = tar.getnames()
        assert names[0] == "BELENIOS"
        file = tar.extractfile(names[-1])
        assert file is not None
        assert json.loads(file.read())["type"] == "Result"
    assert compact({"a": [1]}) == b'{"a":[1]}'
