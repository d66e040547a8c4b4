"""A cancelled party leaves the barrier, which waits for another one."""

import asyncio

from program import log


async def party(name: str, barrier: asyncio.Barrier) -> None:
    try:
        log(name, "arrives")
        await barrier.wait()
        log(name, "goes on")
    except asyncio.CancelledError:
        log(name, "leaves,", barrier.n_waiting, "are there")
        raise


async def main() -> None:
    barrier = asyncio.Barrier(2)
    async with asyncio.TaskGroup() as group:
        first = group.create_task(party("first", barrier))
        await asyncio.sleep(10)
        first.cancel()
        await asyncio.sleep(10)
        group.create_task(party("second", barrier))
        await asyncio.sleep(10)
        group.create_task(party("third", barrier))
    log("broken", barrier.broken)
