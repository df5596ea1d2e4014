"""One city's, or one network's, node: it alone knows both the vocabulary and the federation."""

__version__ = "0.1.0"
