"""Sessions as a web page: read back by a parser, since what is in a page is what a parser finds there."""

import re
from html.parser import HTMLParser

from hypothesis import given
from hypothesis import strategies as st

from tests.sample_session import BEGIN, SESSION, ZONE, exported, hostile, recorded
from tests.strategies import events
from tui import events as e
from tui.export import export
from tui.export.page import POLICY
from tui.safety import HIDDEN


class Page(HTMLParser):
    """A document's elements; refuses what is not well-formed."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.text: dict[str, str] = {}
        """All text directly in each kind of element."""
        self.whole = ""
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len(dict(attrs)) == len(attrs)
        self.seen.append((tag, dict(attrs)))
        if tag not in ("meta", "br", "hr"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in ("br", "hr"):
            assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        kind = self.open[-1] if self.open else ""
        self.text[kind] = self.text.get(kind, "") + data
        self.whole += "" if kind == "style" else data

    def handle_comment(self, data: str) -> None:
        raise AssertionError(data)

    def handle_pi(self, data: str) -> None:
        raise AssertionError(data)

    def unknown_decl(self, data: str) -> None:
        raise AssertionError(data)


ELEMENTS = frozenset(
    (
        "html", "head", "meta", "title", "style", "body", "header", "main", "section", "h1", "h2", "h3", "h4", "h5",
        "h6", "dl", "div", "dt", "dd", "p", "time", "details", "summary", "pre", "code", "table", "thead", "tbody",
        "tr", "th", "td", "a", "small", "ul", "ol", "li", "em", "strong", "s", "blockquote", "br", "hr",
    )
)  # fmt: skip
ATTRIBUTES = frozenset(
    (
        "lang", "charset", "http-equiv", "content", "name", "class", "id", "datetime", "href", "rel", "target", "title",
        "style", "scope", "start",
    )
)  # fmt: skip
LINK = re.compile(r"https?://|mailto:|#e\d+$")


def assert_harmless(text: str) -> Page:
    """Well-formed, in known elements and attributes only, nothing that runs or loads, no hidden characters."""
    page = Page(text)
    assert {name for name, _ in page.seen} <= ELEMENTS
    for name, attributes in page.seen:
        assert set(attributes) <= ATTRIBUTES, name
        if "style" in attributes:
            assert name in ("td", "th")
            assert attributes["style"] in ("text-align:left", "text-align:right", "text-align:center")
        if "href" in attributes:
            assert name == "a"
            assert LINK.match(attributes["href"] or "")
        if (attributes.get("href") or "#").startswith("#") is False:
            assert attributes["rel"] == "noopener noreferrer"
        values = "".join(value or "" for value in attributes.values())
        assert not re.search(f"[{HIDDEN}]", values)
    assert [name for name, _ in page.seen].count("title") == 1
    assert [name for name, _ in page.seen].count("style") == 1
    assert [name for name, _ in page.seen].count("meta") == 5
    assert not re.search(f"[{HIDDEN}]", page.whole)
    return page


def test_the_page_tells_the_session() -> None:
    page = assert_harmless(exported("html", *SESSION))
    assert page.text["title"] == page.text["h1"] == "Roll two dice"
    told = (
        "Two calls at once.", "4", "ValueError: no table", "Because of fate.", "Once upon a", "stopped",
        "Handoff: Guide → Teller", "the server said 500", "send it again", "100 (40 of them cached)",
    )  # fmt: skip
    for part in told:
        assert part in page.whole
    assert ("div", {"class": "inside"}) in page.seen
    assert [attributes["class"] for name, attributes in page.seen if "tool" in (attributes.get("class") or "")] == [
        "tool failed", "tool done", "tool done",
    ]  # fmt: skip


def test_the_page_forbids_all_but_its_own_style() -> None:
    text = exported("html", *SESSION)
    assert ("meta", {"http-equiv": "Content-Security-Policy", "content": POLICY}) in assert_harmless(text).seen
    assert POLICY.startswith("default-src 'none'; style-src 'unsafe-inline'")
    assert not re.search(r"(?:src|url|@import)\s*[=(]|https?:", text)


def test_each_row_of_the_log_leads_to_its_entry() -> None:
    page = assert_harmless(exported("html", *SESSION))
    ids = {attributes["id"] for _, attributes in page.seen if "id" in attributes}
    leads = {(attributes["href"] or "")[1:] for name, attributes in page.seen if name == "a"}
    assert leads
    assert leads <= ids


HOSTILE = """\
<script>alert(1)</script>

</title></style></pre><h1 onclick=x>

--><svg/onload=x>]]><img src=x>

<!-- x

[a](javascript:alert(1)) [b](JaVaScRiPt&colon;x) [c](data:text/html,x) [d](vbscript:x) [e](//x.test)
[f](file:///etc/passwd) [g](/relative) [h]: <javascript:x> <data:text/html,x> [here][k] [k]

[k]: javascript:x 'k'

![pixel](https://x.test/pixel.png) &lt;script&gt; &#27;[2J &#x202e; &#0;

[l](https://x.test "&#8238;' onclick=x") [m](https://x.test/&#8238;) <https://x.test/"onclick=x>

```html" onclick=x
</pre></code><script>
```

| a |
|:-:|
| <b>x</b> |

<b onclick=x>bold</b> ' " &
"""


def test_nothing_hostile_becomes_markup() -> None:
    page = assert_harmless(exported("html", *hostile(HOSTILE), title=HOSTILE))
    links = {attributes["href"] for name, attributes in page.seen if name == "a"}
    assert {link for link in links if link and not link.startswith("#e")} == {
        "https://x.test", "https://x.test/pixel.png", "https://x.test/%22onclick=x", "https://x.test/%E2%80%AE",
    }  # fmt: skip
    assert "<script>alert(1)</script>" in page.whole


@given(st.text("<>&\"'`[](){}!/-=:#|\\ \nahnpsx\x1b\u202e;", max_size=60), st.lists(events, max_size=4))
def test_no_text_breaks_the_page(text: str, others: list[e.Event]) -> None:
    assert_harmless(export(recorded(*hostile(text), *others), {"title": text}, "html", zone=ZONE))


def test_a_deep_chain_of_agents_in_tools_is_shown() -> None:
    calls: list[e.Event] = [e.ToolCalled("/".join("c" * depth), f"level {depth}", "{}") for depth in range(1, 200)]
    happened = (*BEGIN, *calls, e.ToolStarted("", "y"))
    for text in (exported("md", *happened), exported("html", *happened)):
        assert "level 199" in text
