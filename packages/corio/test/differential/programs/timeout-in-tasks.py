"""Timeouts of many tasks do not touch one another."""

import asyncio

from program import log


async def worker(name: str, limit: int, delay: int) -> str:
    try:
        async with asyncio.timeout(limit):
            await asyncio.sleep(delay)
            return f"{name} in time"
    except TimeoutError:
        return f"{name} too late"


async def main() -> None:
    tasks = [
        asyncio.create_task(worker(name, limit, delay))
        for name, limit, delay in [("a", 10, 5), ("b", 6, 50), ("c", 40, 30), ("d", 20, 21)]
    ]
    async for task in asyncio.as_completed(tasks):
        log(await task)
