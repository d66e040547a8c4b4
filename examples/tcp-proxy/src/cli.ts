// The program: node cli.ts LISTEN-PORT TARGET-HOST TARGET-PORT.
import { startServer } from "@corio/io";
import { main } from "corio";
import { proxyTo } from "./proxy.ts";

await main(async () => {
  const [port, host, targetPort] = process.argv.slice(2);
  if (host === undefined || !isPort(port) || !isPort(targetPort)) {
    process.stderr.write("usage: cli.ts LISTEN-PORT TARGET-HOST TARGET-PORT\n");
    return 2;
  }
  const handler = proxyTo({ host, port: Number(targetPort), connectTimeout: 10_000 });
  const server = await startServer(handler, { port: Number(port), onError: tell });
  process.stdout.write(`Port ${server.port} leads to ${host}:${targetPort}\n`);
  await server.serveForever();
});

function isPort(text: string | undefined): boolean {
  return text !== undefined && /^\d{1,5}$/.test(text) && Number(text) <= 65_535;
}

function tell(error: unknown): void {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
}
