"""Three workers share a queue of jobs; some fail, all are accounted for, then the workers are dismissed."""

import asyncio

from program import Failure, log


async def worker(name: str, jobs: asyncio.Queue, results: dict[str, object]) -> None:
    try:
        while True:
            job, cost = await jobs.get()
            try:
                log(name, "takes", job)
                await asyncio.sleep(cost)
                if cost > 20:
                    raise Failure(f"{job} is too heavy")
                results[job] = cost
            except Failure as error:
                results[job] = error
            finally:
                jobs.task_done()
    finally:
        log(name, "goes home")


async def main() -> None:
    jobs = asyncio.Queue()
    results = {}
    for number, cost in enumerate([7, 23, 4, 11, 30, 2, 9]):
        jobs.put_nowait((f"job{number}", cost))
    workers = [asyncio.create_task(worker(f"w{n}", jobs, results)) for n in range(3)]
    await jobs.join()
    log("all done")
    for task in workers:
        task.cancel()
        await asyncio.wait([task])
    for job in sorted(results):
        log(job, results[job])
