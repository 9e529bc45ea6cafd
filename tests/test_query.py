"""The filter language: what is understood, what is refused and where, and the laws that any filter keeps."""

import string
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.sample_session import SESSION, recorded
from tui.query import Context, Query, QueryError, RecordSubject, UnboundError, of_record, parse
from tui.query.fields import COMMON, OF_EVENTS
from tui.query.lexer import LONGEST
from tui.query.moments import moment
from tui.query.predicate import predicate_of
from tui.query.tree import And, Node, Not, Or, Term


def subjects() -> list[RecordSubject]:
    context = Context()
    return [of_record(record, context) for record in recorded(*SESSION)]


SUBJECTS = subjects()
NEWEST = SUBJECTS[-1].at


def found(text: str) -> list[int]:
    query = parse(text).bind(NEWEST, UTC)
    return [subject.seq for subject in SUBJECTS if query.matches(subject)]


# Grammar


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("", ""),
        ("   ", ""),
        ("word", "word"),
        ('"two words"', '"two words"'),
        ('"word"', "word"),
        ("text:word", "word"),
        ('"and"', '"and"'),
        ('"kind:tool"', '"kind:tool"'),
        ('"-x"', '"-x"'),
        ("a b", "a b"),
        ("a AND b", "a b"),
        ("a b c", "a b c"),
        ("(a b) c", "a b c"),
        ("a or b c", "a or (b c)"),
        ("(a or b) c", "(a or b) c"),
        ("a or (b or c)", "a or b or c"),
        ("-a", "not a"),
        ("not -a", "not not a"),
        ("not (a b)", "not (a b)"),
        ("kind:tool,error", "kind:tool,error"),
        ('agent:"Game Master",Bard', 'agent:"Game Master",Bard'),
        ('agent="a,b"', 'agent="a,b"'),
        ("agent=a,b", 'agent="a,b"'),
        (r'text~"a \"b\" \d"', r'text~"a \"b\" \d"'),
        ("~x+", "text~x+"),
        ("dur>=1.5s", "dur>=1.5s"),
        ("since:-30s until:12:01:30", "since:-30s until:12:01:30"),
        ("event.kind:server", "event.kind:server"),
        ("arguments.sides>6", "arguments.sides>6"),
    ],
)
def test_a_filter_has_one_canonical_text(text: str, canonical: str) -> None:
    assert str(parse(text)) == canonical
    assert parse(canonical) == parse(text)


def test_the_example_of_the_documentation_is_understood() -> None:
    text = 'kind:tool,error agent:"Game Master" tool:roll_* dur>200ms tokens>100 turn:2 run:1 text~"re" -kind:delta'
    assert parse(f"{text} since:-30s").timed
    assert not parse(text).timed


@pytest.mark.parametrize(
    ("text", "at", "said"),
    [
        ("kind:tol", "tol", "did you mean tool?"),
        ("kind:tool,eror", "eror", "did you mean error?"),
        ("type:tool", "tool", "type is never tool"),
        ("toool:x", "toool", "did you mean tool?"),
        ("http://x", "http", 'in "quotes"'),
        ("event.nothing:1", "event.nothing", "there is no field"),
        ("agent.name:x", "agent.name", "agent has no parts"),
        ("arguments.:x", "arguments.", "arguments has no parts"),
        ("turn~2", "~", "turn is a number"),
        ("tool>3", ">", "tool is a text"),
        ("kind~x", "~", "goes with : = !="),
        ("since>-30s", ">", "goes with :"),
        ("dur>fast", "fast", "a length of time"),
        ("turn:1,two", "two", "a number"),
        ("tokens>1s", "1s", "a number"),
        ("failed:yes", "yes", "true, false"),
        ("stream:stder", "stder", "did you mean stderr?"),
        ("status:faild", "faild", "did you mean failed?"),
        ("since:yesterday", "yesterday", "12:01:30"),
        ("since:25:00", "25:00", "12:01:30"),
        ('text~"["', '"["', "regular expression is wrong"),
        ("text~a{99999999999}", "a{99999999999}", "too large"),
        (f"text~{'a' * 501}", "a" * 501, "longer than 500"),
        ("a (b", "(", "not closed"),
        ("a)", ")", "no ("),
        ("()", ")", "before )"),
        ("a or", "or", "must follow"),
        ("not", "not", "must follow"),
        ("or a", "or", "before or"),
        ("a and or b", "or", "before or"),
        ('a "b', '"b', "not closed"),
        ('a"b"', '"', "cannot follow"),
        ('"a"b', "b", "cannot follow"),
        ('agent="a",b', ",", "cannot follow"),
        ("text~f(x)", "(", "cannot follow"),
        ("dur > 1s", ">", "without blanks"),
        ("tool: x", ":", "must follow"),
        ("tool:a,", ",", "must follow"),
        ('""', '""', "empty"),
        ("-" * 60 + "a", "-", "levels"),
        ("(" * 60 + "a" + ")" * 60, "(", "levels"),
    ],
)
def test_what_is_wrong_is_named_with_its_place(text: str, at: str, said: str) -> None:
    with pytest.raises(QueryError) as refused:
        parse(text)
    error = refused.value
    assert text[error.position : error.position + error.length] == at
    assert said in str(error)
    assert "\n" not in str(error)


