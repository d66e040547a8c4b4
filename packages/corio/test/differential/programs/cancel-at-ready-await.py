"""A cancelled task awaits what is there already."""

import asyncio

from program import log


async def worker(event: asyncio.Event) -> None:
    await asyncio.sleep(10)
    asyncio.current_task().cancel()
    try:
        await event.wait()
        log("the event was set")
        await asyncio.sleep(1)
    except asyncio.CancelledError:
        log("cancelled")
        raise


async def main() -> None:
    event = asyncio.Event()
    event.set()
    await asyncio.wait([asyncio.create_task(worker(event))])
