"""A task in wait_for is cancelled from outside: no timeout comes of it."""

import asyncio

from program import log


async def work() -> None:
    try:
        await asyncio.sleep(100)
    finally:
        log("work is stopped")
        await asyncio.sleep(5)
        log("work is clean")


async def waiter() -> None:
    try:
        await asyncio.wait_for(work(), 20)
    except BaseException as error:
        log("waiter:", error)
        raise


async def main() -> None:
    task = asyncio.create_task(waiter())
    await asyncio.sleep(10)
    task.cancel("from outside")
    await asyncio.wait([task])
    log("cancelled", task.cancelled())