def test_a_filter_that_is_too_long_is_refused() -> None:
    with pytest.raises(QueryError, match="longer than"):
        parse("a" * (LONGEST + 1))


def test_what_is_refused_reaches_no_terminal_raw() -> None:
    with pytest.raises(QueryError) as refused:
        parse("turn:\x1b]0;owned\x07")
    assert "\x1b" not in str(refused.value)


# Types: what a field's class says is what it can be compared with


@pytest.mark.parametrize("name", sorted(OF_EVENTS))
def test_every_field_of_an_event_goes_by_its_own_name(name: str) -> None:
    field = OF_EVENTS[name]
    value = {"flag": "true", "number": "1", "duration": "1s"}.get(next(iter(field.types)), "x")
    value = field.choices[0] if field.choices else value
    parse(f"event.{name}:{value}")
    if field.types == {"text"}:
        with pytest.raises(QueryError):
            parse(f"event.{name}>1")
    if field.types in ({"number"}, {"duration"}):
        parse(f"event.{name}>=1")
        with pytest.raises(QueryError):
            parse(f"event.{name}~1")


def test_a_field_of_several_types_can_be_compared_as_each() -> None:
    parse("output>100 output~x output:x")


# Meaning


@pytest.mark.parametrize(
    ("text", "seqs"),
    [
        ("kind:tool_ended", [14, 15, 26]),
        ("kind:tool_ended failed:true", [15]),
        ("kind:tool_ended status:failed", [15]),
        ("kind:tool_ended kind:error", [15]),
        ("kind!=tool kind:error", [32]),
        ("type:tool_*", [10, 11, 12, 13, 14, 15, 23, 26]),
        ("kind:prompt", [3, 30]),
        ("kind:delta", [7, 8, 18, 24, 27]),
        ("run:2", [30, 31, 32]),
        ("turn:3 kind:text", [27]),
        ("agent:teller type:tool_*", [23, 26]),
        ("agent=teller", []),
        ("agent:Or*", [25]),
        ("tool:ROLL_DICE kind:tool_started", [12, 13]),
        ("tool:roll_*,ask_? kind:tool_started", [12, 13]),
        ("tool!=roll_dice kind:tool_ended", [26]),
        ("call:b", [11, 13, 14]),
        ("item:c/*", [24, 25]),
        ("dur>400ms", [15, 26, 29, 32]),
        ("duration>0.4 duration<1.5", [15]),
        ("tokens>=120", [16]),
        ("seq>31 or seq<2", [1, 32]),
        ("level:error", []),
        ("fate", [24, 25, 26]),
        ("Fate", []),
        ("text:dice,fate kind:tool_ended", [14, 15, 26]),
        ("text~fate$", [26]),
        ("arguments.sides>6", [10]),
        ("arguments.sides:6,20 -arguments.sides:20", [11]),
        ("arguments.q=why", [23]),
        ("event.kind:server", [32]),
        ("hint:*again", [32]),
        ("since:-2s", [30, 31, 32]),
        ("until:-30s", [1, 2]),
        ("since:04:54:28 until:04:54:29", [29, 30]),
        ("not (kind:story or kind:delta) run:1 type:usage*", [16]),
    ],
)
def test_events_are_found(text: str, seqs: list[int]) -> None:
    assert found(text) == seqs


def test_moments_need_the_newest_event() -> None:
    query = parse("kind:tool since:-30s")
    with pytest.raises(UnboundError):
        query.matches(SUBJECTS[9])
    assert query.bind(NEWEST).matches(SUBJECTS[9])
    assert query.bind(NEWEST) == query


@pytest.mark.parametrize(("clock", "past", "day"), [("23:50", True, 1), ("23:50", False, 2), ("00:04:59.5", True, 2)])
def test_a_time_of_day_after_the_newest_event_was_the_day_before(clock: str, past: bool, day: int) -> None:
    newest = datetime(2026, 5, 2, 0, 5, tzinfo=UTC).timestamp()
    asked = moment(clock)
    assert asked is not None
    assert datetime.fromtimestamp(asked.at(newest, UTC, past=past), UTC).day == day


