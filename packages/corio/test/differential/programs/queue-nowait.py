"""What does not wait says that the queue is full, or empty."""

import asyncio

from program import log


async def main() -> None:
    queue = asyncio.Queue(2)
    for item in "abc":
        try:
            queue.put_nowait(item)
            log("put", item)
        except asyncio.QueueFull as error:
            log(item, error)
    for _ in range(3):
        try:
            log("got", queue.get_nowait())
        except asyncio.QueueEmpty as error:
            log(error)
