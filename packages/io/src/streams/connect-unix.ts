// Connecting to a Unix socket.
import type { Coroutine } from "corio";
import { suspend, type HostNetwork, type Transport } from "corio/lowlevel";
import { connectError } from "../network/connect-errors.ts";

/** Connects. ConnectionRefusedError where nobody listens, or no socket is. A cancel point; cancelled, the attempt is undone. */
export function* connectUnix(network: HostNetwork, path: string): Coroutine<Transport> {
  try {
    return yield* suspend<Transport>(function aConnection(resolve, reject) {
      return network.connect({ to: { path } }, (error, transport) => {
        if (error === null) resolve(transport!);
        else reject(error);
      });
    });
  } catch (error) {
    throw connectError(error, { path });
  }
}
