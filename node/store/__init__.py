"""Where a node keeps things: one port for each kind of state, and its backends."""
