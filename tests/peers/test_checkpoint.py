"""Signed notes and cosignatures: what is believed, what is passed over, what is refused."""

from __future__ import annotations

import base64
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from peers.checkpoint import (
    Checkpoint,
    NoteSigner,
    NoteVerifier,
    cosign,
    cosigned_at,
    open_note,
    seal_note,
    unverified,
)
from peers.errors import BadSignature, Malformed, PeerError
from peers.keys import SecretKey
from peers.merkle import EMPTY_ROOT, leaf_hash
from tests.simulator import key_of

NAME = "aurora.example/log/public"
LOG = NoteSigner(NAME, key_of("aurora"))
WITNESS = NoteSigner("hansol.example/witness", key_of("hansol"))
HEAD = Checkpoint(NAME, 20_852_163, leaf_hash(b"charter"))
NOTE = seal_note(HEAD, LOG)


def signed(text: str, *signers: NoteSigner) -> bytes:
    """A note over any text, well formed or not."""
    lines = [
        f"— {one.name} "
        + base64.b64encode(one.verifier.key_id + one.signer.sign(text.encode())).decode()
        for one in signers
    ]
    return "\n".join([text, *lines, ""]).encode()


def test_a_checkpoint_is_read_as_it_was_sealed() -> None:
    assert open_note(NOTE, LOG.verifier) == HEAD
    assert unverified(NOTE, NAME)[0] == HEAD


def test_a_sealed_checkpoint_looks_as_specified() -> None:
    lines = NOTE.decode().split("\n")
    assert lines[:2] == [NAME, "20852163"]
    assert base64.b64decode(lines[2]) == leaf_hash(b"charter")
    assert lines[3] == ""
    assert lines[4].startswith(f"— {NAME} ")
    assert lines[5:] == [""]


@given(
    st.integers(0, 2**53 - 1),
    st.binary(min_size=32, max_size=32),
    st.lists(st.text(st.characters(categories=["L", "N", "P", "Zs"]), min_size=1), max_size=3),
)
def test_whatever_is_sealed_can_be_opened(size: int, root: bytes, more: list[str]) -> None:
    checkpoint = Checkpoint(NAME, min(size, 10**15), root, tuple(more))
    assert open_note(seal_note(checkpoint, LOG), LOG.verifier) == checkpoint


def test_further_lines_belong_to_what_is_signed() -> None:
    note = seal_note(Checkpoint(NAME, 1, EMPTY_ROOT, ("a line of another time",)), LOG)
    assert open_note(note, LOG.verifier).extensions == ("a line of another time",)
    with pytest.raises(BadSignature, match="does not fit"):
        open_note(note.replace(b"another time", b"another town"), LOG.verifier)
    with pytest.raises(BadSignature, match="does not fit"):
        open_note(note.replace(b"a line of another time\n", b""), LOG.verifier)


def test_signatures_of_others_are_passed_over() -> None:
    stranger = b"\xe2\x80\x94 stranger.example AAAAAAAA\n"
    ml_dsa = f"— pq.example {base64.b64encode(bytes(2432)).decode()}\n".encode()
    namesake = f"— {NAME} {base64.b64encode(b'other' * 20).decode()}\n".encode()
    for more in (stranger, ml_dsa, namesake, cosign(NOTE, WITNESS, 1_800_000_000)):
        assert open_note(NOTE + more, LOG.verifier) == HEAD
        text, _, block = NOTE.partition(b"\n\n")
        assert open_note(text + b"\n\n" + more + block, LOG.verifier) == HEAD


def test_a_known_key_that_fails_refuses_the_note_although_it_signed_it_too() -> None:
    other = seal_note(Checkpoint(NAME, 7, EMPTY_ROOT), LOG)
    wrong = other.rpartition(b"\n\n")[2]
    for note in (NOTE + wrong, NOTE.replace(b"\n\n", b"\n\n" + wrong)):
        with pytest.raises(BadSignature, match="does not fit"):
            open_note(note, LOG.verifier)


def test_thirty_two_signatures_are_read() -> None:
    """The specification asks for sixteen at least."""
    more = b"".join(f"— w{number}.example AAAAAAAA\n".encode() for number in range(31))
    assert open_note(NOTE + more, LOG.verifier) == HEAD


