"""Changing keys, and what those who follow make of it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from node.errors import Refused
from node.service.append import resume
from node.service.contacts import contact_of, document_of_peer, follow
from node.service.home import Home
from node.service.publish import publish
from node.service.records import receipt
from node.service.replicate import PeerReport, sync_all
from node.service.rotate import Rotated, rotate
from node.service.verify import verify
from node.store.ports import Audience
from peers.checkpoint import NoteVerifier, open_note
from peers.did import write_document
from peers.encoding import jcs
from peers.keychange import recovery_hash
from peers.keys import SecretKey
from tests.homes import Clock, Web, home_of, practice, recovery_of

AURORA, HANSOL = "https://aurora.example", "https://hansol.example"
ALL = ("record", "log", "http")
NEXT = recovery_hash(recovery_of("the next one").public)


@pytest.fixture
def web() -> Web:
    return Web()


@pytest.fixture
async def aurora(web: Web) -> Home:
    return await home_of(AURORA, web=web, clock=Clock())


@pytest.fixture
async def hansol(web: Web, aurora: Home) -> Home:
    home = await home_of(HANSOL, web=web)
    await follow(home, AURORA)
    return home


async def ask(home: Home) -> PeerReport:
    [report] = await sync_all(home)
    return report


async def recovered(home: Home, *purposes: str, since: str = "", key: str = AURORA) -> Rotated:
    return await rotate(
        home,
        purposes,
        recovery=recovery_of(key),
        next_recovery_hash=NEXT,
        stolen_since=since,
    )


async def test_every_log_has_the_change_and_both_log_keys_sign_it(aurora: Home) -> None:
    old = aurora.keys.log.public
    done = await rotate(aurora, ALL)
    assert set(done.places) == set(aurora.logs.values())
    assert aurora.record_method.endswith("#record-2")
    assert aurora.http_method.endswith("#http-2")
    for log in aurora.logs.values():
        note = await aurora.ledger.note(log)
        assert note is not None
        for key in (old, aurora.keys.log.public):
            assert open_note(note, NoteVerifier(log, key)).size == 2
    assert list(aurora.document.record_keys) == [
        f"{aurora.document.did}#record-{n}" for n in (1, 2)
    ]
    assert await aurora.desk.staged() == []


async def test_a_follower_takes_over_keys_that_the_log_names(aurora: Home, hansol: Home) -> None:
    before = await publish(aurora, practice())
    assert not (await ask(hansol)).error
    await rotate(aurora, ALL)
    after = await publish(aurora, practice())
    report = await ask(hansol)
    assert (report.error, report.quarantined, report.new) == ("", (), 1)
    pinned = (await contact_of(hansol, AURORA)).document
    assert pinned == write_document(aurora.document)
    for one in (before, after):
        assert (await hansol.ledger.latest(one.iri)) is not None


async def test_a_follower_that_was_away_catches_up(aurora: Home, hansol: Home) -> None:
    await ask(hansol)
    for _ in range(3):
        await publish(aurora, practice())
        await rotate(aurora, ALL)
    await recovered(aurora, "log")
    await publish(aurora, practice())
    report = await ask(hansol)
    assert (report.error, report.quarantined, report.new) == ("", (), 4)
    assert document_of_peer(await contact_of(hansol, AURORA)) == aurora.document


async def test_who_follows_later_verifies_old_records_with_old_keys(web: Web, aurora: Home) -> None:
    await publish(aurora, practice())
    await rotate(aurora, ALL)
    await rotate(aurora, ["record"])
    await publish(aurora, practice())
    late = await home_of("https://late.example", web=web)
    await follow(late, AURORA)
    report = await ask(late)
    assert (report.error, report.quarantined, report.new) == ("", (), 2)


async def test_a_follower_between_the_log_and_the_document_is_not_alarmed(
    web: Web, aurora: Home, hansol: Home
) -> None:
    """The document is put in place after the commit; whoever asks in between sees the old one."""
    await ask(hansol)
    web.instead[f"{AURORA}/.well-known/did.json"] = write_document(aurora.document)
    await rotate(aurora, ALL)
    assert not (await ask(hansol)).error
    del web.instead[f"{AURORA}/.well-known/did.json"]
    await publish(aurora, practice())
    assert not (await ask(hansol)).error
    assert document_of_peer(await contact_of(hansol, AURORA)) == aurora.document


async def test_new_keys_that_the_log_does_not_name_are_an_alarm(
    web: Web, aurora: Home, hansol: Home
) -> None:
    await ask(hansol)
    pinned = (await contact_of(hansol, AURORA)).document
    twin = await home_of(AURORA, clock=Clock())
    await rotate(twin, ALL)
    web.instead[f"{AURORA}/.well-known/did.json"] = write_document(twin.document)
    await publish(aurora, practice())
    report = await ask(hansol)
    assert report.exit_code == 4
    assert "its log does not say so" in report.error
    assert (await hansol.ledger.head(aurora.logs[Audience.PUBLIC])).size == 1
    assert (await contact_of(hansol, AURORA)).document == pinned


async def test_a_checkpoint_by_a_key_that_only_the_document_names_is_an_alarm(
    web: Web, aurora: Home, hansol: Home
) -> None:
    await publish(aurora, practice())
    await ask(hansol)
    thief = SecretKey.from_seed(b"t" * 32)
    method = f"{aurora.document.did}#log-2"
    aurora.own.document = replace(
        aurora.document, log_keys={**aurora.document.log_keys, method: thief.public}
    )
    aurora.own.keys = replace(aurora.keys, log=thief)
    await publish(aurora, practice())
    report = await ask(hansol)
    assert report.exit_code == 4
    assert "its log does not say so" in report.error


async def test_what_was_signed_in_wrong_hands_is_taken_back_everywhere(
    aurora: Home, hansol: Home
) -> None:
    honest = await publish(aurora, practice())
    await ask(hansol)
    since = aurora.stamp()
    forged = await publish(aurora, practice())
    await rotate(aurora, ["record"])  # The thief can do that, too.
    also = await publish(aurora, practice())
    await ask(hansol)
    assert await hansol.ledger.latest(forged.iri) is not None
    done = await recovered(aurora, *ALL, since=since)
    assert done.taken_back == 2
    again = await publish(aurora, practice())
    report = await ask(hansol)
    assert not report.error
    for home in (aurora, hansol):
        for one in (honest, again):
            assert await home.ledger.latest(one.iri) is not None
        for one in (forged, also):
            assert await home.ledger.latest(one.iri) is None
            [held] = await home.ledger.versions(one.iri)
            assert "wrong hands" in held.verdict.reason
    assert f"{aurora.document.did}#record-2" in aurora.document.revoked
    anew = await publish(aurora, practice("Lo mismo, y nuestro", id=forged.iri))
    assert anew.version == 2
    assert (await ask(hansol)).quarantined == ()
    assert await hansol.ledger.latest(forged.iri) is not None
    assert document_of_peer(await contact_of(hansol, AURORA)) == aurora.document


async def test_a_recovery_works_without_the_keys_that_were_lost(aurora: Home, hansol: Home) -> None:
    await ask(hansol)
    await recovered(aurora, *ALL)
    for log in aurora.logs.values():
        note = await aurora.ledger.note(log)
        assert note is not None
        assert open_note(note, NoteVerifier(log, aurora.keys.log.public)).size == 2
    report = await ask(hansol)
    assert not report.error
    assert document_of_peer(await contact_of(hansol, AURORA)) == aurora.document


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"purposes": []}, "at least one key"),
        ({"purposes": ["witness"]}, "record, log, http"),
        ({"purposes": ["record"], "stolen_since": "2026-01-01T00:00:00Z"}, "--recovery"),
        ({"purposes": ["record"], "recovery": recovery_of(AURORA)}, "good once"),
        (
            {
                "purposes": ["record"],
                "recovery": recovery_of("another"),
                "next_recovery_hash": NEXT,
            },
            "expected the recovery key",
        ),
    ],
)
async def test_a_change_that_is_not_ours_to_make_is_refused(
    aurora: Home, arguments: dict[str, object], words: str
) -> None:
    sizes = [(await aurora.ledger.head(log)).size for log in aurora.logs.values()]
    with pytest.raises(Refused, match=words):
        await rotate(aurora, **arguments)  # type: ignore[arg-type]
    assert [(await aurora.ledger.head(log)).size for log in aurora.logs.values()] == sizes
    assert await aurora.desk.staged() == []
    assert (await publish(aurora, practice())).index == 1


async def test_a_recovery_key_is_good_once(aurora: Home) -> None:
    await recovered(aurora)
    with pytest.raises(Refused, match="expected the recovery key"):
        await recovered(aurora, "record")
    assert aurora.record_method.endswith("#record-1")


async def test_old_receipts_and_records_hold_after_a_change(
    web: Web, aurora: Home, hansol: Home
) -> None:
    done = await publish(aurora, practice())
    before = jcs(await receipt(aurora, done.iri))
    await rotate(aurora, ALL)
    after = jcs(await receipt(aurora, done.iri))
    for follows in (False, True):
        for held in (before, after):
            web.instead[f"{done.iri}/v/1/receipt.json"] = held
            steps = await verify(hansol, done.iri)
            assert all(one.ok for one in steps), [one for one in steps if not one.ok]
        if not follows:
            await ask(hansol)
    stranger = await home_of("https://stranger.example", web=web)
    steps = await verify(stranger, done.iri)
    assert all(one.ok for one in steps), steps
    assert any("1 changes of keys" in one.detail for one in steps)


async def test_a_change_that_a_crash_cut_off_is_finished_at_the_next_start(aurora: Home) -> None:
    """Whatever of it was done: nothing, the members' log alone, or both logs."""
    for done in range(3):
        number = int(aurora.record_method.rpartition("-")[2])
        staged = await _cut_off(aurora, after=done)
        assert staged
        await resume(aurora)
        assert aurora.record_method.endswith(f"#record-{number + 1}")
        assert await aurora.desk.staged() == []
        sizes = {(await aurora.ledger.head(log)).size for log in aurora.logs.values()}
        assert sizes == {number + 1}


class _Killed(BaseException):
    """What a crash is to the code that it cuts off."""


async def _cut_off(home: Home, after: int) -> int:
    """Begin a change of keys and stop after some commits, as a kill would; what is staged then."""
    commit, desk_unstage, count = home.ledger.commit, home.desk.unstage, 0

    async def commit_until(*args: object, **named: object) -> None:
        nonlocal count
        if count == after:
            raise _Killed
        count += 1
        await commit(*args, **named)  # type: ignore[arg-type]

    async def never(staged: object) -> None:
        raise _Killed

    home.ledger.commit = commit_until  # type: ignore[method-assign]
    home.desk.unstage = never  # type: ignore[method-assign]
    try:
        with pytest.raises(_Killed):
            await rotate(home, ALL)
    finally:
        home.ledger.commit = commit  # type: ignore[method-assign]
        home.desk.unstage = desk_unstage  # type: ignore[method-assign]
    return len(await home.desk.staged())
