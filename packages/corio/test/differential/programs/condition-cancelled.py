"""A cancelled wait ends only when it has the lock again."""

import asyncio

from program import log


async def waiter(condition: asyncio.Condition) -> None:
    async with condition:
        try:
            await condition.wait()
        finally:
            log("waiter has the lock", condition.locked())


async def holder(condition: asyncio.Condition) -> None:
    async with condition:
        log("holder has the lock")
        await asyncio.sleep(20)
        log("holder gives it back")


async def main() -> None:
    condition = asyncio.Condition()
    waiting = asyncio.create_task(waiter(condition))
    await asyncio.sleep(1)
    holding = asyncio.create_task(holder(condition))
    await asyncio.sleep(9)
    log("cancel", waiting.cancel())
    await asyncio.wait([waiting, holding])
    log("cancelled", waiting.cancelled(), "locked", condition.locked())
    async with condition:
        try:
            async with asyncio.timeout(5):
                await condition.wait()
        except TimeoutError as error:
            log(error, "locked", condition.locked())
    log("locked", condition.locked())
