"""Commands of peer learning: who could teach us, whom could we teach, and what came of it."""

from __future__ import annotations

from typing import Any

import click

from node.cli.console import Console, plain
from node.cli.session import call

__all__ = ["pair"]


@click.group()
def pair() -> None:
    """Find cities to learn from or to teach, and agree with them.

    Example: intercity pair suggest --explain
    """


@pair.command("suggest")
@click.option("--explain", is_flag=True, help="Every reason, with the records behind it.")
@click.option("--limit", default=10, show_default=True, type=click.IntRange(1, 100))
@click.pass_obj
def suggest(console: Console, explain: bool, limit: int) -> None:
    """Cities that could help with what we need, with the reasons.

    The order follows signed needs, offers and records; it is a way to find each other, and no
    judgement of a city.

    Example: intercity pair suggest --explain
    """
    done = call(console, "pair.suggest", limit=limit)
    if console.as_json:
        console.answer("intercity/suggestions/1", done, "")
        return
    for row in done["suggestions"]:
        click.echo(f"{plain(row['city'])}\t{plain(row['action'])}\t{row['did']}")
        for reason in row["reasons"] if explain else row["reasons"][:1]:
            click.echo(f"    {plain(reason)}")
    for row in done["unmatched"]:
        click.echo(f"{plain(row['action'])}\tno partner yet: {plain(row['reason'])}")
    if done["suggestions"]:
        first = done["suggestions"][0]
        console.next(f"intercity pair ask {first['did']} --action {first['code']}")
    elif not done["unmatched"]:
        console.say("You have published no need. Next: intercity publish need.jsonld")


@pair.command("ask")
@click.argument("city")
@click.option("--action", required=True, metavar="CODE", help="Such as S3.")
@click.option("--problem", help="What is the matter? (default: from your published need)")
@click.option("--outcome", help="What should be different afterwards?")
@click.option("--tried", help="What have you tried, and what do you bring?")
@click.option("--lang", default="en", show_default=True, help="Language of the answers.")
@click.pass_obj
def ask(
    console: Console,
    city: str,
    action: str,
    problem: str | None,
    outcome: str | None,
    tried: str | None,
    lang: str,
) -> None:
    """Ask CITY (its DID or address) for an exchange about an action.

    Example: intercity pair ask did:web:rights.hansol.example --action T10
    """
    answers = {"problem": problem, "wantedOutcome": outcome, "alreadyTried": tried}
    done = call(
        console,
        "pair.ask",
        city=city,
        action=action,
        answers={key: {lang: text} for key, text in answers.items() if text},
    )
    _said(console, done)
    console.next("intercity pair list")


def _said(console: Console, done: dict[str, Any]) -> None:
    text = f"{done['id']}\t{done['state']}\t{plain(done['with'])}\t{plain(done['action'])}"
    console.answer("intercity/exchange/1", done, text)


def _verb(name: str, text: str, example: str) -> click.Command:
    """A command that says one thing about an exchange."""

    @click.argument("exchange")
    @click.option("--reason", help="Stays between the two cities.")
    @click.pass_obj
    def run(console: Console, exchange: str, reason: str | None) -> None:
        _said(console, call(console, "pair.say", exchange=exchange, verb=name, reason=reason))

    run.__doc__ = f"{text}\n\n    Example: {example}\n    "
    return click.command(name)(run)


for _name, _text in {
    "accept": "Accept a city's request.",
    "decline": "Decline a city's request; only the two of you will know.",
    "withdraw": "Take our own request back.",
    "schedule": "Say that a meeting is fixed.",
    "meet": "Say that you have met.",
    "pause": "Pause an exchange.",
    "end": "End an exchange without a result.",
}.items():
    pair.add_command(_verb(_name, _text, f"intercity pair {_name} 01J…"))


@pair.command("conclude")
@click.argument("exchange")
@click.option("--adopted/--not-adopted", required=True, help="Was something taken up?")
@click.option("--note", required=True, metavar="TEXT", help="What you learned, for everyone.")
@click.option("--lang", default="en", show_default=True, help="Language of the note.")
@click.pass_obj
def conclude(console: Console, exchange: str, adopted: bool, note: str, lang: str) -> None:
    """Propose how EXCHANGE is told, or agree to what the other city proposed.

    Where both have agreed on the same note, each publishes the exchange in its own log.

    Example: intercity pair conclude 01J… --adopted --note "Fifteen indicators, by district."
    """
    verb = "adopt" if adopted else "not-adopt"
    _said(console, call(console, "pair.say", exchange=exchange, verb=verb, note={lang: note}))


@pair.command("list")
@click.pass_obj
def list_exchanges(console: Console) -> None:
    """Every exchange of ours, as it stands.

    Example: intercity pair list
    """
    done = call(console, "pair.list")
    console.rows(
        "intercity/exchanges/1",
        done["exchanges"],
        {
            "id": "Exchange",
            "state": "State",
            "role": "We",
            "with": "With",
            "action": "Action",
            "since": "Since",
        },
        empty="No exchange yet. Next: intercity pair suggest",
    )
