// What modules import whose functions run in threads: nothing here brings the runtime with it.
export { copyToThreads } from "./threads/thread-context.ts";
export { callFromThread, checkCancelled, reportProgress, threadSignal } from "./threads/inside/functions.ts";
export { threadFunction } from "./threads/function-reference.ts";
export { transfer } from "./threads/transfer.ts";
