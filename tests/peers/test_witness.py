"""Witnesses: they vouch for what only grew, and say why not for the rest."""

from __future__ import annotations

import base64

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
)
from peers.errors import BadSignature, Malformed
from peers.limits import Limits
from peers.merkle import consistency_path, leaf_hash
from peers.witness import (
    AddCheckpoint,
    Cosigned,
    Declined,
    Outcome,
    collect,
    consider,
    read_request,
    timed,
    vouched,
    with_lines,
    write_request,
)
from tests.simulator import Town, key_of

WITNESS = NoteSigner("boreal.example/witness", key_of("boreal witness"))
AT = 1_790_000_000


class Desk:
    """A witness with what it holds of one log; each step is kept as a witness must."""

    def __init__(self, town: Town) -> None:
        self.verifier = town.verifier
        self.held: bytes | None = None

    def take(self, body: bytes, *, at: int = AT) -> Outcome:
        outcome = consider(read_request(body), self.held, self.verifier, WITNESS, at=at)
        if isinstance(outcome, Cosigned):
            self.held = outcome.keep
        return outcome


def wish(town: Town, old: int) -> bytes:
    """What an honest log asks of a witness that holds its first ``old`` entries."""
    hashes = [leaf_hash(leaf) for leaf in town.leaves]
    proof = consistency_path(old, hashes) if old else ()
    return write_request(town.note, old=old, proof=proof)


def declined(outcome: Outcome, status: int, words: str) -> Declined:
    assert isinstance(outcome, Declined)
    assert (outcome.status, words in outcome.reason) == (status, True), outcome
    return outcome


@given(st.lists(st.integers(0, 40), min_size=1, max_size=6))
def test_a_log_that_only_grows_is_vouched_for_each_time(growths: list[int]) -> None:
    town = Town()
    desk, size = Desk(town), 0
    for number, growth in enumerate(growths):
        town.publish_many(growth)
        outcome = desk.take(wish(town, size), at=AT + number)
        assert isinstance(outcome, Cosigned)
        size += growth
        assert outcome.checkpoint.size == size
        assert cosigned_at(town.note + outcome.lines, WITNESS.verifier) == AT + number
        assert open_note(outcome.keep, town.verifier) == outcome.checkpoint
        assert cosigned_at(outcome.keep, WITNESS.verifier) == AT + number


@given(st.integers(1, 60), st.integers(0, 30), st.integers(0, 59), st.integers(0, 9))
def test_no_other_past_is_vouched_for(size: int, growth: int, index: int, rounds: int) -> None:
    """Whatever proof a forger makes of its new leaves, it does not lead from the old root."""
    town = Town()
    town.publish_many(size)
    desk = Desk(town)
    assert isinstance(desk.take(wish(town, 0)), Cosigned)
    for number in range(growth):
        town.publish({"new": number, "round": rounds})
    town.fork(index % size)
    outcome = desk.take(wish(town, size))
    assert isinstance(outcome, Declined)
    assert outcome.status == 422


def test_two_roots_of_one_size_are_kept_as_evidence() -> None:
    town = Town()
    town.publish_many(5)
    desk = Desk(town)
    desk.take(wish(town, 0))
    before, honest = desk.held, town.note
    town.fork(3)
    outcome = declined(desk.take(write_request(town.note, old=5, proof=())), 422, "two histories")
    assert before is not None
    assert outcome.evidence == (before, town.note)
    roots = {open_note(note, town.verifier).root for note in (*outcome.evidence, honest)}
    assert len(roots) == 2
    assert desk.held == before


def test_the_same_checkpoint_is_vouched_for_again_with_a_later_time() -> None:
    town = Town()
    town.publish_many(3)
    desk = Desk(town)
    desk.take(wish(town, 0))
    outcome = desk.take(wish(town, 3), at=AT + 3600)
    assert isinstance(outcome, Cosigned)
    assert desk.held is not None
    assert cosigned_at(desk.held, WITNESS.verifier) == AT + 3600
    assert desk.held.count("—".encode()) == 2, "it does not grow with the hours"


def test_an_older_checkpoint_cannot_take_the_place_of_a_newer_one() -> None:
    """However often it is asked: the witness says what it holds, and keeps it."""
    town = Town()
    town.publish_many(3)
    early = wish(town, 0)
    town.publish_many(4)
    desk = Desk(town)
    desk.take(wish(town, 0))
    held = desk.held
    outcome = declined(desk.take(early), 409, "7 entries are held")
    assert (outcome.body, outcome.media_type) == ("7\n", "text/x.tlog.size")
    assert desk.held == held


@pytest.mark.parametrize("old", [0, 2, 4])
def test_a_proof_from_another_size_is_answered_with_the_size(old: int) -> None:
    town = Town()
    town.publish_many(3)
    desk = Desk(town)
    desk.take(wish(town, 0))
    town.publish_many(3)
    outcome = declined(desk.take(wish(town, old)), 409, "3 entries are held")
    assert outcome.body == "3\n"