def test_two_signatures_of_one_key_are_as_good_as_one() -> None:
    assert open_note(NOTE + NOTE.rpartition(b"\n\n")[2], LOG.verifier) == HEAD


def test_a_note_of_two_keys_is_read_by_who_knows_either() -> None:
    """So a log changes its key: the first checkpoint after it is signed by both."""
    new = NoteSigner(NAME, key_of("aurora, later"))
    both = NOTE + seal_note(HEAD, new).rpartition(b"\n\n")[2]
    assert open_note(both, LOG.verifier) == open_note(both, new.verifier) == HEAD
    with pytest.raises(BadSignature, match="missing"):
        open_note(both, NoteVerifier(NAME, key_of("somebody else").public))


@pytest.mark.parametrize(
    ("note", "error", "words"),
    [
        (seal_note(HEAD, NoteSigner(NAME, WITNESS.signer)), BadSignature, "missing"),
        (seal_note(HEAD, NoteSigner("other.example", LOG.signer)), BadSignature, "missing"),
        (NOTE.replace(b"20852163", b"20852164"), BadSignature, "does not fit"),
        (seal_note(Checkpoint("hansol.example/x", 1, EMPTY_ROOT), LOG), BadSignature, "hansol"),
        (b"", Malformed, "signed note"),
        (b"\n\n", Malformed, "signed note"),
        (NOTE[:-1], Malformed, "signed note"),
        (NOTE.replace(b"\n\n", b"\n"), Malformed, "signed note"),
        (NOTE.partition(b"\n\n")[0] + b"\n\n", Malformed, "signed note"),
        (NOTE + b"\n", Malformed, "signed note"),
        (NOTE + b"\xff", Malformed, "not UTF-8"),
        (NOTE + NOTE.rpartition(b"\n\n")[2] * 32, Malformed, "signed note"),
        (NOTE.replace(b"\n", b"\r\n"), Malformed, "control character"),
        (NOTE.replace(b"public\n", b"public\x00\n"), Malformed, "control character"),
        (NOTE + b"\xe2\x80\x94 a\tb AAAAAAAA\n", Malformed, "control character"),
        (NOTE + "— a\u00a0b AAAAAAAA\n".encode(), Malformed, "signature line"),
        (NOTE + "— a+b AAAAAAAA\n".encode(), Malformed, "signature line"),
        (NOTE + "—  AAAAAAAA\n".encode(), Malformed, "signature line"),
        (NOTE + b"- a AAAAAAAA\n", Malformed, "signature line"),
        (NOTE + "— a AAAA\n".encode(), Malformed, "signature line"),
        (NOTE + "— a AAAAA\n".encode(), Malformed, "signature line"),
        (NOTE + "— a ÅAAAAAAA\n".encode(), Malformed, "signature line"),
        (signed(f"{NAME}\n1\n", LOG), Malformed, "origin, size and root"),
        (signed(f"{NAME}\n01\n{'A' * 43}=\n", LOG), Malformed, "origin, size and root"),
        (signed(f"{NAME}\n-1\n{'A' * 43}=\n", LOG), Malformed, "origin, size and root"),
        (signed(f"{NAME}\n+1\n{'A' * 43}=\n", LOG), Malformed, "origin, size and root"),
        (signed(f"{NAME}\n1 \n{'A' * 43}=\n", LOG), Malformed, "origin, size and root"),
        (signed(f"{NAME}\n1_0\n{'A' * 43}=\n", LOG), Malformed, "origin, size and root"),
        (signed(f"{NAME}\n١\n{'A' * 43}=\n", LOG), Malformed, "origin, size and root"),
        (signed(f"{NAME}\n{'9' * 40}\n{'A' * 43}=\n", LOG), Malformed, "origin, size and root"),
        (signed(f"\n1\n{'A' * 43}=\n", LOG), Malformed, "origin, size and root"),
        (signed(f"{NAME}\n1\n{'A' * 43}=\n\nmore\n", LOG), Malformed, "origin, size and root"),
        (signed(f"{NAME}\n1\n{'A' * 42}==\n", LOG), Malformed, "32 bytes"),
        (signed(f"{NAME}\n1\n{'A' * 42}B=\n", LOG), Malformed, "canonical base64"),
        (signed(f"{NAME}\n1\n{'A' * 43}\n", LOG), Malformed, "not base64"),
        (signed(f"{NAME}\n1\n{'_' * 43}=\n", LOG), Malformed, "not base64"),
        (signed(f"{NAME}\n1\n{'é' * 43}=\n", LOG), Malformed, "not base64"),
        (signed(f"{NAME}\n1\n{'A' * 43}= \n", LOG), Malformed, "not base64"),
    ],
)
def test_what_is_not_the_logs_word_is_refused(
    note: bytes, error: type[PeerError], words: str
) -> None:
    with pytest.raises(error, match=words) as caught:
        open_note(note, LOG.verifier)
    assert caught.value.origin == NAME


