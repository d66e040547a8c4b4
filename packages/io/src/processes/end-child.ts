// How a child ends with its scope: asked first, then killed, reaped in any case, its pipes closed.
import { gather, moveOnAfter, shield, sleep, type Coroutine, type Scope, type Task } from "corio";
import { coroutine } from "corio/lowlevel";
import { ProcessLeftError, ProcessSignalError } from "../errors.ts";
import type { Child } from "./child.ts";
import { ExitWait } from "./exit-wait.ts";
import type { Relay } from "./relay.ts";

/** Milliseconds that the system may take to end what it was told to kill: a process in the middle of a read from a dead disk does not die. */
const patience = 10_000;

/** Ends the child, and all that it leads; not interrupted. A second caller waits for the first. */
export function* endChild(child: Child): Coroutine<void> {
  if (child.ending) {
    yield* child.ended.wait();
    return;
  }
  child.ending = true;
  yield* shield(() => coroutine(endStep, child), { timeout: Infinity });
}

function* endStep(child: Child): Coroutine<void> {
  try {
    yield* stopTasks(child.relayTasks);
    child.discardOutput();
    if (child.alive) yield* gather([() => coroutine(stop, child), ...passOn(child)]);
    else yield* gather(passOn(child));
    // With a short grace, or none, that was over before what it has written had come.
    yield* gather(relaysOut(child).map((relay) => () => relay.runRest()));
  } finally {
    yield* closePipes(child);
    child.release();
    child.ended.set();
  }
}

function* stopTasks(tasks: readonly Task<void>[]): Coroutine<void> {
  for (const task of tasks) task.cancel("the process is being ended");
  for (const task of tasks) {
    try {
      yield* task.join();
    } catch {
      // It was cancelled, or has failed and was reported.
    }
  }
}

/** What the child has written is still passed on, as long as it may take to end. */
function passOn(child: Child): (() => unknown)[] {
  const most = child.plan.grace;
  return relaysOut(child).map((relay) => () => moveOnAfter(most, () => relay.run()));
}

function relaysOut(child: Child): Relay[] {
  return child.relays.filter((relay) => relay.name !== "stdin");
}

function* stop(child: Child): Coroutine<void> {
  const { grace, terminateSignal } = child.plan;
  let refusal: unknown = null;
  if (grace > 0) {
    try {
      child.send(terminateSignal);
      // One that was stopped could not even hear it.
      child.send("SIGCONT");
    } catch (error) {
      refusal = refused(error);
    }
    yield* moveOnAfter(grace, gone, child);
  }
  if (!child.alive) return;
  try {
    child.send("SIGKILL");
    yield* moveOnAfter(patience, gone, child);
  } catch (error) {
    refusal = refused(error);
  }
  if (!child.alive) return;
  child.abandon();
  const why = refusal === null ? "the system does not end it" : "the system does not permit it";
  throw new ProcessLeftError(`Cannot end ${child.what} with its scope: ${why}. It runs on`, {
    cause: refusal,
  });
}

function refused(error: unknown): unknown {
  if (error instanceof ProcessSignalError) return error;
  throw error;
}

/** Waits until the child, and with a group all of that, has ended. */
function* gone(_scope: Scope, child: Child): Coroutine<void> {
  yield* new ExitWait(child);
  // Others of the group are not our children: the system does not tell of their end.
  for (let pause = 1; child.alive; pause = Math.min(2 * pause, 50)) yield* sleep(pause);
}

function* closePipes(child: Child): Coroutine<void> {
  // Output that has come to its end is closing by itself.
  for (const link of child.links) if (link === child.stdin || !link.reader.ended) link.abort();
  for (const link of child.links) yield* link.closed();
}