def test_what_asks_only_for_kinds_and_places_reads_no_text() -> None:
    class Mute(RecordSubject):
        def text(self) -> str:
            raise AssertionError

        def field(self, name: str) -> object:
            raise AssertionError

    context = Context()
    query = parse("kind:tool run:1 (turn:1 or turn:2) dur>1ms")
    for record in recorded(*SESSION):
        context.feed(record)
        query.matches(Mute(record, context))


def test_the_cheap_is_asked_before_the_dear() -> None:
    class Mute(RecordSubject):
        def text(self) -> str:
            raise AssertionError

    query = parse('"a text" kind:cancel')
    assert not query.matches(Mute(recorded(*SESSION)[0], Context()))


# Laws

_TEXT = st.text(st.characters(codec="utf-8"), min_size=1, max_size=12)
_PLAIN = st.text(string.ascii_letters + string.digits + "*?_-.:", min_size=1, max_size=8)


def _terms() -> st.SearchStrategy[Term]:
    texts = st.lists(_TEXT | _PLAIN, min_size=1, max_size=3).map(tuple)
    numbers = st.sampled_from(["0", "1", "12", "1.5", "-3"])
    return st.one_of(
        st.builds(Term, st.just("text"), st.just(":"), texts),
        st.builds(Term, st.sampled_from(["agent", "tool", "name", "output"]), st.just(":"), texts),
        st.builds(Term, st.sampled_from(["agent", "error"]), st.sampled_from(["=", "!="]), _TEXT.map(lambda t: (t,))),
        st.builds(Term, st.just("kind"), st.just(":"), st.sampled_from([("tool",), ("error", "text"), ("tool_*",)])),
        st.builds(
            Term, st.sampled_from(["dur", "turn", "tokens"]), st.sampled_from([">", "<="]), numbers.map(lambda n: (n,))
        ),
        st.just(Term("text", "~", (r'"\w+ \\"',))),
        st.just(Term("arguments.sides", ">=", ("6",))),
    )


def _flat(kind: type[And] | type[Or], nodes: list[Node]) -> Node:
    parts: list[Node] = []
    for node in nodes:
        parts.extend(node.nodes if isinstance(node, kind) else (node,))
    return kind(tuple(parts))


_NODES: st.SearchStrategy[Node] = st.recursive(
    _terms(),
    lambda inner: st.one_of(
        st.builds(Not, inner),
        st.lists(inner, min_size=2, max_size=3).map(lambda nodes: _flat(And, nodes)),
        st.lists(inner, min_size=2, max_size=3).map(lambda nodes: _flat(Or, nodes)),
    ),
    max_leaves=8,
)


def _query(node: Node) -> Query:
    return Query(node, predicate_of(node, None, None))


def _matching(node: Node, among: list[RecordSubject]) -> list[RecordSubject]:
    query = _query(node)
    return [subject for subject in among if query.matches(subject)]


@given(_NODES)
def test_what_is_printed_is_parsed_as_it_was(node: Node) -> None:
    query = _query(node)
    assert parse(str(query)) == query
    assert str(parse(str(query))) == str(query)


@given(_NODES, _NODES)
def test_both_at_once_is_one_after_the_other(one: Node, two: Node) -> None:
    assert _matching(_flat(And, [one, two]), SUBJECTS) == _matching(two, _matching(one, SUBJECTS))


@given(_NODES, _NODES)
def test_either_is_not_neither(one: Node, two: Node) -> None:
    neither = _flat(And, [Not(one), Not(two)])
    assert _matching(_flat(Or, [one, two]), SUBJECTS) == _matching(Not(neither), SUBJECTS)


@given(_NODES)
def test_not_not_is_nothing(node: Node) -> None:
    assert _matching(Not(Not(node)), SUBJECTS) == _matching(node, SUBJECTS)
    assert len(_matching(node, SUBJECTS)) + len(_matching(Not(node), SUBJECTS)) == len(SUBJECTS)


_NONSENSE = st.lists(
    st.sampled_from(
        [*COMMON, *OF_EVENTS, *'()":=<>~!-*?,.\\', " ", "and", "or", "not", "[", "{9", "1s", "12:00", "tool"]
    )
    | _TEXT,
    max_size=12,
).map("".join)


def _refusal(text: str) -> QueryError | None:
    try:
        parse(text)
    except QueryError as error:
        return error
    return None


@given(_NONSENSE)
def test_nonsense_is_either_understood_or_pointed_at(text: str) -> None:
    error = _refusal(text)
    if error is not None:
        assert 0 <= error.position <= error.position + error.length <= len(text)
        assert str(error)
        assert "\n" not in str(error)
        return
    query = parse(text).bind(NEWEST, UTC)
    assert parse(str(query)) == query
    for subject in SUBJECTS:
        query.matches(subject)
