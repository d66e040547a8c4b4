"""What waits behind a shield is cancelled."""

import asyncio

from program import log


async def work() -> None:
    log("work begins")
    await asyncio.sleep(30)
    log("work ends")


async def worker() -> None:
    try:
        await asyncio.shield(work())
        log("after the shield")
        await asyncio.sleep(5)
    except asyncio.CancelledError as error:
        log("worker:", error)
        raise


async def main() -> None:
    task = asyncio.create_task(worker())
    await asyncio.sleep(10)
    task.cancel("stop")
    await asyncio.wait([task])
    log("worker has ended")
    await asyncio.sleep(50)
    log("end")
