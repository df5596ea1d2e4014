"""Many runs: ``python -m tests.simulation --seeds 0-999 --lies fork``.

Each prints a line; a promise that does not hold ends with exit code 1, and its seed makes it happen
again: ``--seeds 17 --tell`` prints what befell whom.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from functools import partial

import structlog

from tests.simulation.invariants import Broken
from tests.simulation.story import LIES, Story, play
from tests.simulation.world import World

QUIET = 50
"""Only what is critical: nodes in trouble have much to say."""


def run(seed: int, story: Story) -> tuple[int, str, float, list[str]]:
    """Seed, what was broken (nothing, where all is well), seconds, and what happened."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(QUIET))
    world, began, broken = World(seed), time.perf_counter(), ""
    try:
        asyncio.run(play(world, story))
    except Broken as exc:
        broken = str(exc)
    return seed, broken, time.perf_counter() - began, world.happened


def main() -> int:
    """Run them all, as many at a time as there are cores."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("--seeds", default="0-9", help="one, or a range such as 0-999")
    parser.add_argument("--lies", default="", choices=LIES)
    parser.add_argument("--nodes", type=int, default=Story().nodes)
    parser.add_argument("--days", type=int, default=Story().days)
    parser.add_argument("--tell", action="store_true", help="print what happened")
    asked = parser.parse_args()
    first, _, last = asked.seeds.partition("-")
    seeds = range(int(first), int(last or first) + 1)
    story = Story(nodes=asked.nodes, days=asked.days, lies=asked.lies)
    failed = 0
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        for seed, broken, took, happened in pool.map(partial(run, story=story), seeds):
            failed += bool(broken)
            lines = happened if asked.tell else []
            said = [*lines, f"{seed}: {broken or 'ok'} ({took:.1f} s)"]
            sys.stdout.write("".join(f"{line}\n" for line in said))
            sys.stdout.flush()
    return int(bool(failed))


if __name__ == "__main__":
    sys.exit(main())
