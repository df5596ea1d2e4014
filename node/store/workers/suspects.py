"""Which part of a query probably made it slow, in words for whoever asked.

It reads tokens, not the grammar: a query that was stopped has been parsed by the engine before, and
a guess that is wrong costs its reader a sentence.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from node.store.workers.shapes import LONGEST, Token, tokens_of

__all__ = ["suspect"]

_SHOWN: Final = 60
"""Characters of a part that are said again."""
_EXPRESSIONS: Final = frozenset({"FILTER", "BIND", "HAVING"})
_JOINS: Final = frozenset({"OPTIONAL", "GRAPH", "EXISTS", "NOT", "WHERE", "VALUES", "UNDEF"})
_HEADS: Final = frozenset({"SELECT", "CONSTRUCT", "ASK", "DESCRIBE", "PREFIX", "BASE"})


def suspect(query: str) -> str:
    """A sentence about what is probably slow; empty where nothing stands out.

    >>> suspect("SELECT * { ?a a <x:c> . ?d <x:e> ?f }")
    '“?a a <x:c>” and “?d <x:e> ?f” share no variable, so every row of one meets every row of the other.'
    """  # noqa: E501 - the example is one line
    if len(query) > LONGEST:
        return "It is very long: ask for less at once."
    tokens = [token for token in tokens_of(query) if token.kind != "blank"]
    words = {token.text.upper() for token in tokens if token.kind == "word"}
    groups = _groups(_patterns(tokens))
    for statements in groups:
        parts = _apart(statements)
        if len(parts) > 1:
            return (
                f"“{parts[0]}” and “{parts[1]}” share no variable, so every row of one meets every "
                "row of the other."
            )
    for statement in (one for statements in groups for one in statements):
        if statement.is_path:
            return f"“{statement}” follows a path from everywhere: name where it begins or ends."
    for function in ("REGEX", "REPLACE", "GROUP_CONCAT"):
        if function in words:
            return f"{function} looks at every text that the patterns yield: narrow them first."
    if "ORDER" in words:
        return "ORDER BY sorts every row before the first is given."
    return ""


@dataclass(slots=True)
class _Statement:
    """Triple patterns of one subject, or a group within a group."""

    variables: set[str] = field(default_factory=set)
    words: list[str] = field(default_factory=list)
    is_path: bool = False

    def __str__(self) -> str:
        text = " ".join(self.words)
        return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"

    def add(self, token: Token) -> None:
        """One more token."""
        if token.kind == "variable":
            self.variables.add(token.text[1:])
        elif token.text in {"*", "+"} and self.words and self.words[0][0] in "?$":
            self.is_path = True
        self.words.append(token.text)


@dataclass(slots=True)
class _Group:
    """A group graph pattern. ``current`` is what the next token belongs to, if there is any."""

    statements: list[_Statement] = field(default_factory=list)
    current: _Statement | None = None

    def begin(self) -> _Statement:
        """The statement that the next token belongs to."""
        if self.current is None:
            self.current = _Statement()
            self.statements.append(self.current)
        return self.current


def _groups(tokens: Iterable[Token]) -> list[list[_Statement]]:
    """The statements of every group graph pattern, the innermost first."""
    done: list[list[_Statement]] = []
    stack: list[_Group] = []
    for token in tokens:
        word = token.text.upper() if token.kind == "word" else token.text
        if word == "{":
            stack.append(_Group())
        elif not stack:
            continue
        elif word == "}":
            group = stack.pop()
            done.append(group.statements)
            if stack:
                inner = stack[-1].begin()
                inner.variables |= {name for one in group.statements for name in one.variables}
                inner.words += ["{", *(str(one) for one in group.statements), "}"]
                stack[-1].current = None
        elif word in {"UNION", "MINUS"}:
            stack[-1].current = stack[-1].statements[-1] if stack[-1].statements else None
        elif word == "." or word in _JOINS:
            stack[-1].current = None
        else:
            stack[-1].begin().add(token)
    return done


def _patterns(tokens: Sequence[Token]) -> list[Token]:
    """The tokens that patterns are made of: no heads of queries, and no expressions."""
    kept: list[Token] = []
    at = 0
    while at < len(tokens):
        word = tokens[at].text.upper() if tokens[at].kind == "word" else ""
        at += 1
        if word in _HEADS:
            while at < len(tokens) and tokens[at].text != "{":
                at += 1
        elif word in _EXPRESSIONS:
            while at < len(tokens) and tokens[at].kind == "word":
                at += 1
            at = _behind(tokens, at)
            kept.append(Token("other", "."))
        else:
            kept.append(tokens[at - 1])
    return kept


def _behind(tokens: Sequence[Token], at: int) -> int:
    """The place after what stands in parentheses here."""
    depth = 0
    while at < len(tokens):
        depth += {"(": 1, ")": -1}.get(tokens[at].text, 0)
        if not depth:
            return at + (tokens[at].text == ")")
        at += 1
    return at


def _apart(statements: Iterable[_Statement]) -> list[_Statement]:
    """One statement of each set of statements that are joined by variables."""
    parts: list[tuple[set[str], _Statement]] = []
    for one in statements:
        if not one.variables:
            continue
        joined = [part for part in parts if part[0] & one.variables]
        parts = [part for part in parts if part not in joined]
        names = one.variables.union(*(part[0] for part in joined))
        parts.append((names, joined[0][1] if joined else one))
    return [statement for _, statement in parts]
