// Beginning to listen: which address and port it is, and who has it already.

import type { ListenRequest, NetworkAddress, NetworkDone, NetworkListener } from "corio/lowlevel";
import { canonical, familyOf, isLoopback, isWildcard } from "./addresses.ts";
import type { Caller } from "./connect.ts";
import { SimulatedListener } from "./listener.ts";
import { listenError } from "./node-errors.ts";
import type { Bind } from "./ports.ts";
import type { NetworkRun } from "./run.ts";

/** Begins to listen; what is given back undoes it. */
export function listen(
  run: NetworkRun,
  caller: Caller,
  request: ListenRequest,
  done: NetworkDone<NetworkListener>,
): () => void {
  const begun = begin(run, caller, request);
  if (begun instanceof Error) run.log.note("fail", { from: caller.host, detail: begun.message });
  let told = false;
  run.agenda.soon(() => {
    if (told) return;
    told = true;
    caller.context.run(() => (begun instanceof Error ? done(begun, null) : done(null, begun)));
  });
  return () => {
    if (told) return;
    told = true;
    if (!(begun instanceof Error)) begun.close(() => {});
  };
}

function begin(run: NetworkRun, caller: Caller, request: ListenRequest): SimulatedListener | Error {
  const { at } = request;
  const { host } = caller;
  if (run.world.existing(host).down) {
    return listenError("ENETDOWN", "path" in at ? at : { host: at.host ?? "::", port: at.port });
  }
  const ports = run.portsOf(host);
  const make = (address: NetworkAddress, name: string): SimulatedListener => {
    const listener = new SimulatedListener(run, request, { address, name, host, context: caller.context });
    run.listeners.add(listener);
    run.log.note("listen", { from: name });
    return listener;
  };
  if ("path" in at) {
    if (ports.atPath(at.path) !== undefined) return listenError("EADDRINUSE", at);
    const listener = make({ path: at.path }, `${host}:${at.path}`);
    ports.listenAtPath(at.path, listener);
    return listener;
  }
  const bind = bindOf(run, host, request, at);
  if (bind instanceof Error) return bind;
  const family = familyOf(bind.address)!;
  const listener = make({ host: bind.address, port: bind.port, family }, `${host}:${bind.port}`);
  ports.listen(bind, listener);
  return listener;
}

function bindOf(
  run: NetworkRun,
  host: string,
  { reusePort = false, ipv6Only = false }: ListenRequest,
  at: { readonly host?: string | undefined; readonly port: number },
): Bind | Error {
  const address = canonical(at.host ?? "::");
  const place = { host: at.host ?? "::", port: at.port };
  if (familyOf(address) === null) return listenError("EINVAL", place);
  const own = run.world.existing(host).addresses;
  if (!isWildcard(address) && !isLoopback(address) && !own.includes(address)) {
    return listenError("EADDRNOTAVAIL", place);
  }
  const ports = run.portsOf(host);
  const port = at.port === 0 ? ports.free() : at.port;
  if (port === null) return listenError("EADDRINUSE", place);
  const bind: Bind = { address, port, reusePort, ipv6Only };
  return ports.taken(bind) ? listenError("EADDRINUSE", place) : bind;
}
