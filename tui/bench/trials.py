"""The runs of a comparison, what each came to, and the file that keeps that, one JSON object a line."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Literal

import msgspec

from tui import events as e
from tui.metrics import runs as of_run
from tui.metrics.cost import Cost
from tui.metrics.report import tokens
from tui.safety import one_line
from tui.state import State


class ResultsError(ValueError):
    """The file holds something else; the message is one plain line."""


class Trial(msgspec.Struct, frozen=True):
    """One run to be made; two that are equal are the same one."""

    agent: str
    model: str
    """Empty: the agent's own."""
    streaming: bool
    prompt: str
    repeat: int


class Outcome(msgspec.Struct, frozen=True):
    """What a run came to; times in seconds, None is unknown."""

    trial: Trial
    status: Literal["completed", "cancelled", "failed"]
    perceived: float | None
    """Until there was something to read: the first text, or the whole answer where it was not streamed."""
    first_token: float | None
    total: float | None
    rate: float | None
    """Tokens a second."""
    input: int
    output: int
    cost: float | None
    """US dollars, of the requests whose price is known."""
    unpriced: int
    error: str = ""


def plan(
    agent: str, models: Sequence[str], manners: Sequence[bool], prompts: Sequence[str], repeats: int
) -> list[Trial]:
    """All trials, those of one model and manner together."""
    return [
        Trial(agent, model, streaming, prompt, repeat)
        for model in models
        for streaming in manners
        for repeat in range(1, repeats + 1)
        for prompt in prompts
    ]


def outcome(trial: Trial, state: State, end: e.RunEnded) -> Outcome:
    """Of a state in which the trial's run is the newest, and has ended."""
    run = state.runs[-1]
    requests, total = of_run.requests_of(state, run), of_run.elapsed(run, state.at)
    first_text = of_run.first_text(state, run)
    counted, cost = tokens(requests), Cost().plus(requests)
    return Outcome(
        trial,
        end.status,
        perceived=first_text if first_text is not None else total if end.status == "completed" else None,
        first_token=of_run.first_token(state, run) if trial.streaming else None,
        total=total,
        rate=of_run.tokens_per_second(state, run).value,
        input=counted.input,
        output=counted.output,
        cost=float(cost.known) if cost.priced else None,
        unpriced=cost.unknown,
        error=one_line(end.error),
    )


def spent(outcomes: Iterable[Outcome]) -> float:
    """US dollars, as far as they are known."""
    return sum(each.cost or 0.0 for each in outcomes)


_decode = msgspec.json.Decoder(Outcome).decode


class Results:
    """A file of outcomes. Raises OSError, and ResultsError where it holds anything else."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.outcomes: list[Outcome] = []
        with path.open("ab+") as file:
            file.seek(0)
            whole = 0
            for number, line in enumerate(file, 1):
                if not line.endswith(b"\n"):  # a stop tore it
                    file.truncate(whole)
                    break
                whole += len(line)
                try:
                    self.outcomes.append(_decode(line))
                except (msgspec.MsgspecError, UnicodeDecodeError) as error:
                    raise ResultsError(f"{path}:{number}: not a result of agents-tui bench: {error}") from error

    def add(self, found: Outcome) -> None:
        """Keep one; on disk when this returns."""
        with self._path.open("ab") as file:
            file.write(msgspec.json.encode(found) + b"\n")
