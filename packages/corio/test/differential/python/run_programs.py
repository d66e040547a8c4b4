"""Runs the programs that are named and prints their logs, as one JSON object. Called by ../remake.ts."""

import asyncio
import importlib
import json
import sys
from pathlib import Path

from program import report, take_lines
from virtual_loop import VirtualLoop

sys.path.insert(0, str(Path(__file__).parent.parent / "programs"))


def run(name: str) -> list[str]:
    module = importlib.import_module(name)
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        loop = runner.get_loop()
        loop.set_exception_handler(lambda _loop, context: report(context.get("exception") or context["message"]))
        runner.run(module.main())
    if loop.ties and not getattr(module, "TIES", False):
        raise RuntimeError(f"timers with one deadline, at {sorted(loop.ties)}: their order is not promised")
    return take_lines()


def main() -> None:
    logs = {}
    for name in sys.argv[1:]:
        try:
            logs[name] = run(name)
        except BaseException as error:
            raise SystemExit(f"{name}: {error!r}, after {take_lines()}") from error
    print(json.dumps(logs))


main()
