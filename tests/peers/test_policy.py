"""Policies: which witnesses are enough."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from peers.checkpoint import NoteSigner, cosign
from peers.policy import Policy, read_policy
from tests.simulator import Town, key_of

NAMES = ("boreal", "austral", "hansol", "lyra")
SIGNERS = {name: NoteSigner(f"{name}.example/log/public", key_of(name)) for name in NAMES}
AT = 1_790_000_000

WITNESSES = "".join(
    f"witness {name} {signer.verifier.witness_text} https://{name}.example/witness\n"
    for name, signer in SIGNERS.items()
)
TEXT = f"""# Who vouches for us.
log {Town().verifier.text}
{WITNESSES}
group north all boreal hansol   # both of them
group any-south any austral lyra
group both 2 north any-south
quorum both
"""


def test_a_policy_is_read() -> None:
    policy = read_policy(TEXT)
    assert policy.logs == (Town().verifier,)
    assert list(policy.witnesses) == list(NAMES)
    assert policy.witnesses["lyra"].url == "https://lyra.example/witness"
    assert policy.groups["both"].least == 2


@given(st.sets(st.sampled_from(NAMES)))
def test_a_quorum_is_met_as_its_groups_say(names: set[str]) -> None:
    met = {"boreal", "hansol"} <= names and bool(names & {"austral", "lyra"})
    assert read_policy(TEXT).met(names) is met


@pytest.mark.parametrize("least", [1, 2, 3, 4])
def test_a_number_is_how_many_must_vouch(least: int) -> None:
    text = f"{WITNESSES}group all-of-them {least} {' '.join(NAMES)}\nquorum all-of-them\n"
    policy = read_policy(text)
    for count in range(len(NAMES) + 1):
        for names in combinations(NAMES, count):
            assert policy.met(names) is (count >= least)


def test_without_a_quorum_nobody_has_to_vouch() -> None:
    assert Policy().met(())
    assert read_policy(f"{WITNESSES}quorum none\n").met(())
    assert read_policy("").met(())


def test_only_cosignatures_that_hold_and_are_not_too_old_count() -> None:
    town = Town()
    policy = read_policy(TEXT)
    note = town.note + cosign(town.note, SIGNERS["boreal"], AT)
    note += cosign(town.note, SIGNERS["hansol"], AT - 100)
    forged = NoteSigner(SIGNERS["lyra"].name, key_of("somebody else"))
    note += cosign(town.note, forged, AT)
    assert policy.vouching(note, since=AT) == {"boreal"}
    assert policy.vouching(note, since=AT - 100) == {"boreal", "hansol"}


KEY = SIGNERS["boreal"].verifier.witness_text


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("quorum boreal\n", "line 1: expected a witness or group above"),
        ("witness boreal nonsense\nquorum none\n", "line 1: expected a verifier key"),
        (f"witness boreal {KEY}\n", "expected a line 'quorum NAME'"),
        (f"witness boreal {KEY}\nwitness again {KEY}\nquorum none\n", "line 2: expected each key"),
        (f"witness none {KEY}\nquorum none\n", "line 1: expected a name of its own"),
        (f"witness a {KEY}\ngroup a all a\nquorum none\n", "line 2: expected a name of its own"),
        (f"witness a {KEY}\ngroup g 2 a\nquorum g\n", "line 2: expected all, any or 1 to 1"),
        (f"witness a {KEY}\ngroup g 0 a\nquorum g\n", "line 2: expected all, any or 1 to 1"),
        (f"witness a {KEY}\ngroup g 1 a a\nquorum g\n", "line 2: expected names from above"),
        ("group g any g\nquorum g\n", "line 1: expected names from above"),
        ("quorum none\nquorum none\n", "line 2: expected 'log', 'witness'"),
        ("vouch boreal\n", "line 1: expected 'log', 'witness'"),
    ],
)
def test_a_mistake_is_named_with_its_line(text: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        read_policy(text)