@given(st.integers(0, len(NOTE) - 1), st.integers(0, 255))
def test_no_byte_of_a_note_can_be_changed_to_another_meaning(at: int, byte: int) -> None:
    changed = bytearray(NOTE)
    changed[at] = byte
    try:
        assert open_note(bytes(changed), LOG.verifier) == HEAD
    except (Malformed, BadSignature):
        assert bytes(changed) != NOTE


@given(st.binary(max_size=300))
def test_any_other_bytes_end_in_words(noise: bytes) -> None:
    for note in (noise, NOTE + noise, noise + NOTE, NOTE.replace(b"\n\n", b"\n" + noise + b"\n")):
        with suppress(Malformed, BadSignature):
            assert open_note(note, LOG.verifier) == HEAD


def test_a_verifier_key_is_read_as_it_is_written() -> None:
    assert NoteVerifier.from_text(LOG.verifier.text) == LOG.verifier
    assert LOG.verifier.text.startswith(f"{NAME}+{LOG.verifier.key_id.hex()}+A")


def test_a_verifier_key_whose_secret_is_public_knowledge_is_refused() -> None:
    known = NoteVerifier(NAME, SecretKey.from_seed(bytes(32)).public)
    with pytest.raises(ValueError, match="public knowledge"):
        NoteVerifier.from_text(known.text)
    with pytest.raises(ValueError, match="public knowledge"):
        NoteVerifier.from_text(known.witness_text, witness=True)


