"""Two cancellations before the task has run are one, the first."""

import asyncio

from program import log


async def worker() -> None:
    try:
        await asyncio.sleep(100)
    except asyncio.CancelledError as error:
        log(error)
        await asyncio.sleep(5)
        log("clean")
        raise


async def main() -> None:
    task = asyncio.create_task(worker())
    await asyncio.sleep(10)
    task.cancel("first")
    task.cancel("second")
    await asyncio.wait([task])
    log("cancelled", task.cancelled())