def test_a_witness_that_holds_nothing_says_zero() -> None:
    town = Town()
    town.publish_many(3)
    outcome = declined(Desk(town).take(wish(town, 2)), 409, "0 entries are held")
    assert outcome.body == "0\n"


def test_a_log_that_is_not_known_is_not_found() -> None:
    town = Town("stranger.example/log/public")
    request = read_request(wish(town, 0))
    for verifier in (None, Town().verifier):
        outcome = consider(request, None, verifier, WITNESS, at=AT)
        refused = declined(outcome, 404, "no log stranger.example/log/public")
        assert (refused.body, refused.media_type) == (f"{refused.reason}\n", "text/plain")


def test_a_checkpoint_that_its_log_did_not_sign_is_forbidden() -> None:
    town, forger = Town(), Town("forger.example/log/public")
    desk = Desk(town)
    town.impersonate(forger)
    declined(desk.take(write_request(town.note, old=0, proof=())), 403, "own signature is missing")
    town.sign()
    note = town.note.decode()
    broken = note[:-10] + ("A" if note[-10] != "A" else "B") + note[-9:]
    declined(desk.take(write_request(broken.encode(), old=0, proof=())), 403, "does not fit")
    assert desk.held is None


def test_an_old_size_beyond_the_new_one_is_a_bad_request() -> None:
    town = Town()
    town.publish_many(2)
    outcome = Desk(town).take(write_request(town.note, old=3, proof=()))
    declined(outcome, 400, "expected an old size up to 2, found 3")


def test_proofs_that_do_not_hold_are_not_processed() -> None:
    town = Town()
    town.publish_many(5)
    desk = Desk(town)
    some = (bytes(32),)
    declined(desk.take(write_request(town.note, old=0, proof=some)), 422, "expected no proof")
    desk.take(wish(town, 0))
    declined(desk.take(write_request(town.note, old=5, proof=some)), 422, "no use")
    town.publish_many(6)
    good = read_request(wish(town, 5)).proof
    for proof in ((), good[:-1], (*good, bytes(32)), good[::-1], (bytes(32), *good[1:])):
        outcome = desk.take(write_request(town.note, old=5, proof=proof))
        assert isinstance(outcome, Declined)
        assert (outcome.status, outcome.evidence) == (422, ())
    assert isinstance(desk.take(wish(town, 5)), Cosigned)


def test_a_log_without_entries_has_one_root() -> None:
    town = Town()
    assert isinstance(Desk(town).take(wish(town, 0)), Cosigned)
    odd = seal_note(Checkpoint(town.log, 0, bytes(32)), town.signer)
    outcome = Desk(town).take(write_request(odd, old=0, proof=()))
    declined(outcome, 422, "the root of an empty tree")
    desk = Desk(town)
    desk.take(wish(town, 0))
    outcome = desk.take(write_request(odd, old=0, proof=()))
    assert declined(outcome, 422, "two histories").evidence[1] == odd


# --- the form of a request -----------------------------------------------------------------------


@given(
    st.integers(0, 10**15),
    st.lists(st.binary(min_size=32, max_size=32), max_size=63),
    st.integers(0, 5),
)
def test_a_request_is_read_back(old: int, proof: list[bytes], size: int) -> None:
    town = Town()
    town.publish_many(size)
    expected = AddCheckpoint(old=old, proof=tuple(proof), note=town.note, origin=town.log)
    assert read_request(write_request(town.note, old=old, proof=proof)) == expected


HASH = base64.b64encode(bytes(32))


@pytest.mark.parametrize(
    ("head", "words"),
    [
        (b"", "expected 'old <size>'"),
        (b"old", "expected 'old <size>'"),
        (b"old ", "expected 'old <size>'"),
        (b"old -1", "expected 'old <size>'"),
        (b"old 01", "expected 'old <size>'"),
        (b"old  1", "expected 'old <size>'"),
        (b"old 1 ", "expected 'old <size>'"),
        (b"old 1\r", "expected 'old <size>'"),
        (b"OLD 1", "expected 'old <size>'"),
        (b"old 99999999999999999", "expected 'old <size>'"),
        ("old ١".encode(), "in ASCII"),
        (b"old 1\n" + HASH[:-1], "expected a hash"),
        (b"old 1\n" + HASH + b"=", "expected a hash"),
        (b"old 1\n" + HASH[:-2] + b"B=", "expected a hash"),
        (b"old 1\n" + HASH.replace(b"A", b"-"), "expected a hash"),
        (b"old 1\n " + HASH, "expected a hash"),
        (b"old 1\n" + b"\n".join([HASH] * 64), "at most 63 lines of proof, found 64"),
    ],
)
def test_another_form_of_request_is_refused(head: bytes, words: str) -> None:
    town = Town()
    with pytest.raises(Malformed, match=words):
        read_request(head + b"\n\n" + town.note)


