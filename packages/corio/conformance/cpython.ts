// The tests of CPython 3.14's test_asyncio that are pure semantics: where each one's meaning is tested here.

import { testBaseEvents, testEagerTaskFactory, testEvents } from "./cpython/test-events.ts";
import { testFutures, testFutures2, testPep492, testStaggered } from "./cpython/test-futures.ts";
import { testLocks } from "./cpython/test-locks.ts";
import { testQueues } from "./cpython/test-queues.ts";
import { testRunners } from "./cpython/test-runners.ts";
import { testStreams, testTransports } from "./cpython/test-streams.ts";
import { testTaskgroups } from "./cpython/test-taskgroups.ts";
import { testTasks } from "./cpython/test-tasks.ts";
import { testTimeouts, testWaitfor } from "./cpython/test-timeouts.ts";
import type { Suite } from "./port.ts";

export const cpythonIntroduction = `
# The tests of CPython's suite

CPython 3.14's \`test_asyncio\` has 1,361 tests. 448 of them are pure semantics: they need no socket, no process, no signal, no
thread, and nothing that only CPython has. This is what became of each. *Same*: its meaning holds, and the tests named show it, or
the tests of the sentences named ([conformance with asyncio](conformance.md)). *Better*: Corio deviates on purpose; the tests show how.
*n/a*: what it tests does not exist in Corio or in JavaScript. *I/O*: it belongs to the package of sockets and streams.

Made by \`npm run conformance -- --write\` from \`packages/corio/conformance/\`. Do not edit by hand.
`;

export const cpython: readonly Suite[] = [
  testTasks,
  testFutures,
  testFutures2,
  testTaskgroups,
  testTimeouts,
  testWaitfor,
  testLocks,
  testQueues,
  testEagerTaskFactory,
  testRunners,
  testBaseEvents,
  testEvents,
  testPep492,
  testStaggered,
  testStreams,
  testTransports,
];
