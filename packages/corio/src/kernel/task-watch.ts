// Who is to be told that a task has ended: a list that runs through the watches themselves. The first one's `before` is the last.

export interface TaskWatch {
  before: TaskWatch | null;
  after: TaskWatch | null;
  taskEnded(): void;
}

/** Adds one at the end; gives the first. */
export function withWatch(first: TaskWatch | null, watch: TaskWatch): TaskWatch {
  if (first === null) return (watch.before = watch);
  const last = first.before!;
  watch.before = last;
  last.after = first.before = watch;
  return first;
}

/** Takes one off; gives the first of those that are left. */
export function withoutWatch(first: TaskWatch | null, watch: TaskWatch): TaskWatch | null {
  if (first === null) return null;
  const { before, after } = watch;
  const left = first === watch ? after : first;
  if (first !== watch) before!.after = after;
  // The one behind it, or the first if there is none, now has its `before`.
  if (after !== null) after.before = before;
  else if (left !== null) left.before = before;
  watch.before = watch.after = null;
  return left;
}
