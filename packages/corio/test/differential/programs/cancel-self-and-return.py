"""A task cancels itself and returns a value without waiting."""

import asyncio

from program import log


async def worker() -> str:
    asyncio.current_task().cancel()
    return "value"


async def main() -> None:
    task = asyncio.create_task(worker())
    await asyncio.wait([task])
    log("cancelled", task.cancelled())
    if not task.cancelled():
        log(task.result())
