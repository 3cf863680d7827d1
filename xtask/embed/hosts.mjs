// The figures in other people's pages: each host is built by its own tool from the code that the page itself
// gives for it, and looked at in a browser. Fails if a figure does not draw, fit, or move.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { launch, serve } from "./site.mjs";

const { DROPOUT_MOMENTS_DIST: dist, DROPOUT_MOMENTS_FILE: file, DROPOUT_MOMENTS_PYTHON: python, DROPOUT_MOMENTS_HOSTS: folder } = process.env;
const PATIENCE = 60_000;

const figures = await serve(dist);
const browser = await launch();
const codes = await codesOfThePage();

rmSync(folder, { recursive: true, force: true });
mkdirSync(join(folder, "site"), { recursive: true });
writeFileSync(join(folder, "codes.json"), JSON.stringify(codes));
execFileSync(python, [join(import.meta.dirname, "hosts.py"), folder], { stdio: "inherit" });
deck();
write("strict", `<!doctype html><title>Strict</title><p>A host that allows little.</p>${codes.html}<hr>${codes.element}`);
write("sandbox", `<!doctype html><title>Sandbox</title>${codes.html.replace(/sandbox="[^"]*"/, 'sandbox="allow-scripts"')}`);
write("blocked", `<!doctype html><title>Blocked</title>${codes.element}`);
write("many", `<!doctype html><title>Many</title>${codes.element.replace(/<dropout-moments[^]*/, "")}${manyFigures()}`);
write("messages", messages());

const policy = (frames) =>
  `default-src 'none'; script-src ${figures.address}; frame-src ${frames}; img-src ${figures.address}; style-src 'self'`;
const host = await serve(join(folder, "site"), {
  "/strict/": policy(figures.address),
  "/blocked/": policy("'none'"),
});

await inEveryHost();
await inADeck();
await inTheForum();
await whereFramesAreBlocked();
await manyOnOnePage();
await byMessages();
await asOneFile();
await browser.close();
host.close();
figures.close();

/** What the page's dialog gives for each host. */
async function codesOfThePage() {
  const page = await open(`${figures.address}#p=0.5&seed=7`, { width: 1280, height: 900 });
  await page.waitForSelector("[data-ready=true]");
  await page.$eval(".card[data-embed-figure=ratio]", (card) => card.click());
  await page.waitForSelector("#embed-preview[data-height]");
  const codes = { figures: await page.$$eval(".card", (all) => all.map(({ dataset }) => dataset.embedFigure)) };
  for (const name of await page.$$eval("#embed-host option", (all) => all.map(({ value }) => value))) {
    await page.select("#embed-host", name);
    codes[name] = await page.$eval("#embed-code", (code) => code.textContent);
  }
  await page.close();
  return codes;
}

async function open(address, { width = 1000, height = 800, context = browser } = {}) {
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE);
  await page.setViewport({ width, height });
  await page.goto(address);
  return page;
}

function write(name, html) {
  mkdirSync(join(folder, "site", name), { recursive: true });
  writeFileSync(join(folder, "site", name, "index.html"), html);
}

/** A deck of two slides; the figure is on the second. */
function deck() {
  cpSync(join(import.meta.dirname, "node_modules", "reveal.js", "dist"), join(folder, "site", "reveal", "dist"), { recursive: true });
  write("reveal", `<!doctype html><html lang="en"><title>Slides</title>
<link rel="stylesheet" href="dist/reveal.css"><link rel="stylesheet" href="dist/theme/white.css">
<div class="reveal"><div class="slides"><section><h2>Dropout</h2></section>
${codes.reveal}
</div></div><script src="dist/reveal.js"></script><script>Reveal.initialize();</script>`);
}

function manyFigures() {
  return Array.from({ length: 10 }, (_, i) =>
    `<p>Some text.</p><dropout-moments figure="${codes.figures[i % codes.figures.length]}" p="0.${i}" seed="${i}"></dropout-moments>`).join("\n");
}

/** The README's example. */
function messages() {
  const iframe = codes.html.replace("<iframe ", '<iframe id="figure" ');
  return `<!doctype html><title>Messages</title>${iframe}
<input type="range" id="mine" min="0" max="0.9" step="0.1"><output id="theirs"></output>
<script>
  const { contentWindow } = document.getElementById("figure");
  document.getElementById("mine").oninput = ({ target }) => {
    const fragment = "#p=" + target.value;
    contentWindow.postMessage({ target: "dropout-moments", type: "set", fragment }, "*");
  };
  addEventListener("message", ({ source, data }) => {
    if (source !== contentWindow || data.source !== "dropout-moments") return;
    if (data.type === "resize") document.getElementById("figure").height = data.height;
    if (data.type === "state") document.getElementById("theirs").value = data.numbers["exact.ratio.std"];
  });
</script>`;
}

/** The figure in the page's n-th iframe of ours, once it is there. */
async function figureIn(page, index = 0) {
  const frames = await page.$$("iframe");
  const elements = frames.length > 0 ? frames : await page.$$(">>> iframe");
  const element = elements[index];
  await element.evaluate((it) => it.scrollIntoView({ block: "center" }));
  const frame = await element.contentFrame();
  await frame.waitForSelector("[data-ready=true] #figure-ratio canvas[data-drawn]", { timeout: PATIENCE });
  return frame;
}

