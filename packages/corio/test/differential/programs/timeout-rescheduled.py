"""A deadline can be moved, and taken away, while its block runs."""

import asyncio

from program import log


async def main() -> None:
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(10) as limit:
            await asyncio.sleep(8)
            log("deadline", limit.when())
            limit.reschedule(loop.time() + 10)
            await asyncio.sleep(8)
            log("deadline", limit.when())
            limit.reschedule(None)
            await asyncio.sleep(30)
            log("deadline", limit.when())
            limit.reschedule(loop.time() + 5)
            await asyncio.sleep(30)
    except TimeoutError as error:
        log(error)
    try:
        async with asyncio.timeout(None) as limit:
            limit.reschedule(loop.time() - 1)
            log("the past")
            await asyncio.sleep(30)
    except TimeoutError as error:
        log(error)
