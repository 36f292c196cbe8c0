// Uses the page of the service as a person would, and fails where something is wrong.
//
//   CHROMIUM=/usr/bin/chromium node service.mjs http://127.0.0.1:8080 QUERIES.mgf.gz SCREENSHOTS

import { chromium } from "playwright-core";
import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { gunzipSync } from "node:zlib";

const [service, queries, shots] = process.argv.slice(2);
const faults = [];
const check = (holds, what) => { if (!holds) faults.push(what); };

// A spectrum of the file that has a match, as a person would paste it.
function pasted() {
  const text = gunzipSync(readFileSync(queries)).toString();
  const lines = text.split(/BEGIN IONS/).slice(1).map((block) => block.split("\n"));
  const block = lines.find((block) => block.includes("TITLE=demo_045"));
  const value = (key) => block.find((line) => line.startsWith(`${key}=`))?.slice(key.length + 1).split(" ")[0];
  return { peaks: block.filter((line) => /^\d/.test(line)).join("\n"), precursor: value("PEPMASS"), charge: value("CHARGE") ?? "" };
}

// Lets go of a file over the page, as a mouse would.
async function drop(page, name, bytes) {
  const carried = await page.evaluateHandle(([name, base64]) => {
    const carried = new DataTransfer();
    const bytes = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
    carried.items.add(new File([bytes], name));
    return carried;
  }, [name, Buffer.from(bytes).toString("base64")]);
  await page.dispatchEvent("#drop", "dragover", { dataTransfer: carried });
  await page.dispatchEvent("#drop", "drop", { dataTransfer: carried });
}

async function csvOf(page) {
  const [download] = await Promise.all([page.waitForEvent("download"), page.click("#csv")]);
  return [download.suggestedFilename(), readFileSync(await download.path(), "utf8")];
}

