import net from "node:net";
const N = 60000, C = 64; let sent = 0, got = 0; const t0 = Date.now();
const req = Buffer.from("GET /hello/x HTTP/1.1\r\nHost: a\r\n\r\n");
await new Promise<void>((done) => { for (let i = 0; i < C; i++) { const s = net.connect(9911, "127.0.0.1", () => { sent++; s.write(req); }); s.on("data", () => { got++; if (got === N) { done(); process.exit(); } if (sent < N) { sent++; s.write(req); } }); } process.on("exit", () => console.log("req/s", N / (Date.now() - t0) * 1000 | 0)); });
