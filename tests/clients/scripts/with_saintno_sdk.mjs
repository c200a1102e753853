// Run @saintno/comfyui-sdk: `node with_saintno_sdk.mjs GIVEN` prints what came of it.
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

const GIVEN = JSON.parse(readFileSync(process.argv[2], "utf8"));
const require = createRequire(join(GIVEN.npm, "package.json"));
const { CallWrapper, ComfyApi, PromptBuilder } = require("@saintno/comfyui-sdk");

const bearer = { credentials: { type: "bearer_token", token: GIVEN.token } };
const basic = { credentials: { type: "basic", username: "me", password: GIVEN.token } };

async function connected(address, options) {
  const api = new ComfyApi(address, `sdk-${Math.random()}`, options);
  await api.init(3, 200).waitForReady();
  return api;
}

function textToImage(values) {
  const builder = new PromptBuilder(GIVEN.prompt, ["seed", "steps", "checkpoint"], ["images"])
    .setInputNode("seed", "5.inputs.seed")
    .setInputNode("steps", "5.inputs.steps")
    .setInputNode("checkpoint", "1.inputs.ckpt_name")
    .setOutputNode("images", "7");
  return Object.entries(values).reduce((made, [name, value]) => made.input(name, value), builder);
}

async function save(api, result, name) {
  const blob = await api.getImage(result.images.images[0]);
  writeFileSync(join(GIVEN.folder, name), Buffer.from(await blob.arrayBuffer()));
}

async function run(api, values, name) {
  const seen = [];
  const result = await new CallWrapper(api, textToImage(values))
    .onPending(() => seen.push("pending"))
    .onStart(() => seen.push("start"))
    .onProgress((progress) => seen.push(progress.value))
    .onOutput((key) => seen.push(key))
    .onFinished(() => seen.push("finished"))
    .run();
  await save(api, result, name);
  return seen;
}

async function failed(api, values) {
  let failure = null;
  const result = await new CallWrapper(api, textToImage(values))
    .onFailed((error) => (failure = { type: error.name, text: error.message }))
    .run();
  return { result, failure };
}

async function interrupted(api) {
  const failing = failed(api, { seed: 53, steps: GIVEN.many });
  while ((await api.getQueue()).queue_running.length === 0)
    await new Promise((done) => setTimeout(done, 50));
  await api.interrupt();
  return failing;
}

async function refused(address) {
  const answer = await new ComfyApi(address, "stranger").fetchApi("/queue");
  return answer.status;
}

async function main() {
  const api = await connected(GIVEN.address, bearer);
  const found = {
    checkpoints: await api.getCheckpoints(),
    samplers: (await api.getSamplerInfo()).sampler[0].length > 10,
    nodes: Object.keys(await api.getNodeDefs()).length,
    system: (await api.getSystemStats()).devices.length,
    embeddings: await api.getEmbeddings(),
    folders: (await api.getModelTypes()).includes("checkpoints"),
    features: await api.getFeatures(),
    extensions: await api.getExtensions(),
    user: await api.getUserConfig(),
    seen: await run(api, { seed: 51, steps: 3 }, "picture.png"),
  };
  const uploaded = await api.uploadImage(readFileSync(GIVEN.picture), "sdk.png", {});
  found.uploaded = uploaded.info;
  await api.storeSetting("Some.setting", { a: 1 });
  found.setting = await api.getSetting("Some.setting");
  await api.storeUserData("workflows/sdk.json", { nodes: [] });
  found.files = await api.listUserData("workflows", true, false);
  found.interrupted = await interrupted(api);
  found.refused = await failed(api, { seed: 1, checkpoint: "nothing" });
  found.history = Object.keys(await api.getHistories(5)).length;
  found.freed = await api.freeMemory(true, true);
  await api.clearHistory({ clear: true });
  found.cleared = Object.keys(await api.getHistories(5)).length;
  const inAddress = await connected(`${GIVEN.address}/t/${GIVEN.url_token}`, {});
  found.inAddress = await run(inAddress, { seed: 54 }, "address.png");
  const password = await connected(GIVEN.address, basic);
  found.password = await run(password, { seed: 55 }, "password.png");
  found.stranger = await refused(GIVEN.address);
  return found;
}

console.log(JSON.stringify(await main()));
process.exit(0);
