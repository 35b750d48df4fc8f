// An MCP server over standard input and output that responds in whatever way the called tool names.
import { createInterface } from "node:readline";

const names = ["echo", "big", "endless", "flood", "garbage", "requests", "wrong-shape", "hold", "release", "noise", "noise-end", "stay", "count"];
const held = [];
let count = 0;

function send(text) {
  return new Promise((resolve) => process.stdout.write(text + "\n", resolve));
}

function textOf(id, text) {
  return send(JSON.stringify({ result: { content: [{ type: "text", text }] }, jsonrpc: "2.0", id }));
}

// In pieces, so that this process needs no memory for it; the id comes last.
async function big(id, megabytes) {
  const piece = "x\\\"}{,".repeat(1024 * 1024 / 8);
  await new Promise((resolve) => process.stdout.write('{"result": {"content": [{"type": "text", "text": "', resolve));
  for (let i = 0; i < megabytes; i++) {
    await new Promise((resolve) => process.stdout.write(piece.padEnd(1024 * 1024, "x"), resolve));
  }
  await send(`"}], "id": 999}, "jsonrpc": "2.0", "id": ${JSON.stringify(id)}}`);
}

async function endless() {
  for (;;) {
    await new Promise((resolve) => process.stdout.write("y".repeat(1024 * 1024), resolve));
  }
}

async function flood(id, count, message) {
  const lines = Array.from({ length: 1000 }, (_, i) => JSON.stringify({ jsonrpc: "2.0", ...message(i) })).join("\n");
  for (let sent = 0; sent < count; sent += 1000) {
    await send(lines);
  }
  await textOf(id, "done");
}

const tools = {
  echo: (id, { message }) => textOf(id, message),
  big: (id, { megabytes }) => big(id, megabytes),
  endless,
  flood: (id, { count }) => flood(id, count, () => ({ method: "notifications/message", params: { level: "info", data: "z".repeat(1000) } })),
  requests: (id, { count }) => flood(id, count, (i) => ({ id: `server-${i}`, method: "ping", params: { data: "z".repeat(1000) } })),
  garbage: async (id) => {
    await send("not a message");
    await send("[]");
    await send(`{"jsonrpc": "2.0", "result": {"content": [tru]}, "id": ${JSON.stringify(id)}}`);
  },
  "wrong-shape": (id) => send(JSON.stringify({ jsonrpc: "2.0", id, result: { content: "not a list" } })),
  noise: async (id, { megabytes }) => {
    for (let i = 0; i < megabytes; i++) {
      await new Promise((resolve) => process.stderr.write("n".repeat(1024 * 1024), resolve));
    }
    await textOf(id, "done");
  },
  "noise-end": (id) => {
    process.stderr.write("\nend\n");
    return textOf(id, "done");
  },
  stay: (id) => {
    setInterval(() => {}, 1000);
    return textOf(id, String(process.pid));
  },
  // The only tool that is not declared read-only.
  count: (id) => textOf(id, String(++count)),
  hold: (id) => held.push(id),
  release: async (id) => {
    for (const waiting of held.splice(0)) {
      await textOf(waiting, "released");
    }
    await textOf(id, "done");
  },
};

const requests = {
  initialize: (id, { protocolVersion }) => send(JSON.stringify({ jsonrpc: "2.0", id, result: { protocolVersion, capabilities: { tools: {} }, serverInfo: { name: "misbehaving", version: "1" } } })),
  "tools/list": (id) => send(JSON.stringify({ jsonrpc: "2.0", id, result: { tools: names.map((name) => ({ name, inputSchema: { type: "object" }, annotations: { readOnlyHint: name !== "count" } })) } })),
  "tools/call": (id, params) => tools[params.name](id, params.arguments ?? {}),
};

createInterface({ input: process.stdin }).on("line", (line) => {
  const message = JSON.parse(line);
  if (message.method in requests) {
    void requests[message.method](message.id, message.params ?? {});
  } else if (message.method && "id" in message) {
    void send(JSON.stringify({ jsonrpc: "2.0", id: message.id, error: { code: -32601, message: "Method not found" } }));
  }
});
