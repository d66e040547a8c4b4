"""Everyone who waits for a future gets its value, in the order in which they came; late comers at once."""

import asyncio

from program import log


async def waiter(name: str, future: asyncio.Future) -> None:
    log(name, "waits")
    log(name, "got", await future)


async def main() -> None:
    future = asyncio.get_running_loop().create_future()
    async with asyncio.TaskGroup() as group:
        for name in ["first", "second", "third"]:
            group.create_task(waiter(name, future))
        await asyncio.sleep(10)
        future.set_result(42)
        log("set", future.done(), future.result())
        group.create_task(waiter("late", future))
