"""IRIs of the vocabulary: namespaces and the pinned contexts."""

from __future__ import annotations

from typing import Final

__all__ = ["CONTEXT_URL", "DATA_INTEGRITY_URL", "FW", "IC"]

FW: Final = "https://w3id.org/intercity/framework/"
IC: Final = "https://w3id.org/intercity/ns#"
CONTEXT_URL: Final = "https://w3id.org/intercity/context/v1.jsonld"
DATA_INTEGRITY_URL: Final = "https://w3id.org/security/data-integrity/v2"
