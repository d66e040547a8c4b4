"""The same thing given twice runs once and fills both places."""

import asyncio

from program import log


async def work() -> str:
    log("runs")
    await asyncio.sleep(5)
    return "value"


async def main() -> None:
    once = work()
    log(await asyncio.gather(once, once))
    task = asyncio.create_task(work())
    log(await asyncio.gather(task, task))
