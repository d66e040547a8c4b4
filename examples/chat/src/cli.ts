// The program: node cli.ts [PORT]. Ctrl-C, or SIGTERM, says good-bye to everybody and ends it.
import { startServer } from "@corio/io";
import { main, sleepForever } from "corio";
import { Chat } from "./chat.ts";

await main(async () => {
  const chat = new Chat();
  const port = Number(process.argv[2] ?? 7000);
  if (!(Number.isInteger(port) && port >= 0 && port <= 65_535)) {
    process.stderr.write("usage: cli.ts [PORT]\n");
    return 2;
  }
  const server = await startServer(chat.serve, { port, limit: 1024, maxConnections: 10_000, grace: 3000 });
  process.stdout.write(`The chat is on port ${server.port}\n`);
  try {
    await sleepForever();
  } finally {
    server.close();
    chat.announce("* the chat is over");
    // What was written goes out first, to those who read.
    server.closeClients();
    await server.waitClosed();
    process.stdout.write("Everybody has gone\n");
  }
});
