"""Many servers are asked; what has answered at the deadline counts, the rest is called off."""

import asyncio

from program import Failure, log


async def ask(server: str, delay: int) -> str:
    try:
        await asyncio.sleep(delay)
        if server == "broken":
            raise Failure(server)
        return f"answer of {server}"
    finally:
        log(server, "hangs up")


async def main() -> None:
    servers = {"near": 5, "far": 40, "middle": 15, "broken": 10}
    tasks = {server: asyncio.create_task(ask(server, delay)) for server, delay in servers.items()}
    done, pending = await asyncio.wait(tasks.values(), timeout=20)
    log("deadline,", len(done), "have answered")
    for task in pending:
        task.cancel()
        await asyncio.wait([task])
    for server, task in tasks.items():
        if task.cancelled():
            log(server, "was too late")
        else:
            log(server, task.exception() or task.result())