def test_a_witnesss_key_is_another_than_a_logs_although_its_bytes_are_the_same() -> None:
    text = WITNESS.verifier.witness_text
    assert NoteVerifier.from_text(text, witness=True) == WITNESS.verifier
    assert WITNESS.verifier.witness_id != WITNESS.verifier.key_id
    with pytest.raises(ValueError, match="verifier key of kind 0x01"):
        NoteVerifier.from_text(text)
    with pytest.raises(ValueError, match="verifier key of kind 0x04"):
        NoteVerifier.from_text(WITNESS.verifier.text, witness=True)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "kind 0x01"),
        (NAME, "kind 0x01"),
        (f"{NAME}+00000000", "kind 0x01"),
        (f"{NAME}+00000000+AAAA", "kind 0x01"),
        (f"{NAME}+00000000+é", "kind 0x01"),
        (LOG.verifier.text + "=", "expected the verifier key"),
        (LOG.verifier.text.replace("+", "+0", 1), "expected the verifier key"),
        (LOG.verifier.text.upper(), "kind 0x01|expected the verifier key"),
        (LOG.verifier.text.replace("aurora", "hansol"), "expected the verifier key 'hansol"),
        ("a b" + LOG.verifier.text, "without spaces and plus"),
        (LOG.verifier.text.removeprefix(NAME), "without spaces and plus"),
        (NoteVerifier("x", key_of("").public).text.replace("x", "x\n"), "without spaces"),
    ],
)
def test_what_is_no_verifier_key_is_refused(text: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        NoteVerifier.from_text(text)


def test_a_witness_says_when_it_saw_a_checkpoint() -> None:
    note = NOTE + cosign(NOTE, WITNESS, 1_800_000_000)
    assert cosigned_at(note, WITNESS.verifier) == 1_800_000_000
    assert cosigned_at(NOTE, WITNESS.verifier) is None
    assert open_note(note, LOG.verifier) == HEAD


def test_the_latest_of_several_cosignatures_counts() -> None:
    lines = [cosign(NOTE, WITNESS, at) for at in (1_800_000_000, 1_800_003_600, 1_799_999_999)]
    assert cosigned_at(NOTE + b"".join(lines), WITNESS.verifier) == 1_800_003_600


def test_a_cosignature_is_laid_out_as_specified() -> None:
    """Key id, time and signature; the signature goes over two lines and the note's text."""
    _, name, encoded = cosign(NOTE, WITNESS, 1_679_315_147).decode().split(" ")
    blob = base64.b64decode(encoded)
    text = NOTE.partition(b"\n\n")[0] + b"\n"
    assert name == WITNESS.name
    assert (blob[:4], int.from_bytes(blob[4:12])) == (WITNESS.verifier.witness_id, 1_679_315_147)
    WITNESS.verifier.key.verify(blob[12:], b"cosignature/v1\ntime 1679315147\n" + text)


def test_a_log_may_cosign_itself() -> None:
    note = NOTE + cosign(NOTE, LOG, 1_800_000_000)
    assert cosigned_at(note, LOG.verifier) == 1_800_000_000
    assert open_note(note, LOG.verifier) == HEAD


def test_a_logs_signature_is_no_cosignature_nor_the_other_way_round() -> None:
    only = NOTE.partition(b"\n\n")[0] + b"\n\n" + cosign(NOTE, LOG, 1_800_000_000)
    with pytest.raises(BadSignature, match="missing"):
        open_note(only, LOG.verifier)
    assert cosigned_at(NOTE, LOG.verifier) is None


@pytest.mark.parametrize("at", [4, 11, 12, 40, 75])
def test_a_forged_cosignature_is_an_alarm(at: int) -> None:
    blob = bytearray(base64.b64decode(cosign(NOTE, WITNESS, 1_800_000_000).split()[2]))
    blob[at] ^= 1
    line = f"— {WITNESS.name} {base64.b64encode(blob).decode()}\n".encode()
    with pytest.raises(BadSignature, match="cosignature"):
        cosigned_at(NOTE + cosign(NOTE, WITNESS, 1_800_000_000) + line, WITNESS.verifier)


def test_a_cosignature_of_another_checkpoint_does_not_hold() -> None:
    other = seal_note(Checkpoint(NAME, 1, EMPTY_ROOT), LOG)
    with pytest.raises(BadSignature, match="does not fit"):
        cosigned_at(NOTE + cosign(other, WITNESS, 1_800_000_000), WITNESS.verifier)


def test_a_cosignature_without_a_signature_is_refused() -> None:
    for length in (1, 8, 71, 73):
        blob = base64.b64encode(WITNESS.verifier.witness_id + bytes(length)).decode()
        with pytest.raises(BadSignature, match="64 bytes"):
            cosigned_at(NOTE + f"— {WITNESS.name} {blob}\n".encode(), WITNESS.verifier)


@pytest.mark.parametrize("at", [1, 2**63 - 1])
def test_any_time_that_can_be_written_is_signed(at: int) -> None:
    assert cosigned_at(NOTE + cosign(NOTE, WITNESS, at), WITNESS.verifier) == at


def test_a_time_beyond_all_clocks_is_refused_although_it_is_signed() -> None:
    text = NOTE.partition(b"\n\n")[0] + b"\n"
    at = 2**63
    signature = WITNESS.signer.sign(b"cosignature/v1\ntime %d\n" % at + text)
    blob = base64.b64encode(WITNESS.verifier.witness_id + at.to_bytes(8) + signature).decode()
    with pytest.raises(BadSignature, match="time is beyond"):
        cosigned_at(NOTE + f"— {WITNESS.name} {blob}\n".encode(), WITNESS.verifier)


@pytest.mark.parametrize("at", [0, -1, 2**63])
def test_a_time_that_cannot_be_written_is_not_signed(at: int) -> None:
    with pytest.raises(ValueError, match="seconds since 1970"):
        cosign(NOTE, WITNESS, at)
