// sendfile: bytes from one open file to another. Node has no call for it; two of its own stand in.
import * as fs from "node:fs";
import { shield, type Awaitable, type Coroutine } from "corio";
import { coroutine } from "corio/lowlevel";
import { fileError } from "./errors.ts";
import { hostCall, type Done } from "./host-call.ts";
import type { OpenFile } from "./path-facts.ts";

/** The most that one call sends: a cancelled caller leaves no more than that under way. */
const mostAtOnce = 1024 * 1024;

/**
 * Sends up to `count` bytes of `input`, from its byte `offset` on, to where `output` stands. Gives how many were sent, as the system's own
 * call does: fewer than asked for at most 1 MiB at a time, 0 at the end of the input. It goes past
 * the files' buffers: flush them first. Between files it is not interrupted. A cancel point.
 */
export function sendfile(
  output: OpenFile,
  input: OpenFile,
  offset: number,
  count: number,
): Awaitable<number> {
  for (const [name, value] of [
    ["offset", offset],
    ["count", count],
  ] as const) {
    if (!Number.isSafeInteger(value) || value < 0) {
      throw new RangeError(`Cannot send with ${name} ${value}: it takes a whole number of bytes`);
    }
  }
  return coroutine(sendStep, output, input, offset, Math.min(count, mostAtOnce));
}

function* sendStep(output: OpenFile, input: OpenFile, offset: number, count: number): Coroutine<number> {
  const to = typeof output === "number" ? output : output.fileno();
  const from = typeof input === "number" ? input : input.fileno();
  const sending = (): Awaitable<number> => coroutine(sendOnce, to, from, offset, count);
  // Files answer soon: whoever is cancelled waits for that, and only then closes the descriptors that are being used. A pipe may never answer.
  return yield* isRegular(to) && isRegular(from) ? shield(sending) : sending();
}

function* sendOnce(to: number, from: number, offset: number, count: number): Coroutine<number> {
  const state = { wanted: true };
  try {
    return yield* hostCall<number>(
      "send",
      `descriptor ${from}`,
      (done) => send(to, from, offset, count, state, done),
      undefined,
      `descriptor ${to}`,
    );
  } finally {
    state.wanted = false;
  }
}

function isRegular(fd: number): boolean {
  try {
    return fs.fstatSync(fd).isFile();
  } catch (error) {
    throw fileError(error, "stat", `descriptor ${fd}`);
  }
}

/** Reads, then writes all of it. */
function send(
  to: number,
  from: number,
  offset: number,
  count: number,
  state: { readonly wanted: boolean },
  done: Done<number>,
): void {
  const bytes = Buffer.allocUnsafe(count);
  fs.read(from, bytes, 0, count, offset, (failure, held) => {
    if (failure !== null) return done(failure, 0);
    const next = (sent: number): void => {
      if (sent === held || !state.wanted) return done(null, sent);
      fs.write(to, bytes, sent, held - sent, null, (error, written) => {
        if (error === null) next(sent + written);
        // What was sent counts, as in a short write; the next call meets the error.
        else if (sent > 0) done(null, sent);
        else done(error, 0);
      });
    };
    next(0);
  });
}
