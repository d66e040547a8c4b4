"""Who joins a cancelled task hears of it, with the message, and goes on."""

import asyncio

from program import log


async def victim() -> None:
    try:
        await asyncio.sleep(100)
    finally:
        log("victim cleans up")


async def main() -> None:
    task = asyncio.create_task(victim())
    await asyncio.sleep(10)
    log("cancel", task.cancel("enough"))
    log("cancelled yet", task.cancelled(), task.done())
    try:
        await task
    except asyncio.CancelledError as error:
        log("joined:", error)
    log("cancelled", task.cancelled(), task.done())
    await asyncio.sleep(10)
    log("main goes on")
