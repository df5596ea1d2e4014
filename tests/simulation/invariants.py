"""What must be true of an honest network, whatever happened to it."""

from __future__ import annotations

from collections.abc import Sequence

from node.service.home import Home
from node.store.ports import Audience
from peers.log import EntryKind, LogId
from tests.simulation.world import Node, World

__all__ = ["Broken", "check_always", "check_in_the_end", "holders_of_both"]


class Broken(AssertionError):
    """A promise of the network does not hold."""


async def check_always(world: World, liar: str = "") -> None:
    """At any moment: nobody honest is accused, and a copy is what its log says."""
    honest = [node for node in world.nodes.values() if node.name != liar]
    for node in honest:
        await _accuses_only(node, liar)
        for other in honest:
            if other is not node:
                await _is_prefix(node, other)


async def check_in_the_end(world: World, liar: str = "") -> None:
    """When everybody could talk for a while: nothing is lost, and everybody has everything."""
    honest = [node for node in world.nodes.values() if node.name != liar]
    await check_always(world, liar)
    for node in honest:
        if not node.home.standing.open and not await _is_lost(node, honest):
            raise Broken(f"{node.name} may not sign: {node.home.standing.reason}")
        await _kept_its_word(node)
        for follower in honest:
            if await follower.home.desk.contact(node.did):
                await _is_whole(follower, node)
        for writer in honest:
            await _is_erased(node, writer)


async def holders_of_both(world: World, one: Home, other: Home) -> tuple[set[str], set[str]]:
    """Who holds entries that only one of a liar's two faces has published."""
    log = one.logs[Audience.PUBLIC]
    faces = [await _leaves(home, log) for home in (one, other)]
    common = 0
    while all(common < len(face) for face in faces) and faces[0][common] == faces[1][common]:
        common += 1
    held: tuple[set[str], set[str]] = set(), set()
    for node in world.nodes.values():
        if node.home.base_url == one.base_url:
            continue
        copy = await _leaves(node.home, log)
        for face, names in zip(faces, held, strict=True):
            if len(copy) > common and copy[common : common + 1] == face[common : common + 1]:
                names.add(node.name)
    return held


async def _is_lost(node: Node, honest: Sequence[Node]) -> bool:
    """Whether a node rightly stays silent: it had more that is vouched for, and nobody holds it."""
    log = node.home.logs[Audience.PUBLIC]
    most = max([(await one.home.ledger.head(log)).size for one in honest])
    return node.home.standing.behind and most == (await node.home.ledger.head(log)).size


async def _accuses_only(node: Node, liar: str) -> None:
    for contact in await node.home.desk.contacts():
        if contact.state == "frozen" and contact.did != f"did:web:{liar}":
            raise Broken(f"{node.name} has frozen {contact.did}, which is honest: {contact.error}")
    quarantined = [
        one for one in await node.home.ledger.quarantined() if not one.log.startswith(f"{liar}/")
    ]
    if quarantined:
        first = quarantined[0]
        raise Broken(
            f"{node.name} has quarantined entry {first.index} of {first.log}: "
            f"{first.verdict.reason}"
        )


async def _is_prefix(node: Node, other: Node) -> None:
    log = other.home.logs[Audience.PUBLIC]
    copy, own = await _leaves(node.home, log), await _leaves(other.home, log)
    common = min(len(copy), len(own))
    if copy[:common] != own[:common]:
        raise Broken(f"{node.name} holds another history of {log} than {other.name} itself")
    if len(copy) > len(own) and other.home.standing.open and other.alive:
        raise Broken(f"{other.name} may sign with {len(own)} entries; {node.name} has {len(copy)}")


async def _is_whole(follower: Node, node: Node) -> None:
    log = node.home.logs[Audience.PUBLIC]
    held, own = await follower.home.ledger.head(log), await node.home.ledger.head(log)
    if held != own:
        raise Broken(f"{follower.name} holds {held.size} of {own.size} entries of {log}")


async def _kept_its_word(node: Node) -> None:
    log = node.home.logs[Audience.PUBLIC]
    for (iri, version), digest in node.said.items():
        held = await node.home.ledger.find(log, iri, version)
        if held is None or held.entry.digest != digest:
            raise Broken(f"{node.name} acknowledged version {version} of {iri} and has lost it")
        if held.body is None and iri not in node.erasing:
            raise Broken(f"{node.name} has lost the text of version {version} of {iri}")


async def _is_erased(node: Node, writer: Node) -> None:
    for iri in writer.erased:
        for held in await node.home.ledger.versions(iri):
            if held.body is not None and held.entry.kind is not EntryKind.DELETE:
                raise Broken(f"{node.name} still holds the text of {iri}, which was erased")


async def _leaves(home: Home, log: LogId) -> list[bytes]:
    return await home.ledger.leaves(log, 0, (await home.ledger.head(log)).size)
