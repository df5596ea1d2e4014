"""What a network asks of those who join it."""

from __future__ import annotations

from pydantic import Field

from node.config.kinds import Section

__all__ = ["NetworkSettings"]


class NetworkSettings(Section):
    """What a network asks of the cities that apply to it (role = "network")."""

    term_years: int = Field(
        default=3, ge=1, le=10, description="Years of a membership, where nobody says otherwise."
    )
    data_policy: str = Field(
        default="1",
        min_length=1,
        max_length=50,
        description="Version of the data policy that a city accepts when it applies.",
    )
    data_policy_url: str = Field(
        default="",
        max_length=2000,
        description="Where it can be read; empty: the page /licence of this node.",
        examples=["https://network.example/data-policy"],
    )
