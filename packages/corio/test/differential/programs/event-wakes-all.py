"""An event wakes all who wait, in order, also when it is cleared in the same step."""

import asyncio

from program import log


async def waiter(name: str, event: asyncio.Event, arrives: int) -> None:
    await asyncio.sleep(arrives)
    log(name, "waits", event.is_set())
    await event.wait()
    log(name, "goes on", event.is_set())


async def main() -> None:
    event = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        for name, arrives in [("a", 2), ("b", 1), ("c", 3), ("late", 15), ("later", 25)]:
            group.create_task(waiter(name, event, arrives))
        await asyncio.sleep(10)
        event.set()
        event.clear()
        log("set and cleared")
        await asyncio.sleep(10)
        event.set()
        log("set")
