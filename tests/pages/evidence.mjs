// Looks at evidence in Chromium: on a phone and on a desk, light and dark, without JavaScript, and as print.
// Each page is checked with axe-core and for overflow; what would be printed is kept as PDF and as pictures.
//
// Usage: node evidence.mjs PROGRAM FOLDER

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, readdirSync, rmSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { chromium } from "playwright-core";

const [program, folder] = process.argv.slice(2);
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"];
const SCREENS = {
  phone: { viewport: { width: 360, height: 740 }, deviceScaleFactor: 1, isMobile: true },
  // The narrowest on which a table is still a table.
  tablet: { viewport: { width: 1030, height: 900 } },
  desk: { viewport: { width: 1280, height: 900 } },
  dark: { viewport: { width: 1280, height: 900 }, colorScheme: "dark" },
};
// A page of more steps is not looked at picture by picture.
const LARGE = 1000;
// Every machine has other fonts: what holds must hold where letters are wider, too.
const FONTS = {
  "as it is": "html {}",
  "wide letters": "* { letter-spacing: .06em !important; }",
  "letters with feet": "* { font-family: 'DejaVu Serif', serif !important; }",
  "letters of one width": "* { font-family: 'DejaVu Sans Mono', monospace !important; }",
};
// In pixels at 96 to the inch: what is between the margins of an A4 page.
const PAPER = { width: 703, height: 1017 };

// Everything that stands out of the screen, but for what scrolls by itself.
function cutOff() {
  const out = [...document.querySelectorAll("body *")].filter((element) => {
    const box = element.getBoundingClientRect();
    const outside = box.right > window.innerWidth + 1 || box.left < -1;
    return box.width > 1 && !element.closest("thead") && !element.closest("svg") && outside;
  });
  const wide = document.documentElement.scrollWidth > window.innerWidth;
  return wide || out.length > 0 ? out.slice(0, 9).map((element) => element.outerHTML.slice(0, 120)) : [];
}

// Words of tables that stand in two lines; the first rows of each table stand for the others.
function broken() {
  const cells = [...document.querySelectorAll("tbody tr:nth-child(-n+9) > :is(th, td)")];
  return cells.filter((cell) => !cell.querySelector(".long")).flatMap((cell) => {
    const texts = document.createTreeWalker(cell, NodeFilter.SHOW_TEXT);
    const found = [];
    while (texts.nextNode()) {
      for (const word of texts.currentNode.data.matchAll(/[\p{L}\p{N}]{2,}/gu)) {
        const range = document.createRange();
        range.setStart(texts.currentNode, word.index);
        range.setEnd(texts.currentNode, word.index + word[0].length);
        const lines = new Set([...range.getClientRects()].map((box) => Math.round(box.top)));
        if (lines.size > 1) found.push(word[0]);
      }
    }
    return found;
  });
}

async function holdsWithAnyFont(page, told) {
  for (const [font, style] of Object.entries(FONTS)) {
    const added = await page.addStyleTag({ content: style });
    assert.deepEqual(await page.evaluate(cutOff), [], `${told}, ${font}: stands out`);
    assert.deepEqual(await page.evaluate(broken), [], `${told}, ${font}: words are broken`);
    await added.evaluate((element) => element.remove());
  }
}

async function onScreen(browser, { name, file, steps }, screen) {
  const context = await browser.newContext({ ...SCREENS[screen], javaScriptEnabled: false });
  const page = await context.newPage();
  const asked = [];
  page.on("request", (request) => asked.push(request.url()));
  await page.goto(`file://${file}`);
  assert.equal(asked.length, 1, `${name}: loads ${asked}`);
  assert.equal(await page.locator("#steps ~ details tbody tr").count(), steps, `${name}: steps are missing`);
  if (steps < LARGE) await page.screenshot({ path: `${folder}/evidence-${name}-${screen}.png`, fullPage: true });
  const html = await page.content();
  await context.close();
  const looking = await browser.newContext({ ...SCREENS[screen], bypassCSP: true });
  const copy = await looking.newPage();
  await copy.setContent(html);
  await holdsWithAnyFont(copy, `${name} ${screen}`);
  if (steps < LARGE) {
    await copy.evaluate(axe);
    const values = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
    const found = await copy.evaluate((tags) => window.axe.run({ runOnly: { type: "tag", values: tags } }), values);
    const told = found.violations.map((it) => `${it.id}: ${it.help}: ${it.nodes.slice(0, 3).map((node) => node.html).join("; ")}`);
    assert.deepEqual(told, [], `${name} ${screen}: not for everybody`);
  }
  await looking.close();
}

async function onPaper(browser, { name, file, steps }) {
  const context = await browser.newContext({ viewport: PAPER, bypassCSP: true });
  const page = await context.newPage();
  await page.goto(`file://${file}`);
  await page.emulateMedia({ media: "print" });
  await holdsWithAnyFont(page, `${name} on paper`);
  const hidden = await page.evaluate(() => [...document.querySelectorAll("#steps ~ details tbody tr")]
    .filter((row) => row.getBoundingClientRect().height === 0).length);
  assert.equal(hidden, 0, `${name}: ${hidden} of ${steps} steps are folded on paper`);
  const pdf = `${folder}/evidence-${name}.pdf`;
  await page.pdf({ path: pdf, preferCSSPageSize: true, printBackground: false });
  await context.close();
  execFileSync("pdftoppm", ["-r", "60", "-png", "-l", "4", pdf, `${folder}/print-${name}`]);
  const texts = execFileSync("pdftotext", ["-layout", pdf, "-"], { maxBuffer: 1 << 28 }).toString().split("\f").slice(0, -1);
  const empty = texts.map((text, number) => [text.trim().length, number + 1]).filter(([length]) => length === 0);
  assert.deepEqual(empty, [], `${name}: blank pages`);
  assert(texts.length > 1 && texts.at(-1).length + texts.at(-2).length > 0);
  assert(texts.join("").includes("Seal of this page"), `${name}: the footer is not printed`);
  return texts.length;
}

mkdirSync(folder, { recursive: true });
for (const old of readdirSync(folder).filter((file) => /^(print|evidence)-/.test(file))) rmSync(`${folder}/${old}`);
const pages = JSON.parse(execFileSync(program, [folder], { maxBuffer: 1 << 26 }).toString());
const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: FLAGS });
try {
  for (const page of pages) {
    for (const screen of Object.keys(SCREENS)) await onScreen(browser, page, screen);
    const printed = await onPaper(browser, page);
    console.log(`${page.name}: ${page.steps} steps, ${printed} printed pages, ${statSync(page.file).size} bytes`);
  }
} finally {
  await browser.close();
}
