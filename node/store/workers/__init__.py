"""Processes that answer strangers' SPARQL queries, so that none runs in the node's own.

``pool`` is the node's side of them; the rest is what a worker needs. Nothing is imported here: a
worker gives up the network before it loads the engine, and starts in the blink of an eye.
"""
