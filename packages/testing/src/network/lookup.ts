// Looking up names on a simulated network.

import type { NetworkDone, ResolvedAddress } from "corio/lowlevel";
import { canonical, familyOf } from "./addresses.ts";
import type { Caller } from "./connect.ts";
import { type LookupErrorCode, lookupError } from "./node-errors.ts";
import type { NetworkRun } from "./run.ts";
import type { World } from "./world.ts";

/** Begins to look a name up; what is given back undoes it. */
export function lookup(
  run: NetworkRun,
  caller: Caller,
  name: string,
  family: 0 | 4 | 6,
  done: NetworkDone<readonly ResolvedAddress[]>,
): () => void {
  const { agenda, settings, world } = run;
  const immediate = familyOf(name) !== null || name === "localhost";
  let undone = false;
  const delay = immediate ? 0 : (world.names.get(name)?.delay ?? settings.lookupDelay);
  const planned = agenda.at(agenda.now() + delay, () =>
    run.whenThawed(caller.host, () => {
      if (undone) return;
      const found = resolve(world, caller.host, name, family);
      const failed = typeof found === "string";
      const detail = failed ? found : found.map(({ address }) => address).join(" ");
      if (!immediate || failed) run.log.note("lookup", { from: caller.host, detail: `${name}: ${detail}` });
      caller.context.run(() => (failed ? done(lookupError(found, name), null) : done(null, found)));
    }),
  );
  return () => {
    undone = true;
    agenda.cancel(planned);
  };
}

function resolve(
  world: World,
  host: string,
  name: string,
  family: 0 | 4 | 6,
): readonly ResolvedAddress[] | LookupErrorCode {
  const literal = familyOf(name) !== null;
  if (!literal && name !== "localhost") {
    if (world.existing(host).down) return "EAI_AGAIN";
    const { error = null } = world.names.get(name) ?? {};
    if (error !== null) return error;
  }
  const texts = literal ? [name] : name === "localhost" ? ["127.0.0.1", "::1"] : addressesOf(world, name);
  const found = texts
    .map((text) => ({ address: canonical(text), family: familyOf(text)! }))
    .filter((entry) => family === 0 || entry.family === family);
  return found.length === 0 ? "ENOTFOUND" : found;
}

function addressesOf(world: World, name: string): readonly string[] {
  const listed = world.names.get(name)?.addresses;
  if (listed === undefined) return world.hosts.get(name)?.addresses ?? [];
  return listed.flatMap((entry) => (familyOf(entry) === null ? world.existing(entry).addresses : [entry]));
}
