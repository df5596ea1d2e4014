"""A whole network on a researcher's disk: fetched, verified without a network, made into tables.

``gather`` follows every log that a directory holds, from its city or else from the directory's
mirror, and keeps each answer as it came. ``check`` runs the very same verification on those files
alone. Neither needs a node, an account or anybody's word.
"""

from node.app.gathering.running import check, gather
from node.app.gathering.telling import CityReport, Gathered

__all__ = ["CityReport", "Gathered", "check", "gather"]
