// The ledger: every sentence about asyncio's behaviour, and what Corio makes of it. `tools/conformance.ts` holds it against the tests.

import type { Family } from "./sentence.ts";
import { cancellation } from "./sentences/cancellation.ts";
import { futures, tasks } from "./sentences/futures-and-tasks.ts";
import { gathering } from "./sentences/gathering.ts";
import { groups, timeouts } from "./sentences/groups-and-timeouts.ts";
import { debugging, loop, timers } from "./sentences/loop.ts";
import { processes, streams } from "./sentences/io.ts";
import { graph, runners } from "./sentences/runs-and-graph.ts";
import { locks, queues } from "./sentences/sync-and-queues.ts";

export const sentences: readonly Family[] = [
  loop,
  timers,
  debugging,
  futures,
  tasks,
  cancellation,
  gathering,
  groups,
  timeouts,
  locks,
  queues,
  runners,
  graph,
  streams,
  processes,
];
