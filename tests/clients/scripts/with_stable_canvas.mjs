// Run @stable-canvas/comfyui-client: `node with_stable_canvas.mjs GIVEN` prints what came of it.
//
// Its HTTP requests go below `api_base`, its websocket always to `/ws`: the token is sent with
// the `fetch` and the `WebSocket` that its settings take.
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

const GIVEN = JSON.parse(readFileSync(process.argv[2], "utf8"));
const require = createRequire(join(GIVEN.npm, "package.json"));
const { Client, Workflow } = require("@stable-canvas/comfyui-client");
const WebSocket = require("ws");

const headers = { Authorization: `Bearer ${GIVEN.token}` };
const host = GIVEN.address.replace("http://", "");

class WithToken extends WebSocket {
  constructor(url) {
    super(url, { headers });
  }
}

function withToken(url, options) {
  return fetch(url, { ...options, headers: { ...options?.headers, ...headers } });
}

function textToImage({ seed, steps = 2, checkpoint = "emoji-mini" }) {
  const workflow = new Workflow();
  const use = workflow.classes;
  const [model, clip, vae] = use.CheckpointLoaderSimple({ ckpt_name: checkpoint });
  const [positive] = use.CLIPTextEncode({ text: "a red apple", clip });
  const [negative] = use.CLIPTextEncode({ text: "", clip });
  const [latent_image] = use.EmptyLatentImage({ width: 64, height: 64, batch_size: 1 });
  const sampler = { seed, steps, cfg: 2, sampler_name: "euler", scheduler: "normal", denoise: 1 };
  const linked = { model, positive, negative, latent_image };
  const [samples] = use.KSampler({ ...sampler, ...linked });
  const [images] = use.VAEDecode({ samples, vae });
  use.SaveImage({ images, filename_prefix: "canvas" });
  return workflow;
}

async function run(client, values, name) {
  const steps = [];
  const progress = ({ value, max }) => steps.push([value, max]);
  await save(client, await textToImage(values).invoke(client, { progress }), name);
  return steps;
}

async function polled(client, values, name) {
  await save(client, await textToImage(values).invoke_polling(client, { polling_ms: 50 }), name);
}

async function save(client, result, name) {
  const answer = await client.fetch(result.images[0].data);
  writeFileSync(join(GIVEN.folder, name), Buffer.from(await answer.arrayBuffer()));
}

async function errorOf(doing) {
  try {
    return { answer: await doing() };
  } catch (error) {
    return { type: error.name ?? error.constructor.name, text: error.message };
  }
}

async function interrupted(client) {
  const waiting = errorOf(() => textToImage({ seed: 63, steps: GIVEN.many }).invoke(client));
  let running = [];
  while (running.length === 0) {
    await new Promise((done) => setTimeout(done, 50));
    running = (await client.getQueue()).Running;
  }
  await client.interrupt();
  return waiting;
}

async function main() {
  const client = new Client({ api_host: host, fetch: withToken, WebSocket: WithToken });
  client.connect();
  await new Promise((done) => client.on("connected", done));
  const found = {
    checkpoints: await client.getSDModels(),
    samplers: (await client.getSamplers()).includes("euler"),
    schedulers: (await client.getSchedulers()).includes("karras"),
    loras: await client.getLoRAs(),
    nodes: Object.keys(await client.getNodeDefs()).length,
    system: (await client.getSystemStats()).devices.length,
    extensions: await client.getExtensions(),
    embeddings: await client.getEmbeddings(),
    user: await client.getUserConfig(),
    steps: await run(client, { seed: 61, steps: 3 }, "picture.png"),
    refused: await errorOf(() => textToImage({ seed: 1, checkpoint: "nothing" }).invoke(client)),
    interrupted: await interrupted(client),
    history: (await client.getHistory(5)).History.length,
  };
  await polled(client, { seed: 62 }, "polled.png");
  await client.free({ unload_models: true });
  await client.clearItems("history");
  found.cleared = (await client.getHistory(5)).History.length;
  const inAddress = new Client({ api_host: host, api_base: `/t/${GIVEN.url_token}` });
  await polled(inAddress, { seed: 64 }, "address.png");
  const stranger = new Client({ api_host: host });
  found.stranger = await errorOf(() => stranger.getSystemStats());
  return found;
}

console.log(JSON.stringify(await main()));
process.exit(0);
