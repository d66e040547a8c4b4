"""wait for the first of several tasks, again and again."""

import asyncio

from program import Failure, log


async def work(name: str, delay: int) -> str:
    await asyncio.sleep(delay)
    if name == "b":
        raise Failure(name)
    return name


async def main() -> None:
    pending = {asyncio.create_task(work(name, delay)) for name, delay in [("a", 30), ("b", 10), ("c", 20)]}
    while pending:
        done, pending = await asyncio.wait(pending, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            log("done", task.exception() or task.result(), "pending", len(pending))
