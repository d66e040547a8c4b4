"""reset and abort break the waits; an aborted barrier stays broken until it is reset."""

import asyncio

from program import log


async def party(name: str, barrier: asyncio.Barrier) -> None:
    try:
        await barrier.wait()
        log(name, "goes on")
    except asyncio.BrokenBarrierError as error:
        log(name, error)


async def main() -> None:
    barrier = asyncio.Barrier(2)
    async with asyncio.TaskGroup() as group:
        group.create_task(party("a", barrier))
        await asyncio.sleep(10)
        await barrier.reset()
        log("reset, broken", barrier.broken)
        await asyncio.sleep(10)
        group.create_task(party("b", barrier))
        await asyncio.sleep(10)
        await barrier.abort()
        log("aborted, broken", barrier.broken)
        group.create_task(party("c", barrier))
        await asyncio.sleep(10)
        await barrier.reset()
        log("reset, broken", barrier.broken)
        group.create_task(party("d", barrier))
        await asyncio.sleep(10)
        group.create_task(party("e", barrier))
    try:
        asyncio.Barrier(0)
    except ValueError as error:
        log("no parties:", error)
