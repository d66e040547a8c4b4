"""A task that swallows its cancellation goes on, and has its value."""

import asyncio

from program import log


async def worker() -> str:
    try:
        await asyncio.sleep(100)
    except asyncio.CancelledError:
        log("swallowed")
    await asyncio.sleep(5)
    log("goes on")
    return "value"


async def main() -> None:
    task = asyncio.create_task(worker())
    await asyncio.sleep(10)
    log("cancel", task.cancel())
    log(await task, task.cancelled())
