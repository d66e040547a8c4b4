"""Awaiting a coroutine runs it in place: a task made before waits for the first real wait."""

import asyncio

from program import log


async def double(value: int) -> int:
    log("doubling", value)
    return value * 2


async def quadruple(value: int) -> int:
    return await double(await double(value))


async def other() -> None:
    log("the other task")


async def main() -> None:
    task = asyncio.create_task(other())
    log("got", await quadruple(5))
    await task
    future = asyncio.get_running_loop().create_future()
    future.set_result("done before")
    log("future", await future)
    lock = asyncio.Lock()
    async with lock:
        log("locked")
    event = asyncio.Event()
    event.set()
    await event.wait()
    log("event was set")
    queue = asyncio.Queue()
    await queue.put("item")
    log("queue", await queue.get())
    log("end")
