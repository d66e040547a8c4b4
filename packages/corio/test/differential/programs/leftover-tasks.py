"""What still runs when the program ends is cancelled, and its clean-up is waited for."""

import asyncio

from program import log


async def server() -> None:
    try:
        log("serving")
        await asyncio.sleep(1000)
    finally:
        log("closing")
        await asyncio.sleep(5)
        log("closed")


async def main() -> None:
    task = asyncio.create_task(server())
    await asyncio.sleep(10)
    log("main ends", task.done())
