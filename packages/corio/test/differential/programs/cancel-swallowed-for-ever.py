"""A task swallows its cancellation and never ends."""

import asyncio

from program import log


async def worker() -> None:
    try:
        await asyncio.sleep(100)
    except asyncio.CancelledError:
        log("swallowed")
    await asyncio.sleep(20_000)
    log("ends, hours later")


async def main() -> None:
    task = asyncio.create_task(worker())
    await asyncio.sleep(10)
    task.cancel()
    await asyncio.wait([task])
    log("cancelled", task.cancelled())
