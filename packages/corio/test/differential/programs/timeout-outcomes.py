"""A timeout throws when its body ran out of time and has cleaned up; the task goes on unharmed."""

import asyncio

from program import log


async def block(limit: int | None, delay: int) -> None:
    try:
        async with asyncio.timeout(limit):
            try:
                await asyncio.sleep(delay)
                log("in time")
            except asyncio.CancelledError as error:
                log("body:", error)
                await asyncio.sleep(3)
                log("body is clean")
                raise
    except TimeoutError as error:
        log("block:", error, "caused by", error.__cause__)


async def main() -> None:
    await block(20, 5)
    await block(20, 50)
    await block(None, 50)
    await asyncio.sleep(1)
    log("end")
