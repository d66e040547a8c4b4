"""What every Python program imports: the log, the way values read in it, and one error class to fail with.

The TypeScript side is ../program.ts and ../words.ts; both must write the same.
"""

import asyncio

_lines: list[str] = []


class Failure(Exception):
    """What the programs fail with."""


def log(*values: object) -> None:
    """Writes one event: the virtual time, then the values."""
    time = asyncio.get_running_loop().time()
    _lines.append(" ".join([f"{time:g}", *map(word, values)]))


def report(error: object) -> None:
    """Writes a failure that nobody received; without the time, since the program does not stand still for it."""
    _lines.append(f"report {word(error)}")


def take_lines() -> list[str]:
    """The events so far, for the runner; the log is empty then."""
    lines = list(_lines)
    _lines.clear()
    return lines


def word(value: object) -> str:
    """How a value reads in a log: the same in both languages."""
    match value:
        case None:
            return "none"
        case bool():
            return "true" if value else "false"
        case float():
            return f"{value:g}"
        case list() | tuple():
            return f"[{', '.join(map(word, value))}]"
        case BaseException():
            return _error(value)
        case str() | int():
            return str(value)
    raise TypeError(f"no word for a {type(value).__name__} in a log")


def _error(error: BaseException) -> str:
    match error:
        case BaseExceptionGroup():
            return f"group({', '.join(map(word, error.exceptions))})"
        case asyncio.CancelledError():
            return f"cancelled({error.args[0]})" if error.args and error.args[0] else "cancelled"
        case Failure():
            return f"failure({error})"
        case TimeoutError():
            return "timeout"
        case asyncio.QueueEmpty() | asyncio.QueueFull() | asyncio.QueueShutDown() | asyncio.BrokenBarrierError():
            return type(error).__name__
        case RuntimeError() | ValueError() | asyncio.InvalidStateError():
            # What the library says to a program that uses it wrongly.
            return "misuse"
    raise error
