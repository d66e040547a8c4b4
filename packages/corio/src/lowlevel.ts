// What library authors import: the tools to make Awaitables of their own.

export { cancelPoint } from "./kernel/cancel-point.ts";
export { coroutine } from "./kernel/coroutine-awaitable.ts";
export type {
  Host,
  HostContext,
  HostProcess,
  HostTimer,
  ReadyItem,
  ReadyOrder,
  RunHooks,
  ScopeToken,
  WorkInHand,
} from "./host/port.ts";
export type {
  ConnectRequest,
  HostNetwork,
  ListenRequest,
  NetworkAddress,
  NetworkDone,
  NetworkListener,
  ResolvedAddress,
  Transport,
  TransportHandlers,
} from "./host/network.ts";
export { Operation } from "./kernel/operation.ts";
export { ItemsAhead, type NextAhead } from "./tasks/item-source.ts";
export { suspend, type SuspendStart } from "./kernel/suspend.ts";
export { QueuedWait, WaitQueue } from "./kernel/wait-queue.ts";
export { host as realHost } from "#host";
export { createVirtualHost, type VirtualHost, type VirtualOptions } from "./host/virtual.ts";
export { trackResource } from "./inspect/debug/resources.ts";
export { formatTaskTree } from "./kernel/task-tree.ts";
export type { WaitTarget } from "./kernel/wait-target.ts";
export {
  besides,
  loopOf,
  type LoopState,
  rootOf,
  taskOfItem,
  tasksBelow,
  whereabouts,
} from "./kernel/observe.ts";
