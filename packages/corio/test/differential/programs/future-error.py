"""A future's error reaches everyone who waits; the result may be set once."""

import asyncio

from program import Failure, log


async def waiter(name: str, future: asyncio.Future) -> None:
    try:
        await future
    except Failure as error:
        log(name, "caught", error)


async def main() -> None:
    future = asyncio.get_running_loop().create_future()
    for ask in [future.result, future.exception]:
        try:
            ask()
        except asyncio.InvalidStateError as error:
            log("too early:", error)
    async with asyncio.TaskGroup() as group:
        group.create_task(waiter("a", future))
        group.create_task(waiter("b", future))
        await asyncio.sleep(1)
        future.set_exception(Failure("broken"))
        log("done", future.done(), future.exception())
        try:
            future.set_result(1)
        except asyncio.InvalidStateError as error:
            log("set twice:", error)
    try:
        future.result()
    except Failure as error:
        log("result", error)
