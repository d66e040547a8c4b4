"""Heartbeats push a deadline back; when they stay away, the work is broken off."""

import asyncio

from program import log


async def beat(limit: asyncio.Timeout, beats: list[int]) -> None:
    loop = asyncio.get_running_loop()
    for delay in beats:
        await asyncio.sleep(delay)
        limit.reschedule(loop.time() + 10)
        log("beat, deadline", limit.when())


async def main() -> None:
    try:
        async with asyncio.timeout(10) as limit:
            async with asyncio.TaskGroup() as group:
                group.create_task(beat(limit, [4, 9, 9, 1, 30]))
                try:
                    await asyncio.sleep(500)
                finally:
                    log("work is broken off")
    except TimeoutError as error:
        log("watchdog:", error)
