// @ts-check

/** @typedef {{id: string, data: string}} ServerEvent */

/**
 * Reads server-sent events from a response's body (HTML standard, 9.2.6). EventSource cannot send a POST or headers.
 * @param {ReadableStream<Uint8Array>} body
 * @returns {AsyncGenerator<ServerEvent>}
 */
export async function* readEvents(body) {
  let next = { id: "", data: "" };
  for await (const line of readLines(body)) {
    const colon = line.indexOf(":");
    const [field, value] = colon < 0 ? [line, ""] : [line.slice(0, colon), line.slice(colon + 1).replace(/^ /, "")];
    if (line === "") {
      if (next.data) {
        yield { ...next, data: next.data.slice(0, -1) };
      }
      next = { id: next.id, data: "" };
    } else if (field === "id") {
      next.id = value;
    } else if (field === "data") {
      next.data += `${value}\n`;
    }
  }
}

/**
 * @param {ReadableStream<Uint8Array>} body
 * @returns {AsyncGenerator<string>}
 */
async function* readLines(body) {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let rest = "";
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) {
        return;
      }
      const lines = (rest + decoder.decode(value, { stream: true })).split(/\r\n|\n/);
      rest = lines.pop() ?? "";
      yield* lines;
    }
  } finally {
    reader.cancel().catch(() => {});
  }
}
