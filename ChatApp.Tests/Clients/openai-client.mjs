// Uses OpenAI's own client as its users do. Arguments: base address, key. Prints what it got as JSON.
import OpenAI from "openai";

const client = new OpenAI({ baseURL: process.argv[2], apiKey: process.argv[3], maxRetries: 0 });
const messages = [{ role: "system", content: "Be brief." }, { role: "user", content: "Hello" }];

const models = [];
for await (const model of client.models.list()) {
  models.push(model.id);
}
const whole = await client.chat.completions.create({ model: models[0], messages });
const stream = await client.chat.completions.create({ model: models[0], messages, stream: true, stream_options: { include_usage: true } });
let text = "";
let usage = null;
let reason = null;
for await (const chunk of stream) {
  text += chunk.choices[0]?.delta?.content ?? "";
  reason = chunk.choices[0]?.finish_reason ?? reason;
  usage = chunk.usage ?? usage;
}
const helper = await client.chat.completions.stream({ model: models[0], messages }).finalContent();
let problem = null;
try {
  await client.chat.completions.create({ model: models[0], messages: [] });
} catch (error) {
  problem = { status: error.status, message: error.message };
}
console.log(JSON.stringify({ models, whole, text, usage, reason, helper, problem }));
