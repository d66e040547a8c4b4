"""A task copies the context when it is made; a plain call shares it."""

import asyncio
import contextvars

from program import log


USER = contextvars.ContextVar("user", default="nobody")


async def plain_call(name: str) -> None:
    USER.set(name)
    await asyncio.sleep(1)


async def child(place: str) -> None:
    log(place, "starts as", USER.get())
    await asyncio.sleep(10)
    log(place, "is still", USER.get())
    USER.set(place)
    await asyncio.sleep(1)
    log(place, "is now", USER.get())


async def main() -> None:
    log("at first", USER.get())
    await plain_call("ann")
    log("after a plain call", USER.get())
    async with asyncio.TaskGroup() as group:
        group.create_task(child("first"))
        await asyncio.sleep(5)
        USER.set("bob")
        group.create_task(child("second"))
        log("the body is", USER.get())
    log("at last", USER.get())
