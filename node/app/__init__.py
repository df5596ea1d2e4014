"""The composition root: the only place where a node's parts meet, and where the clock is read.

``build`` opens the stores and gathers them into a ``Home``; ``serve`` adds the server, the jobs and
the control socket. Several nodes can live in one process, each with a folder of its own.
"""

from node.app.building import build
from node.app.hosting import Homestead, add_home, hand_over, homes_in, serve_homes
from node.app.journal import start_journal
from node.app.making import Made, make_node
from node.app.restoring import Restored, restore_node
from node.app.running import one_call, run_node, serve

__all__ = [
    "Homestead",
    "Made",
    "Restored",
    "add_home",
    "build",
    "hand_over",
    "homes_in",
    "make_node",
    "one_call",
    "restore_node",
    "run_node",
    "serve",
    "serve_homes",
    "start_journal",
]
