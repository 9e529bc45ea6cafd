"""A filter's text to its tree, each comparison checked against the fields' types on the way."""

from typing import Final

from tui.query.comparison import problem_of_operator, problem_of_value
from tui.query.fields import UnknownFieldError, find
from tui.query.lexer import QueryError, Token, tokens
from tui.query.tree import And, Node, Not, Or, Term
from tui.safety import one_line

_DEEPEST: Final = 50
"""Parentheses and nots within each other."""


def parse_tree(text: str) -> Node | None:
    """The tree; None for an empty text. Raises QueryError."""
    parser = _Parser(text)
    return parser.whole()


class _Parser:
    """Recursive descent: `or` binds least, then `and` or nothing between terms, then `not`."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = list(tokens(text))
        self._at = 0
        self._depth = 0

    @property
    def _next(self) -> Token:
        return self._tokens[self._at]

    def _take(self) -> Token:
        token = self._next
        self._at += 1
        return token

    def _is_word(self, word: str) -> bool:
        return self._next.kind == "word" and self._next.text.lower() == word

    def whole(self) -> Node | None:
        if self._next.kind == "end":
            return None
        node = self._either()
        if self._next.kind == "close":
            raise self._error("this ) has no (", self._next, "remove it")
        return node

    def _either(self) -> Node:
        found = [self._all()]
        while self._is_word("or"):
            self._take()
            found.append(self._all())
        if len(found) == 1:
            return found[0]
        return Or(tuple(part for node in found for part in (node.nodes if isinstance(node, Or) else (node,))))

    def _all(self) -> Node:
        found = [self._one()]
        while self._next.kind not in ("end", "close") and not self._is_word("or"):
            if self._is_word("and"):
                self._take()
            found.append(self._one())
        if len(found) == 1:
            return found[0]
        return And(tuple(part for node in found for part in (node.nodes if isinstance(node, And) else (node,))))

    def _one(self) -> Node:
        token = self._take()
        match token.kind:
            case "minus":
                return self._negated(token)
            case "word" if token.text.lower() == "not":
                return self._negated(token)
            case "word" if token.text.lower() in ("and", "or"):
                raise self._error(f"a term must stand before {token.text}", token, 'in "quotes" it is a word')
            case "open":
                return self._group(token)
            case "field":
                return self._comparison(token)
            case "word":
                return Term("text", ":", (token.text,))
            case "phrase" if token.text:
                return Term("text", ":", (token.text,))
            case "phrase":
                raise self._error("this text is empty", token, "write what to look for between the quotes")
            case "close":
                raise self._error("a term must stand before )", token, "such as kind:tool, or a word")
            case _:
                before = self._tokens[max(0, self._at - 2)]
                raise self._error(f"a term must follow {one_line(before.text, 20)}", before, "such as kind:tool")

    def _deeper(self, token: Token) -> None:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise self._error(f"more than {_DEEPEST} levels within each other", token)

    def _negated(self, token: Token) -> Node:
        self._deeper(token)
        node = self._one()
        self._depth -= 1
        return Not(node)

    def _group(self, token: Token) -> Node:
        self._deeper(token)
        node = self._either()
        self._depth -= 1
        if self._next.kind != "close":
            raise self._error("this ( is not closed", token, "end the group with )")
        self._take()
        return node

    def _comparison(self, name: Token) -> Term:
        sign = self._take()
        values = []
        while self._next.kind == "value":
            values.append(self._take())
        try:
            field = find(name.text)
        except UnknownFieldError as error:
            raise self._error(str(error), name, error.hint) from error
        problem = problem_of_operator(field, sign.text)
        if problem:
            raise self._error(problem, sign)
        for value in values:
            problem, hint = problem_of_value(field, sign.text, value.text)
            if problem:
                raise self._error(problem, value, hint)
        return Term(field.name, sign.text, tuple(value.text for value in values))

    def _error(self, problem: str, token: Token, hint: str = "") -> QueryError:
        return QueryError(one_line(problem, 120), token.start, token.end - token.start, one_line(hint, 120))
