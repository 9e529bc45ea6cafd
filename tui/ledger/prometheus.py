"""Figures of all runs in the text format that Prometheus scrapes, version 0.0.4.

https://prometheus.io/docs/instrumenting/exposition_formats/: a `# HELP` and a `# TYPE` line for each family, then its
samples. Label values are escaped; nothing else of it is foreign.
"""

import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Final, TypeAlias

from tui.ledger.figures import Choice, Figures, by, by_tool, first_tokens, over_all

BOUNDS: Final = (0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0)
"""Seconds: the buckets that OpenTelemetry's GenAI conventions give to `gen_ai.server.time_to_first_token`."""

_Labels: TypeAlias = Mapping[str, str]
_Samples: TypeAlias = Iterable[tuple[_Labels, float]]
_PREFIX: Final = "agents_tui_"


def text(db: sqlite3.Connection, choice: Choice) -> str:
    """All families."""
    return "".join(f"{line}\n" for line in _lines(db, choice))


def _lines(db: sqlite3.Connection, choice: Choice) -> Iterator[str]:
    everything, models, tools = over_all(db, choice), by(db, choice, "model"), by_tool(db, choice)
    ended = everything.number - everything.failed - everything.interrupted
    ends = (("ok", ended), ("failed", everything.failed), ("cancelled", everything.interrupted))
    yield from _family("runs_total", "counter", "Runs by how they ended.", [({"status": k}, n) for k, n in ends])
    yield from _family("runs_with_issues", "gauge", "Runs that failed, had a failed try, or went over a limit.",
                       [({}, everything.with_issues)])  # fmt: skip
    yield from _family("requests_total", "counter", "Model requests.", _each(models, "number"))
    yield from _family("tokens_total", "counter", "Tokens as the provider counted them.", _tokens(models))
    yield from _family("cost_dollars_total", "counter", "US dollars, of the requests whose price is known.",
                       [({"model": each.group}, each.cost) for each in models if each.cost is not None])  # fmt: skip
    yield from _family("requests_unpriced_total", "counter", "Requests whose price nobody knows.",
                       _each(models, "unpriced"))  # fmt: skip
    yield from _family("errors_total", "counter", "Failed tries of requests, and runs that failed otherwise.",
                       [({"kind": kind}, number) for kind, number in everything.errors_by_kind.items()])  # fmt: skip
    yield from _family("retries_total", "counter", "Tries of requests beyond the first.", _each(models, "retries"))
    yield from _family("recoveries_total", "counter", "Requests answered whole after a failed try.",
                       _each(models, "recoveries"))  # fmt: skip
    calls = [({"tool": each.group, "status": "ok"}, each.calls - each.failed) for each in tools]
    failed = [({"tool": each.group, "status": "failed"}, each.failed) for each in tools]
    yield from _family("tool_calls_total", "counter", "Tool calls by how they ended.", calls + failed)
    yield from _family("tool_seconds_total", "counter", "Time in tools.",
                       [({"tool": each.group}, each.total) for each in tools])  # fmt: skip
    updated: _Samples = () if everything.updated is None else [({}, everything.updated)]
    yield from _family("updated_timestamp_seconds", "gauge", "When the newest run ended.", updated)
    yield from _histogram("time_to_first_token_seconds", "From sending a model request to its first token.",
                          first_tokens(db, choice))  # fmt: skip


def _each(groups: Iterable[Figures], field: str) -> _Samples:
    return [({"model": each.group}, getattr(each, field)) for each in groups]


def _tokens(groups: Iterable[Figures]) -> _Samples:
    for each in groups:
        for kind in ("input", "cached", "output", "reasoning"):
            yield {"model": each.group, "type": kind}, getattr(each, kind)


def _family(name: str, kind: str, about: str, samples: _Samples) -> Iterator[str]:
    yield f"# HELP {_PREFIX}{name} {about}"
    yield f"# TYPE {_PREFIX}{name} {kind}"
    for labels, value in samples:
        yield _sample(name, labels, value)


def _histogram(name: str, about: str, values: Iterable[tuple[str, str, float]]) -> Iterator[str]:
    yield f"# HELP {_PREFIX}{name} {about}"
    yield f"# TYPE {_PREFIX}{name} histogram"
    groups: dict[tuple[str, str], list[float]] = {}
    for model, agent, value in values:
        groups.setdefault((model, agent), []).append(value)
    for (model, agent), found in sorted(groups.items()):
        labels = {"model": model, "agent": agent}
        counts = Counter(next((bound for bound in BOUNDS if value <= bound), None) for value in found)
        below = 0
        for bound in BOUNDS:
            below += counts[bound]
            yield _sample(f"{name}_bucket", {**labels, "le": repr(bound)}, below)
        yield _sample(f"{name}_bucket", {**labels, "le": "+Inf"}, len(found))
        yield _sample(f"{name}_sum", labels, sum(found))
        yield _sample(f"{name}_count", labels, len(found))


def _sample(name: str, labels: _Labels, value: float) -> str:
    told = ",".join(f'{label}="{_escaped(each)}"' for label, each in labels.items())
    return f"{_PREFIX}{name}{{{told}}} {value!r}" if told else f"{_PREFIX}{name} {value!r}"


def _escaped(value: str) -> str:
    """As a label's value: backslash, quote and line end are escaped, lone surrogates have no UTF-8."""
    clean = value.encode("utf-8", "replace").decode()
    return clean.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
