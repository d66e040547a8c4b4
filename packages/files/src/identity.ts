// Which file it is, whatever it is called: its device and its number there.

/** Exact: the numbers of some file systems are larger than a `number` can tell. */
export interface Identity {
  readonly dev: bigint;
  readonly ino: bigint;
}

export function identityOf(stats: Identity): Identity {
  return { dev: stats.dev, ino: stats.ino };
}

export function sameIdentity(one: Identity, other: Identity): boolean {
  return one.ino === other.ino && one.dev === other.dev;
}
