"""Runs the model server as a process of its own: prints its base URL, then serves until SIGTERM or SIGINT."""

import argparse
import asyncio
import importlib
import signal
from pathlib import Path

from tests.model_server.script import script_from_json
from tests.model_server.server import ModelServer, Script


def load_script(source: str) -> Script:
    """A script from a JSON file, or from an attribute given as `module:name`."""
    if not Path(source).is_file() and ":" in source:
        module, _, name = source.partition(":")
        script: Script = getattr(importlib.import_module(module), name)
        return script
    return script_from_json(Path(source).read_text(encoding="utf-8"))


async def serve(options: argparse.Namespace) -> None:
    stopped = asyncio.Event()
    for number in signal.SIGTERM, signal.SIGINT:
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    script = load_script(options.script)
    async with ModelServer(script, pace=options.pace, port=options.port, log=options.log) as server:
        print(server.base_url, flush=True)
        await stopped.wait()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.model_server", description=__doc__)
    parser.add_argument("--script", required=True, help="a JSON file, or MODULE:NAME of a script in Python")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one (default)")
    parser.add_argument("--pace", type=float, default=0, help="deltas per second, 0 for flat out (default)")
    parser.add_argument("--log", type=Path, help="append each reply's record to this file as a JSON line")
    asyncio.run(serve(parser.parse_args()))


if __name__ == "__main__":
    main()
