"""The node's operations by name, with JSON in and out: what commands run, whoever runs them.

``OPERATIONS`` is the one table. A command that finds the node serving sends the name through its
control socket; one that does not opens the stores and runs the same function itself.
"""

from node.control.line import NotServed, call_line, listening
from node.control.operations import OPERATIONS, Operations, run

__all__ = ["OPERATIONS", "NotServed", "Operations", "call_line", "listening", "run"]
