"""The loop over as_completed is left after the first one."""

import asyncio

from program import log


async def work(name: str, delay: int) -> str:
    try:
        await asyncio.sleep(delay)
        log(name, "ends")
        return name
    except asyncio.CancelledError:
        log(name, "is cancelled")
        raise


async def main() -> None:
    tasks = [asyncio.create_task(work(name, delay)) for name, delay in [("fast", 10), ("slow", 30)]]
    async for task in asyncio.as_completed(tasks):
        log("first:", task.result())
        break
    log("left")
    await asyncio.sleep(50)
    log("end")