def test_a_request_has_a_checkpoint_of_a_usual_length() -> None:
    town = Town()
    with pytest.raises(Malformed, match="of a usual length"):
        read_request(wish(town, 0), limits=Limits(note=len(town.note) - 1))
    with pytest.raises(Malformed, match="expected a signed note"):
        read_request(b"old 0\n\n")
    with pytest.raises(Malformed, match="a blank line"):
        read_request(b"old 0\n")


@given(st.binary(max_size=200))
def test_any_bytes_are_a_request_or_refused_in_words(data: bytes) -> None:
    for body in (data, b"old 0\n\n" + data, b"old 0\n" + data + b"\n\n" + Town().note):
        try:
            request = read_request(body)
        except Malformed:
            continue
        assert request.note in body


@pytest.mark.parametrize("proof", [[bytes(32)] * 64, [bytes(31)], [b""]])
def test_what_is_no_proof_is_not_sent(proof: list[bytes]) -> None:
    with pytest.raises(ValueError, match="at most 63 hashes of 32 bytes"):
        write_request(Town().note, old=1, proof=proof)


# --- what a log does with the answers ------------------------------------------------------------


def witness(name: str) -> NoteSigner:
    return NoteSigner(f"{name}.example/witness", key_of(f"{name} witness"))


def test_an_answer_is_added_to_the_note_if_it_holds() -> None:
    note = Town().note
    answer = cosign(note, WITNESS, AT)
    assert collect(note, answer, WITNESS.verifier, now=AT) == note + answer


def test_lines_of_keys_that_we_do_not_know_are_dropped() -> None:
    note = Town().note
    stranger = cosign(note, witness("stranger"), AT)
    namesake = cosign(note, NoteSigner(WITNESS.name, key_of("another")), AT)
    ours = cosign(note, WITNESS, AT)
    answer = stranger + ours + namesake
    assert collect(note, answer, WITNESS.verifier, now=AT) == note + ours


@pytest.mark.parametrize("answer", [b"", b"\n", b"ok", b"409\n", b"<html>", b"\xff", b"a\n\nb\n"])
def test_an_answer_that_is_no_signature_line_is_refused(answer: bytes) -> None:
    with pytest.raises(Malformed):
        collect(Town().note, answer, WITNESS.verifier, now=AT)


def test_a_signature_on_another_checkpoint_is_refused() -> None:
    town = Town()
    before = town.note
    town.publish_many(1)
    with pytest.raises(BadSignature, match="does not fit"):
        collect(town.note, cosign(before, WITNESS, AT), WITNESS.verifier, now=AT)
    with pytest.raises(BadSignature, match="expected its cosignature, found none"):
        collect(town.note, cosign(town.note, witness("stranger"), AT), WITNESS.verifier, now=AT)


def test_a_time_to_come_is_refused() -> None:
    note = Town().note
    collect(note, cosign(note, WITNESS, AT + 300), WITNESS.verifier, now=AT)
    with pytest.raises(BadSignature, match="check clocks"):
        collect(note, cosign(note, WITNESS, AT + 301), WITNESS.verifier, now=AT)


def test_witnesses_are_counted_by_key_each_verified_none_too_old() -> None:
    note = Town().note
    one, two, three = witness("one"), witness("two"), witness("three")
    alias = NoteSigner("alias.example/witness", one.signer)
    signed = note + b"".join(
        [
            cosign(note, one, AT),
            cosign(note, one, AT + 1),
            cosign(note, alias, AT),
            cosign(note, two, AT - 1000),
        ]
    )
    everybody = [signer.verifier for signer in (one, two, three, alias)]
    assert vouched(signed, everybody, since=0) == 2
    assert vouched(signed, everybody, since=AT) == 1
    assert vouched(signed, [], since=0) == 0
    assert vouched(note, everybody, since=0) == 0


def test_a_line_that_does_not_hold_counts_for_nobody() -> None:
    town = Town()
    before = town.note
    town.publish_many(1)
    one, two = witness("one"), witness("two")
    signed = town.note + cosign(before, one, AT) + cosign(town.note, two, AT)
    verifiers: list[NoteVerifier] = [one.verifier, two.verifier]
    assert vouched(signed, verifiers, since=0) == 1


def test_a_log_says_when_it_was_last_alive_in_one_line() -> None:
    town = Town()
    log = NoteSigner(town.log, town.signer.signer)
    first = timed(town.note, log, AT)
    again = timed(first, log, AT + 60)
    assert (cosigned_at(first, town.verifier), cosigned_at(again, town.verifier)) == (AT, AT + 60)
    assert open_note(again, town.verifier) == open_note(town.note, town.verifier)
    assert len(again) == len(first)


def test_of_one_witness_the_last_line_stays_and_others_stay_as_they_are() -> None:
    note = Town().note
    other = cosign(note, witness("stranger"), AT)
    both = with_lines(note + cosign(note, WITNESS, AT), other)
    renewed = with_lines(both, cosign(note, WITNESS, AT + 5))
    assert cosigned_at(renewed, WITNESS.verifier) == AT + 5
    assert cosigned_at(renewed, witness("stranger").verifier) == AT
    assert renewed.count(b"\n") == both.count(b"\n")
