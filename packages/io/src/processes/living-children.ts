// The children that run. Should the program end without closing their scopes (`process.exit`, an uncaught error, Ctrl-C twice), they end with it.

/** What can be ended at once, without waiting. */
export interface Mortal {
  killAtExit(): void;
}

const living = new Set<Mortal>();

function killAll(): void {
  for (const child of living) child.killAtExit();
}

export function noteLiving(child: Mortal): void {
  if (living.size === 0) process.on("exit", killAll);
  living.add(child);
}

export function noteEnded(child: Mortal): void {
  if (living.delete(child) && living.size === 0) process.off("exit", killAll);
}
