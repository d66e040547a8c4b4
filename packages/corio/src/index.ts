// What users import.

export type { Awaitable, Coroutine, Parked, Unwrap } from "./kernel/awaitable.ts";
export { call } from "./kernel/coroutine-awaitable.ts";
export type { Report } from "./kernel/report.ts";
export { Future } from "./kernel/future.ts";
export type { CancellableTaskGroup, Ready, SpawnOptions, TaskGroup } from "./kernel/group-scope.ts";
export type { Scope } from "./kernel/scope.ts";
export { checkpoint, sleep, sleepForever } from "./kernel/sleep.ts";
export type { Task } from "./kernel/task.ts";

export { asCompleted, type ResultOf } from "./tasks/as-completed.ts";
export { cancelScope } from "./tasks/cancel-scope.ts";
export { createTask } from "./tasks/create-task.ts";
export {
  allSettled,
  type AllSettled,
  gather,
  type Gatherable,
  type Gathered,
  type Settled,
} from "./tasks/gather.ts";
export { currentScope, currentTask, loopTime } from "./tasks/here.ts";
export { main } from "./tasks/main.ts";
export { type ConcurrencyOptions, forEach, map } from "./tasks/map.ts";
export { any, race } from "./tasks/race.ts";
export { retry, type RetryOptions } from "./tasks/retry.ts";
export { run, type RunOptions } from "./tasks/run.ts";
export { shield, type ShieldOptions } from "./tasks/shield.ts";
export { taskGroup } from "./tasks/task-group.ts";
export { type ReturnWhen, wait, waitFor, type WaitOptions } from "./tasks/wait.ts";
export { moveOnAfter, type MoveOn, timeout, timeoutAt } from "./tasks/timeout.ts";

export { Barrier } from "./sync/barrier.ts";
export { CapacityLimiter } from "./sync/capacity-limiter.ts";
export { Condition, type Truthy } from "./sync/condition.ts";
export { Event } from "./sync/event.ts";
export { Lock } from "./sync/lock.ts";
export { ResourceGuard } from "./sync/resource-guard.ts";
export { BoundedSemaphore, Semaphore } from "./sync/semaphore.ts";

export { channel, type ReceiveChannel, type SendChannel } from "./queues/channel.ts";
export type { ChannelStatistics } from "./queues/channel-core.ts";
export type { Compare } from "./queues/heap.ts";
export type { ItemStore } from "./queues/item-store.ts";
export { LifoQueue } from "./queues/lifo-queue.ts";
export { PriorityQueue } from "./queues/priority-queue.ts";
export { Queue } from "./queues/queue.ts";

export { fromPromise, type FromPromiseOptions, type PromiseSource } from "./kernel/from-promise.ts";

export {
  BadYieldError,
  BrokenBarrierError,
  BrokenChannel,
  BusyResourceError,
  CancelledError,
  CleanupError,
  ClosedChannel,
  DeadlockError,
  EndOfChannel,
  InvalidStateError,
  NoRunError,
  QueueEmpty,
  QueueFull,
  QueueShutDown,
  ScopeClosedError,
  StrayCancellationError,
  TaskCancelledError,
  TaskGroupError,
  TimeoutError,
  WouldBlock,
} from "./errors.ts";
