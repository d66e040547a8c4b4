// The end of an encrypted connection, where node alone would get it wrong.
import { realHost } from "corio/lowlevel";
import type { TLSSocket } from "node:tls";

/** Milliseconds of silence after which no tickets are expected any more. */
const ticketLimit = 5000;

/** Turns of the machine that it takes besides: one that was stalled has not yet read what has come meanwhile. */
const ticketTurns = 10;

/**
 * With TLS 1.3 a server sends tickets behind the handshake, unasked. Where they come to a client that has closed, or lie unread there, its
 * system answers with a reset, and what the client has written last is lost at the server. So a client that has read nothing yet ends its
 * half, and closes when the tickets have come. Gives what closes so.
 */
export function closeAfterTickets(secure: TLSSocket): () => void {
  let come = secure.getProtocol() !== "TLSv1.3";
  const onSession = (): void => {
    come = true;
  };
  secure.once("session", onSession);
  return () => {
    // Behind anything that was received they have come, too.
    if (come || secure.bytesRead > 0 || secure.readableEnded || secure.destroyed) {
      secure.pause();
      secure.destroySoon();
      return;
    }
    const closeAfter = (turns: number): void => {
      secure.setTimeout(0);
      if (turns === 0) secure.destroySoon();
      else realHost.queueTurn(() => closeAfter(turns - 1));
    };
    // There may be several, which come together.
    secure.once("session", () => closeAfter(1));
    secure.setTimeout(ticketLimit, () => closeAfter(ticketTurns));
    secure.resume();
    secure.end();
  };
}
