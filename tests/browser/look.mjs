// Opens a report page in Chromium as a person would, and fails where something is wrong.
//
//   CHROMIUM=/usr/bin/chromium node look.mjs REPORT.html SCREENSHOTS

import { chromium } from "playwright-core";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

const [page_path, shots] = process.argv.slice(2).map((path) => resolve(path));
const url = pathToFileURL(page_path).href;
const faults = [];
const check = (holds, what) => { if (!holds) faults.push(what); };

// The contrast of two colours as WCAG 2.1 defines it.
function contrast(a, b) {
  const luminance = (text) => {
    const [r, g, b] = text.match(/[\d.]+/g).slice(0, 3).map((c) => {
      const share = Number(c) / 255;
      return share <= 0.03928 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (high + 0.05) / (low + 0.05);
}

const browser = await chromium.launchPersistentContext(mkdtempSync(join(tmpdir(), "mzseek-browser-")), {
  executablePath: process.env.CHROMIUM,
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync"],
});
for (const scheme of ["light", "dark"]) {
  for (const width of [1280, 400]) {
    const where = `${scheme}, ${width} px`;
    const page = await browser.newPage();
    await page.setViewportSize({ width, height: 900 });
    await page.emulateMedia({ colorScheme: scheme });
    page.on("console", (message) => {
      if (["error", "warning"].includes(message.type())) faults.push(`${where}: console: ${message.text()}`);
    });
    page.on("pageerror", (error) => faults.push(`${where}: ${error}`));
    page.on("request", (request) => {
      check(request.url() === url || request.url().startsWith("data:"), `${where}: asks for ${request.url()}`);
    });
    await page.goto(url);
    const rows = page.locator("tr.query");
    const n = await rows.count();
    check(n > 10, `${where}: ${n} queries`);
    check((await page.locator("#count").textContent()) === `${n} of ${n}`, `${where}: the count`);

    // Sorted by score: falling after the second click, absent ones last.
    const head = page.locator("#queries thead button", { hasText: "Score" });
    await head.click();
    await head.click();
    const column = await page.$$eval("#queries thead th", (all) => all.findIndex((th) => th.textContent === "Score"));
    const scores = await page.$$eval("tr.query", (all, at) => all.map((tr) => tr.cells[at].textContent.trim()), column);
    const known = scores.filter((s) => s !== "").map(Number);
    check(known.length > 5 && known.every((s, i) => i === 0 || s <= known[i - 1]), `${where}: not sorted: ${known}`);
    check(scores.slice(known.length).every((s) => s === ""), `${where}: absent scores come last`);

    // A click opens the plot, a second one closes it.
    const first = rows.first();
    const name = (await first.locator("td").nth(3).textContent()).trim();
    await first.locator("button").click();
    const plot = page.locator("tr.detail svg");
    check((await plot.count()) === 1 && (await plot.isVisible()), `${where}: no plot`);
    check((await plot.locator("title").first().textContent()).includes(name), `${where}: the plot is of ${name}`);
    const labels = await plot.locator("text.label").evaluateAll((all) => all.map((t) => {
      const box = t.getBoundingClientRect();
      return { left: box.left, right: box.right, top: box.top + 1, bottom: box.bottom - 1 };
    }));
    check(labels.length > 1, `${where}: no labels`);
    for (const [i, a] of labels.entries()) {
      for (const b of labels.slice(i + 1)) {
        const apart = a.right <= b.left || b.right <= a.left || a.bottom <= b.top || b.bottom <= a.top;
        check(apart, `${where}: labels overlap`);
      }
    }
    const height = await plot.locator("text.label").first().evaluate((t) => t.getBoundingClientRect().height);
    check(height >= 7, `${where}: labels are ${height} px high`);

    // Nothing sticks out, and what is written can be read.
    const [inner, whole] = await page.evaluate(() => [innerWidth, document.documentElement.scrollWidth]);
    check(whole <= inner, `${where}: the page is ${whole} px wide`);
    const score = await page.$eval("tr.query", (tr, at) => tr.cells[at].getBoundingClientRect().right, column);
    check(score <= width, `${where}: the score ends at ${score} px`);
    const back = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    for (const [what, selector, style] of [
      ["text", "body", "color"], ["soft text", ".soft", "color"], ["links", "tr.query button", "color"],
      ["ink of plots", "tr.detail svg .ink", "fill"], ["labels", "tr.detail svg .label", "fill"],
    ]) {
      const colour = await page.$eval(selector, (e, style) => getComputedStyle(e)[style], style);
      check(contrast(colour, back) >= 4.5, `${where}: ${what}: ${colour} on ${back}`);
    }
    const size = await page.$eval("tr.query td", (td) => parseFloat(getComputedStyle(td).fontSize));
    check(size >= 13, `${where}: text of ${size} px`);
    await page.screenshot({ path: join(shots, `report-${width}-${scheme}.png`) });
    if (width === 1280) {
      await page.locator("tr.detail").scrollIntoViewIfNeeded();
      await page.locator("tr.detail").screenshot({ path: join(shots, `report-mirror-${scheme}.png`) });
    }
    await first.locator("button").click();
    check((await page.locator("tr.detail").count()) === 0, `${where}: the plot stays open`);

    await page.fill("#filter", name.toLowerCase());
    const shown = await page.locator("tr.query:visible").count();
    check(shown >= 1 && shown < n, `${where}: the filter shows ${shown} of ${n}`);
    await page.close();
  }
}
await browser.close();
if (faults.length > 0) {
  console.error(faults.join("\n"));
  process.exit(1);
}
console.log("ok");
