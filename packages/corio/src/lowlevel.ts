// What library authors import: the tools to make Awaitables of their own.

export { cancelPoint } from "./kernel/cancel-point.ts";
export { coroutine } from "./kernel/coroutine-awaitable.ts";
export type { Host, HostContext, HostProcess, HostTimer, RunHooks, ScopeToken } from "./host/port.ts";
export { suspend, type SuspendStart } from "./kernel/suspend.ts";
export { QueuedWait, WaitQueue } from "./kernel/wait-queue.ts";
export { host as realHost } from "#host";
export { createVirtualHost, type VirtualHost } from "./host/virtual.ts";
export { formatTaskTree } from "./kernel/task-tree.ts";
