// Goes through the approval pages in Chromium: without JavaScript, on a phone and on a desk, light and
// dark. Each page is checked with axe-core, for overflow, and kept as a picture.
//
// Usage: node browse.mjs SERVER FOLDER

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { createInterface } from "node:readline";
import { chromium } from "playwright-core";

const [program, folder] = process.argv.slice(2);
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const FLAGS = [
  "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync",
];
const SCREENS = {
  phone: { viewport: { width: 360, height: 740 }, deviceScaleFactor: 2, isMobile: true },
  desk: { viewport: { width: 1280, height: 900 } },
  dark: { viewport: { width: 1280, height: 900 }, colorScheme: "dark" },
  small: { viewport: { width: 320, height: 640 }, deviceScaleFactor: 2, isMobile: true },
};

// What is done in each case, and the heading that must come of it.
const CASES = {
  approve: async (page, { ana }) => answer(page, ana, "Approve", "Approved: the failover begins"),
  decline: async (page, { ana }) => answer(page, ana, "Decline", "Declined: nothing is started"),
  wrong_code: async (page, { ana, ben }) => {
    await answer(page, { ...ana, code: ben.code }, "Approve", "Move the work from the primary to the standby?");
    assert.match(await page.getByRole("alert").textContent(), /not right\. \d tries are left/);
  },
  expired: async (page, { ana }) => opened(page, ana, "This link has expired"),
  used: async (page, { ana }) => opened(page, ana, "It was approved already"),
  another_plan: async (page, { ana }) => opened(page, ana, "It is about another plan now"),
  worse_loss: async (page, { ana }) => answer(page, ana, "Approve", "More data would be lost now"),
  two_people: async (page, { ana, ben }, keep) => {
    await answer(page, ana, "Approve", "Your yes is recorded: one person more must say yes");
    await keep("first");
    await answer(page, ana, "Approve", "Move the work from the primary to the standby?");
    assert.match(await page.getByRole("alert").textContent(), /You have said yes already/);
    await keep("same person");
    await answer(page, ben, "Approve", "Approved: the failover begins");
  },
};

let pair;
let kept = 0;

async function opened(page, link, heading) {
  await page.goto(link.url);
  assert.equal(await page.getByRole("heading", { level: 1 }).textContent(), heading);
}

async function answer(page, link, button, heading) {
  await opened(page, link, "Move the work from the primary to the standby?");
  await page.getByLabel("Pair's name").fill(pair);
  await page.getByLabel("Your approval code").fill(link.code);
  // Somebody who presses Enter by habit has answered nothing.
  await page.getByLabel("Your approval code").press("Enter");
  assert.equal(await page.getByLabel("Pair's name").inputValue(), pair);
  await page.getByRole("button", { name: button, exact: true }).click();
  assert.equal(await page.getByRole("heading", { level: 1 }).textContent(), heading);
}

// Everything that stands wider than the screen, or that is cut off.
function cutOff() {
  const wide = document.documentElement.scrollWidth > window.innerWidth;
  const out = [...document.querySelectorAll("body *")].filter((element) => {
    const box = element.getBoundingClientRect();
    return box.width > 0 && (box.right > window.innerWidth + 1 || box.left < -1 || element.scrollWidth > element.clientWidth + 1 && getComputedStyle(element).display !== "inline" && element.tagName !== "INPUT");
  });
  return wide || out.length > 0 ? out.map((element) => element.outerHTML.slice(0, 120)) : [];
}

async function checked(browser, html, screen, name) {
  // The page itself has no scripts and allows none: it is looked at in a copy.
  const context = await browser.newContext({ ...SCREENS[screen], bypassCSP: true });
  const page = await context.newPage();
  await page.setContent(html);
  assert.deepEqual(await page.evaluate(cutOff), [], `${name}: stands out of the screen`);
  await page.evaluate(axe);
  const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
  const found = await page.evaluate((values) => window.axe.run({ runOnly: { type: "tag", values } }), tags);
  const told = found.violations.map((it) => `${it.id}: ${it.help}: ${it.nodes.map((node) => node.html).join("; ")}`);
  assert.deepEqual(told, [], `${name}: not for everybody`);
  await context.close();
}

async function goThrough(browser, screen, links) {
  const context = await browser.newContext({ ...SCREENS[screen], javaScriptEnabled: false });
  const page = await context.newPage();
  page.setDefaultTimeout(10_000);
  const refused = [];
  page.on("console", (message) => message.type() === "error" && refused.push(message.text()));
  for (const [name, act] of Object.entries(CASES)) {
    const keep = async (moment) => {
      const full = `${name}${moment ? ` ${moment}` : ""} ${screen}`.replaceAll(" ", "-");
      const html = await page.content();
      for (const { code } of Object.values(links[name])) assert(!html.includes(code), `${full}: shows a code`);
      await page.screenshot({ path: `${folder}/${full}.png`, fullPage: true });
      await checked(browser, html, screen, full);
      kept += 1;
    };
    if (name === "approve") {
      await opened(page, links.approve.ana, "Move the work from the primary to the standby?");
      await keep("question");
    }
    await act(page, links[name], keep);
    await keep();
  }
  await opened(page, { url: `${new URL(links.approve.ana.url).origin}/approve/v1.2026-1.none.none` }, "This link is not valid");
  await page.screenshot({ path: `${folder}/not_valid-${screen}.png`, fullPage: true });
  await checked(browser, await page.content(), screen, `not_valid ${screen}`);
  const blocked = refused.filter((text) => !/status of (403|404|409|410|422)/.test(text));
  assert.deepEqual(blocked, [], "the browser refused something");
  await context.close();
}

// A server of its own for each screen: an answer is used up by whoever gives it first.
async function served(act) {
  const server = spawn(program, { stdio: ["ignore", "pipe", "inherit"] });
  try {
    const [line] = await Promise.race([
      new Promise((resolve) => createInterface({ input: server.stdout }).once("line", (line) => resolve([line]))),
      new Promise((_, reject) => server.once("exit", (status) => reject(new Error(`the server ended: ${status}`)))),
    ]);
    const told = JSON.parse(line);
    pair = told.pair;
    await act(told.cases);
  } finally {
    server.kill();
  }
}

mkdirSync(folder, { recursive: true });
const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: FLAGS });
try {
  for (const screen of Object.keys(SCREENS)) await served((cases) => goThrough(browser, screen, cases));
} finally {
  await browser.close();
}
console.log(`${kept} pages gone through; pictures are in ${folder}`);
