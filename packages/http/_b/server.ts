import http from "node:http";
import { run, sleepForever } from "corio";
import { Application, withServer } from "@corio/http";
if (process.argv[2] === "node") {
  http.createServer((req, res) => { const b = Buffer.from("hello"); res.writeHead(200, ["content-type", "text/plain; charset=utf-8", "content-length", "5"]); res.end(b); }).listen(9911, "127.0.0.1");
} else {
  const app = new Application().get("/hello/:x", process.argv[2] === "async" ? async () => "hello" : process.argv[2] === "plain" ? () => "hello" : function* () { return "hello"; });
  void run(() => withServer(app, { port: 9911, host: "127.0.0.1" }, function* () { yield* sleepForever(); }));
}
process.on("SIGUSR2", () => { const u = process.cpuUsage(); console.log("CPU", (u.user + u.system) / 1e6, process.memoryUsage().rss >> 20); process.exit(); });
