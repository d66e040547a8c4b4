"""On a timeout wait_for waits until what it cancelled has cleaned up."""

import asyncio

from program import log


async def work() -> None:
    try:
        log("starts")
        await asyncio.sleep(100)
    except asyncio.CancelledError:
        log("cancelled")
        await asyncio.sleep(7)
        log("clean")
        raise


async def main() -> None:
    try:
        await asyncio.wait_for(work(), 10)
    except TimeoutError as error:
        log("caught", error, "caused by", error.__cause__)
    await asyncio.sleep(1)
    log("main goes on")
