"""The Guidance framework for creating a Human Rights City, as objects.

``load()`` reads one compiled file in a few milliseconds. The source is Turtle and tables of labels
(``vocab/data/framework.ttl``, ``schemes/``, ``labels/``); ``python scripts/terms.py`` compiles it.
"""

from vocab.framework.model import Action, Concept, Framework, Scheme, load
from vocab.framework.triples import about

__all__ = ["Action", "Concept", "Framework", "Scheme", "about", "load"]
