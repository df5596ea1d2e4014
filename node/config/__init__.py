"""The node's settings: a TOML file and the environment, read once into frozen values.

A value comes from a flag, else from the environment (``INTERCITY_<SECTION>__<KEY>``), else from
the file, else from its default; ``Config.origins`` says which. Everything that is wrong is said at
once, with the line where there is one.
"""

from node.config.example import example_text
from node.config.model import (
    Config,
    DeskSettings,
    LogSettings,
    NodeSettings,
    Origin,
    QuerySettings,
    Role,
    ServerSettings,
    SyncSettings,
    WitnessSettings,
)
from node.config.reading import load
from node.config.units import duration, in_words, size

__all__ = [
    "Config",
    "DeskSettings",
    "LogSettings",
    "NodeSettings",
    "Origin",
    "QuerySettings",
    "Role",
    "ServerSettings",
    "SyncSettings",
    "WitnessSettings",
    "duration",
    "example_text",
    "in_words",
    "load",
    "size",
]
