// What axe-core says of the page in each of its states. Fails if it finds any rule broken.

import axe from "axe-core";
import { launch, serve } from "./site.mjs";

const WIDE = [1280, 900];
const NARROW = [390, 844];
const NARROWEST = [320, 640];
const READY = "[data-ready=true] #experiment[data-experiment=done]";

const site = await serve();

let broken = 0;
const first = await launch();
const all = (await states()).values();
// A tab that another one covers draws nothing: each has a browser of its own.
await Promise.all([judge(first, all), judge(await launch(), all)]);
site.close();

console.log(`axe-core ${axe.version}: ${broken} violations.`);
if (broken > 0) process.exitCode = 1;

/** Says what is wrong in each of these states that nobody else has taken. */
async function judge(browser, states) {
  for (const state of states) {
    const page = await open(browser, state);
    const violations = await page.evaluate(async () => {
      const { violations } = await axe.run({ rules: { "target-size": { enabled: true } } });
      return violations.map(({ id, help, nodes }) => ({
        rule: `${id}: ${help}`,
        nodes: nodes.map(({ target, failureSummary }) => `${target.join(" ")}\n${failureSummary}`),
      }));
    });
    await page.close();
    broken += violations.length;
    console.log(`  ${state.name}: ${violations.length === 0 ? "nothing" : violations.length}`);
    for (const { rule, nodes } of violations) {
      console.log(`    ${rule}`);
      for (const node of nodes) console.log(`      ${node.replaceAll("\n", "\n        ")}`);
    }
  }
  await browser.close();
}

/** Every state of the page that looks or reads differently from the others. */
async function states() {
  const page = await open(first, {});
  const figures = await page.$$eval("figure[id^=figure-]", (all) => all.map(({ id }) => id.slice("figure-".length)));
  await page.close();
  if (figures.length === 0) throw new Error("the page has no figures");
  const schemes = ["light", "dark"];
  return [
    ...schemes.map((scheme) => ({ name: scheme, scheme })),
    { name: "forced colours", media: { "forced-colors": "active" } },
    { name: "more contrast", media: { "prefers-contrast": "more" } },
    { name: "narrow", size: NARROW },
    { name: "narrow, dark", size: NARROW, scheme: "dark" },
    { name: "narrowest", size: NARROWEST },
    ...schemes.map((scheme) => ({ name: `with notices, ${scheme}`, fragment: "p=2&mu=x&sigma=99", scheme })),
    { name: "with an input refused", act: refuse },
    { name: "after a run by hand", act: run },
    ...schemes.map((scheme) => ({ name: `not started, ${scheme}`, scheme, blocked: ["*.wasm", "*.fallback.js"], ready: "[data-ready=failed]" })),
    { name: "unfolded", act: unfold },
    { name: "unfolded, narrow", size: NARROW, act: unfold },
    ...schemes.map((scheme) => ({ name: `the dialog to embed, ${scheme}`, scheme, act: chooseToEmbed })),
    ...figures.flatMap((figure) =>
      schemes.map((scheme) => ({ name: `embedded ${figure}, ${scheme}`, size: [700, 800], fragment: `embed=${figure}`, scheme })),
    ),
  ];
}

/** A tab with the page in that state, and axe-core in it. */
async function open(browser, { size = WIDE, scheme = "light", media = {}, blocked = [], fragment = "", ready = READY, act }) {
  const page = await browser.newPage();
  const [width, height] = size;
  await page.setViewport({ width, height });
  const session = await page.createCDPSession();
  const features = Object.entries({ "prefers-color-scheme": scheme, ...media });
  await session.send("Emulation.setEmulatedMedia", { features: features.map(([name, value]) => ({ name, value })) });
  await session.send("Network.enable");
  await session.send("Network.setBlockedURLs", { urls: blocked });
  await page.goto(`${site.address}#${fragment}`);
  await page.waitForSelector(ready);
  await act?.(page);
  await layOut(page);
  await page.evaluate(axe.source);
  return page;
}

async function refuse(page) {
  await page.type("input[type=number][data-setting=p]", "7");
  await page.keyboard.press("Tab");
  await page.waitForSelector("#notice:not(:empty)");
}

async function run(page) {
  await page.click("[data-action=run-full]");
  await page.waitForSelector("[data-quantity='run.samples'][data-value='100000000']");
  await page.waitForSelector(READY);
}

async function chooseToEmbed(page) {
  // Where a pointer would click moves, as sections get their height when they come into view.
  await page.$eval(".card", (card) => card.click());
  await page.waitForSelector("#embed-preview[data-height]");
}

/** Has each section laid out, as it is where a reader sees it: axe-core asks for places without going there. */
function layOut(page) {
  return page.$$eval("section", (sections) => {
    for (const { style } of sections) style.contentVisibility = "visible";
  });
}

/** Shows what is there on request. */
function unfold(page) {
  return page.evaluate(() => {
    for (const details of document.querySelectorAll("details")) details.open = true;
    for (const popover of document.querySelectorAll("[popover]")) popover.showPopover();
  });
}
