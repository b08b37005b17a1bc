// Opens pages in Chromium, as make page-check does: check.mjs MODULES CHROMIUM PAGES SCREENSHOTS. Each page is opened at two widths, in light and in
// dark: it asks for nothing, says nothing on the console, has no violation that axe-core finds, is no wider than the screen, and its search box
// finds a report. Without JavaScript it can be read.
import { createRequire } from "node:module";
import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";

const [modules, executablePath, pages, screenshots] = process.argv.slice(2);
const require = createRequire(join(modules, "package.json"));
const { chromium } = require("playwright-core");
const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");

const failures = [];
const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });

// open opens a page as a server sends it, with its policy in the header too.
async function open(name, options) {
  const content = readFileSync(join(pages, name), "utf8");
  const policy = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(content)[1].replaceAll("&#39;", "'").replaceAll("&#43;", "+");
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const fail = (what) => failures.push(`${name}, ${JSON.stringify(options)}: ${what}`);
  const address = `http://longhaul.invalid/${name}`;
  await context.route("**", (route) => {
    if (route.request().url() === address) {
      return route.fulfill({ body: content, contentType: "text/html; charset=utf-8", headers: { "content-security-policy": policy } });
    }
    fail(`it asks for ${route.request().url()}`);
    return route.abort();
  });
  page.on("console", (message) => fail(`the console says: ${message.text()}`));
  page.on("pageerror", (error) => fail(`an error: ${error.message}`));
  const began = performance.now();
  await page.goto(address);
  return { context, page, fail, took: performance.now() - began };
}

async function search(page, text) {
  await page.fill("#query", text);
  await page.waitForFunction(() => document.getElementById("found").textContent !== "");
  const found = await page.textContent("#found");
  await page.fill("#query", "");
  await page.waitForFunction(() => document.getElementById("found").textContent === "");
  return found;
}

// fill leaves an answer of the search box on the page, so that it is looked at too.
async function fill(page, text) {
  await page.fill("#query", text);
  await page.waitForFunction(() => document.getElementById("rows").children.length > 0);
  await page.locator("#query").blur();
}

async function look(name, width, colorScheme) {
  const { context, page, fail, took } = await open(name, { viewport: { width, height: 900 }, colorScheme });
  if (await page.locator("#query").count()) {
    if (!/^[\d,]+ found/.test(await search(page, "e"))) fail("the search box finds no report");
    const missed = await search(page, "no such report");
    if (missed.includes("found")) fail("the search box finds what is not there");
    const why = await page.getAttribute("#index", "data-why");
    if (why && !missed.endsWith(`${why} 'no such report'`)) fail(`of what is not there the search box says: ${missed}`);
    await fill(page, "e");
  }
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  if (wide > 0) fail(`it is ${wide} pixels wider than the screen`);
  await page.screenshot({ path: join(screenshots, `${basename(name, ".html")}-${width}-${colorScheme}.png`), fullPage: true });
  await page.evaluate(axe);
  for (const one of (await page.evaluate(() => globalThis.axe.run())).violations) {
    fail(`${one.id} (${one.help}): ${one.nodes.map((node) => node.html.slice(0, 200)).join(" ")}`);
  }
  console.log(`${name} at ${width} pixels, ${colorScheme}: open after ${took.toFixed(0)} ms`);
  await context.close();
}

const names = readdirSync(pages).filter((name) => name.endsWith(".html"));
for (const name of names) {
  for (const width of [390, 1280, 1600]) {
    for (const colorScheme of ["light", "dark"]) await look(name, width, colorScheme);
  }
  const { context, page, fail } = await open(name, { javaScriptEnabled: false });
  if (!(await page.locator("h1").isVisible()) || (await page.locator("#query").isVisible())) fail("it cannot be read without JavaScript");
  await context.close();
}
await browser.close();
if (!names.length) failures.push("there is no page");
for (const one of failures) console.error(one);
process.exit(failures.length ? 1 : 0);
