"""A token takes a value back; gathered work sees the value of its caller, and keeps its own to itself."""

import asyncio
import contextvars

from program import log


DEPTH = contextvars.ContextVar("depth", default=0)


async def walk(name: str, delay: int) -> int:
    token = DEPTH.set(DEPTH.get() + 1)
    try:
        await asyncio.sleep(delay)
        log(name, "is at", DEPTH.get())
        if DEPTH.get() < 3:
            await walk(name, delay)
        return DEPTH.get()
    finally:
        DEPTH.reset(token)


async def main() -> None:
    log(await walk("alone", 1), DEPTH.get())
    DEPTH.set(1)
    log(await asyncio.gather(walk("left", 5), walk("right", 7)), DEPTH.get())
