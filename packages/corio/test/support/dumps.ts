// Finding one's way in a dump.

import { dumpTasks, type ScopeDump, type TaskDump, type TasksDump } from "corio";

function tasksOf(scope: ScopeDump): TaskDump[] {
  return [...scope.tasks, ...scope.scopes.flatMap(tasksOf)].flatMap((task) =>
    task.kind === "task" ? [task, ...tasksOf(task)] : [task],
  );
}

/** All tasks of a dump, parents before their children. */
export function dumpedTasks(dump: TasksDump): TaskDump[] {
  return dump.runs.flatMap(({ task }) => [task, ...tasksOf(task)]);
}

/** The task of that name in a dump of now. */
export function dumped(name: string): TaskDump {
  const found = dumpedTasks(dumpTasks()).find((task) => task.name === name);
  if (found === undefined) throw new Error(`no task ${name}`);
  return found;
}
