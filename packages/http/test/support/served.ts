// An application on a port for the length of a test body.

import { run } from "corio";
import { withServer, withSession } from "@corio/http";
import type { Application, ServeOptions, Server, Session } from "@corio/http";

/** Runs the body with the application served, and a session with its URL as base. */
export async function served(
  app: Application,
  body: (server: Server, session: Session) => unknown,
  options: ServeOptions = {},
): Promise<void> {
  await run(() =>
    withServer(app, { port: 0, host: "127.0.0.1", ...options }, (server) =>
      withSession({ baseUrl: server.url }, (session) => body(server, session)),
    ),
  );
}
