"""A waiter that is cancelled after it was notified passes the notification on."""

import asyncio

from program import log


async def waiter(name: str, condition: asyncio.Condition) -> None:
    async with condition:
        try:
            await condition.wait()
            log(name, "woke")
        except asyncio.CancelledError:
            log(name, "is cancelled")
            raise


async def main() -> None:
    condition = asyncio.Condition()
    async with asyncio.TaskGroup() as group:
        first = group.create_task(waiter("first", condition))
        group.create_task(waiter("second", condition))
        await asyncio.sleep(10)
        async with condition:
            condition.notify()
            first.cancel()
        log("notified one, and cancelled it")