const browser = await chromium.launchPersistentContext(mkdtempSync(join(tmpdir(), "mzseek-browser-")), {
  executablePath: process.env.CHROMIUM,
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync"],
});
const example = pasted();
for (const [scheme, width] of [["light", 1280], ["dark", 1280], ["light", 400]]) {
  const where = `${scheme}, ${width} px`;
  const page = await browser.newPage();
  page.setDefaultTimeout(20_000);
  await page.setViewportSize({ width, height: 900 });
  await page.emulateMedia({ colorScheme: scheme });
  // A refused question is told by the page; that the browser logs it too is no fault.
  let refused = false;
  page.on("console", (message) => {
    const expected = refused && /status of 4\d\d/.test(message.text());
    if (["error", "warning"].includes(message.type()) && !expected) faults.push(`${where}: console: ${message.text()}`);
  });
  page.on("pageerror", (error) => faults.push(`${where}: ${error}`));
  page.on("request", (request) => {
    const own = [service, "blob:", "data:"].some((start) => request.url().startsWith(start));
    check(own, `${where}: asks for ${request.url()}`);
  });
  try {
    await page.goto(service);
    await page.waitForFunction(() => document.querySelector("#library").options.length > 0);
    await page.selectOption("#library", "lipids");
    check((await page.textContent("#about")).includes("spectra in"), `${where}: the library is not described`);

    // Nothing pasted is told, not asked.
    await page.click("#go");
    check((await page.textContent("#error")).includes("no peak in the list"), `${where}: an empty list is not told`);

    // Paste and search, with the keyboard.
    await page.fill("#peaks", example.peaks);
    await page.fill("#precursor", example.precursor);
    await page.fill("#charge", example.charge);
    await page.press("#precursor", "Enter");
    await page.waitForSelector("#results:not([hidden])");
    check(!(await page.isVisible("#error")), `${where}: the error stays`);
    const n = await page.locator("#table tbody tr").count();
    check(n > 0 && (await page.locator("#table tr.none").count()) === 0, `${where}: ${n} matches`);
    const similarity = Number(await page.textContent("#table tbody tr:first-child td:nth-child(5)"));
    check(similarity > 0.3 && similarity <= 1, `${where}: similarity ${similarity}`);
    check(await page.evaluate(() => document.activeElement.id === "results"), `${where}: the results have no focus`);

    // The plot: both sides, labels, matched peaks; zoom by button, wheel and mouse.
    const name = await page.textContent("#table tbody tr:first-child button");
    await page.click("#table tbody tr:first-child button");
    await page.waitForSelector("#plot svg");
    check((await page.textContent("#detail-title")).includes(name), `${where}: the plot is of another match`);
    const matched = await page.locator("#plot g.matched line").count();
    const told = Number(await page.textContent("#table tbody tr:first-child td:nth-child(6)"));
    check(matched === 2 * told, `${where}: ${matched} coloured peaks of ${told} pairs`);
    check((await page.locator("#plot .label.matched").count()) >= 2, `${where}: peaks have no labels`);
    check((await page.locator("#pairs tbody tr").count()) >= told, `${where}: the pairs are not in the table`);
    check((await page.textContent("#plot svg title")).includes(name), `${where}: the plot has no name for who hears it`);
    const range = () => page.evaluate(() => { const { from, to } = document.querySelector("#plot .field").dataset; return `${from} to ${to}`; });
    const becomes = (what, test) => page.waitForFunction(([whole, other]) => {
      const { from, to } = document.querySelector("#plot .field").dataset;
      return (`${from} to ${to}` === whole) !== other;
    }, [whole, test]).catch(() => faults.push(`${where}: ${what}`));
    const whole = await range();
    await page.locator("#detail").scrollIntoViewIfNeeded();
    if (width === 1280) await page.screenshot({ path: join(shots, `service-${scheme}.png`), fullPage: true });
    await page.click("#in");
    await becomes("the button does not zoom", true);
    await page.press("#whole", "Enter");
    await becomes("the whole range does not come back", false);
    await page.locator("#plot svg").scrollIntoViewIfNeeded();
    const box = await page.locator("#plot svg").boundingBox();
    await page.mouse.move(box.x + box.width * 0.3, box.y + box.height / 3);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.6, box.y + box.height / 3);
    await page.mouse.up();
    await becomes("dragging does not zoom", true);
    const [from, to] = (await range()).split(" to ").map(Number);
    const labels = (await page.locator("#plot .label").allTextContents()).filter((text) => /^\d+\.\d{4}$/.test(text)).map(Number);
    check(labels.every((mz) => mz >= from && mz <= to), `${where}: labels ${labels} of a part from ${from} to ${to}`);
    await page.dblclick("#plot svg", { position: { x: box.width / 2, y: 5 } });
    await becomes("a double click does not undo", false);
    await page.mouse.wheel(0, -200);
    await becomes("the wheel does not zoom", true);

    // The cluster of the match.
    await page.click("#table tbody tr:first-child td:last-child button");
    await page.waitForSelector("#members table");
    const size = Number((await page.textContent("#detail-title")).match(/: (\d+) spectr/)[1]);
    check((await page.locator("#members tbody tr").count()) === Math.min(size, 50), `${where}: members of ${size}`);
    check(!(await page.isVisible("#plot-box")), `${where}: the plot stays beside the cluster`);
    await page.click("#close");

    // The report: as many rows as the table, the same first match.
    const [csvName, csv] = await csvOf(page);
    const rows = csv.trim().split(/\r?\n/);
    check(csvName === "pasted.csv" && rows.length === n + 1, `${where}: ${csvName} has ${rows.length} lines for ${n} matches`);
    check(rows[0].startsWith("query_") && csv.includes(name), `${where}: the report is another`);

    // A file let go over the page.
    await drop(page, basename(queries), readFileSync(queries));
    await page.waitForFunction(() => /^[1-9]\d* of \d\d+ spectra/.test(document.querySelector("#status").textContent));
    const told_of_file = await page.textContent("#summary");
    check(/^\d+ of \d+ spectra have a match in lipids, version [0-9a-f]{12}/.test(told_of_file), `${where}: ${told_of_file}`);
    await page.locator("#table tbody tr:not(.none) button").first().click();
    await page.waitForSelector("#plot svg");
    check((await page.locator("#plot g.matched line").count()) > 0, `${where}: no plot of a file's spectrum`);
    await page.click("#close");
    const [fileName] = await csvOf(page);
    check(fileName === "queries.csv", `${where}: the report is called ${fileName}`);
    const [inner, wide] = await page.evaluate(() => [innerWidth, document.documentElement.scrollWidth]);
    check(wide <= inner, `${where}: the page is ${wide} px wide`);
    if (width === 400) await page.screenshot({ path: join(shots, "service-narrow.png") });

    // A file that is none, and a condition that is none: the service's words, no results.
    refused = true;
    await drop(page, "letter.docx", "PK\u0003\u0004 not spectra");
    await page.waitForSelector("#error:not([hidden])");
    check((await page.textContent("#error")).includes("letter.docx"), `${where}: ${await page.textContent("#error")}`);
    check(!(await page.isVisible("#results")), `${where}: results of a bad file`);
    await page.click("#clear");
    check(!(await page.isVisible("#error")), `${where}: the error outlives clearing`);
    await page.fill("#peaks", example.peaks);
    await page.fill("#where", "charge =");
    await page.click("#go");
    await page.waitForSelector("#error:not([hidden])");
    check((await page.textContent("#error")).includes("where"), `${where}: ${await page.textContent("#error")}`);
    if (scheme === "light" && width === 1280) {
      await page.screenshot({ path: join(shots, "service-error.png"), clip: { x: 0, y: 0, width, height: 640 } });
    }

    // Everything that can be used has a name, for who hears the page.
    const nameless = await page.$$eval("input, select, textarea, button", (all) => all
      .filter((e) => !e.labels?.length && !e.getAttribute("aria-label") && !e.textContent.trim())
      .map((e) => e.id || e.outerHTML.slice(0, 60)));
    check(nameless.length === 0, `${where}: without a name: ${nameless}`);
  } catch (error) {
    faults.push(`${where}: ${error.message}`);
    await page.screenshot({ path: join(shots, "failed.png") });
  }
  await page.close();
}

// The page of the API reads without a network too.
const page = await browser.newPage();
page.on("request", (request) => check(request.url().startsWith(service), `/api asks for ${request.url()}`));
page.on("console", (message) => check(message.type() !== "error", `/api: ${message.text()}`));
await page.goto(`${service}/api`);
check((await page.textContent("body")).includes("/api/v1/search"), "/api does not name the search");
await browser.close();
if (faults.length > 0) {
  console.error(faults.join("\n"));
  process.exit(1);
}
console.log("ok");
