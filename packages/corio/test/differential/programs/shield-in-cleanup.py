"""Clean-up behind a shield runs to its end when nobody cancels a second time."""

import asyncio

from program import log


async def commit() -> str:
    await asyncio.sleep(5)
    log("committed")
    return "receipt"


async def worker() -> None:
    try:
        await asyncio.sleep(100)
    finally:
        log("got", await asyncio.shield(commit()))


async def main() -> None:
    task = asyncio.create_task(worker())
    await asyncio.sleep(10)
    task.cancel()
    await asyncio.wait([task])
    log("cancelled", task.cancelled())
