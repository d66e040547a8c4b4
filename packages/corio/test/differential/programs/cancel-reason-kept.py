"""The reason of a cancellation is asked for more than once."""

import asyncio

from program import log


async def victim() -> None:
    await asyncio.sleep(100)


async def main() -> None:
    task = asyncio.create_task(victim())
    await asyncio.sleep(10)
    task.cancel("enough")
    for who in ["first", "second"]:
        try:
            await task
        except asyncio.CancelledError as error:
            log(who, "joiner:", error)
    try:
        task.result()
    except asyncio.CancelledError as error:
        log("result:", error)