/** It has drawn something, all of it can be seen, and its slider moves it. */
async function check(name, frame) {
  const drawing = () => frame.$eval("#figure-ratio canvas", (canvas) => canvas.toDataURL());
  const before = await drawing();
  assert.ok(before.length > 5_000, `${name}: the figure is empty`);
  await frame.waitForFunction(() => document.documentElement.scrollHeight <= innerHeight);
  const [height, room] = await frame.evaluate(() => [document.body.getBoundingClientRect().height, innerHeight]);
  assert.ok(room - height < 60, `${name}: ${room - height} pixels too high`);
  const slider = await frame.$("input[type=range][data-setting=p]");
  await slider.press("ArrowRight");
  await frame.waitForFunction((before) => document.querySelector("#figure-ratio canvas").toDataURL() !== before, {}, before);
  assert.equal(await frame.$eval("input[type=number][data-setting=p]", ({ value }) => value), "0.51");
  console.log(`  ${name}: the figure draws, fits and moves`);
}

async function inEveryHost() {
  for (const name of ["mkdocs", "sphinx", "notebook", "strict", "sandbox"]) {
    const page = await open(`${host.address}${name}/`);
    await check(name, await figureIn(page));
    await page.screenshot({ path: join(folder, `${name}.png`) });
    await page.close();
  }
}

async function inADeck() {
  const page = await open(`${host.address}reveal/`);
  await page.waitForSelector(".reveal.ready");
  assert.equal(await page.$("iframe[src]"), null, "the figure starts with its slide");
  await page.keyboard.press("ArrowRight");
  await page.waitForSelector(".present iframe[src]");
  await check("reveal.js", await figureIn(page));
  await page.screenshot({ path: join(folder, "reveal.png") });
  await page.close();
}

async function inTheForum() {
  const page = await open(`${host.address}forum/`);
  const width = await page.$eval("img", async (image) => (await image.decode(), image.naturalWidth));
  assert.equal(width, 1200);
  await page.click("p:nth-of-type(3) a");
  await page.waitForSelector("[data-embed=ratio][data-ready=true]");
  assert.equal(await page.$eval("input[type=number][data-setting=p]", ({ value }) => value), "0.5");
  console.log("  forum post: the picture is there, and the link leads to the figure");
  await page.close();
}

/** A host whose policy lets no frame in still shows the picture. */
async function whereFramesAreBlocked() {
  const page = await open(`${host.address}blocked/`);
  const picture = await page.waitForSelector("dropout-moments >>> img");
  const width = await picture.evaluate(async (image) => (await image.decode(), image.getBoundingClientRect().width));
  assert.ok(width > 300);
  console.log("  frames blocked: the picture stays");
  await page.close();
}

async function manyOnOnePage() {
  // With an empty cache.
  const context = await browser.createBrowserContext();
  figures.requests.length = 0;
  const page = await open(`${host.address}many/`, { context });
  const isThere = (element) => element.shadowRoot?.querySelector(".there");
  const all = await page.$$("dropout-moments");
  await page.waitForFunction(isThere, {}, all[0]);
  const started = page.frames().length - 1;
  assert.ok(started < 5, `${started} figures start at once`);
  const begin = performance.now();
  for (const element of all) {
    await element.evaluate((it) => it.scrollIntoView({ block: "center" }));
    await page.waitForFunction(isThere, {}, element);
  }
  const seconds = ((performance.now() - begin) / 1000).toFixed(1);
  assert.equal(page.frames().length - 1, 10);
  const programs = figures.requests.filter((path) => /\.wasm$|fallback/.test(path));
  assert.equal(programs.length, 2, `the program is asked for more than once: ${programs}`);
  // The host turns dark, in a way of its own. A frame that nobody sees has no animation frames.
  await page.evaluate(() => document.body.style.setProperty("color", "#eee"));
  for (const element of all) {
    await element.evaluate((it) => it.scrollIntoView({ block: "center" }));
    const iframe = await element.evaluateHandle((it) => it.shadowRoot.querySelector("iframe"));
    const frame = await iframe.contentFrame();
    await frame.waitForSelector("[data-ready=true][data-theme=dark] canvas[data-drawn]");
    await frame.waitForFunction(() => document.documentElement.scrollHeight <= innerHeight);
    await element.evaluate((it) => it.setAttribute("p", "0.9"));
    await frame.waitForFunction(() => document.querySelector("input[data-setting=p]").value === "0.9");
  }
  await page.screenshot({ path: join(folder, "many.png") });
  console.log(`  ten on one page: ${started} of them start with it, all ten are there after scrolling for ${seconds} s, from one download`);
  await context.close();
}

async function byMessages() {
  const page = await open(`${host.address}messages/`);
  await figureIn(page);
  await page.$eval("#mine", (input) => {
    input.value = "0.8";
    input.dispatchEvent(new Event("input"));
  });
  await page.waitForFunction(() => Math.abs(document.getElementById("theirs").value - Math.sqrt(5)) < 1e-12);
  console.log("  messages: the host sets p, and hears the exact ratio");
  await page.close();
}

/** From the disk, with the whole experiment in workers. */
async function asOneFile() {
  const page = await open(`${pathToFileURL(file)}#p=0.5&seed=7`);
  await page.waitForSelector("[data-ready=true] #experiment[data-experiment=done]");
  await page.$eval("[data-action=run-full]", (button) => button.click());
  await page.waitForSelector("[data-quantity='run.samples'][data-value='100000000']");
  assert.ok(page.workers().length > 0, "there are no workers");
  const ratio = await page.$eval("[data-quantity='measured.ratio.std']", (it) => Number(it.dataset.value));
  assert.ok(Math.abs(ratio - Math.SQRT2) < 4e-4, `the ratio is ${ratio}`);
  console.log(`  one file, from the disk: 10⁸ samples in ${page.workers().length} workers`);
  await page.close();
}
