"""A body that swallows the end of its time has simply ended; the task is not cancelled."""

import asyncio

from program import log


async def main() -> None:
    async with asyncio.timeout(10):
        try:
            await asyncio.sleep(100)
        except asyncio.CancelledError as error:
            log("swallows", error)
        log("the body ends")
    log("no error")
    await asyncio.sleep(5)
    log("the task goes on")
