"""Tasks take their first steps in the order in which they were made, and then turn by turn."""

import asyncio

from program import log


async def worker(name: str) -> None:
    for turn in range(3):
        log(name, turn)
        await asyncio.sleep(0)
    log(name, "ends")


async def main() -> None:
    tasks = [asyncio.create_task(worker(name)) for name in "abc"]
    log("made")
    for task in tasks:
        await task
    log("joined")
