"""wait_for gives the value or the error of what ends in time, in the same task."""

import asyncio

from program import Failure, log


async def work(name: str, delay: int) -> str:
    await asyncio.sleep(delay)
    if name == "bad":
        raise Failure(name)
    return f"{name} in {asyncio.current_task().get_name()}"


async def main() -> None:
    asyncio.current_task().set_name("main")
    log(await asyncio.wait_for(work("good", 5), 10))
    log(await asyncio.wait_for(work("patient", 5), None))
    try:
        await asyncio.wait_for(work("bad", 5), 10)
    except Failure as error:
        log("caught", error)
    done = asyncio.get_running_loop().create_future()
    done.set_result("was done")
    log(await asyncio.wait_for(done, 1))
    await asyncio.sleep(100)
    log("end")
