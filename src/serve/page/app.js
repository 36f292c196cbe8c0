// The page: asks, shows matches, and what is behind each.

import { cluster, compare, libraries, search, spectrumOf, useToken } from "./service.js";
import { parsePeaks } from "./peaks.js";
import { MirrorPlot } from "./mirror.js";

const $ = (id) => document.getElementById(id);
const ROWS = 200;
const MEMBERS = 50;

// What is on screen.
const now = { served: [], question: null, rows: [], shown: 0, plot: null, file: null };

function make(name, properties = {}, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

function say(text) {
  $("status").textContent = text;
}

function fail(error) {
  say("");
  $("error").textContent = error.message;
  $("error").hidden = false;
}

function calm() {
  $("error").hidden = true;
  $("error").textContent = "";
}

async function loadLibraries() {
  try {
    const served = await libraries();
    now.served = served.libraries;
    const chosen = $("library").value;
    $("library").replaceChildren(...now.served.map(({ id }) => make("option", { value: id, textContent: id })));
    if (now.served.some(({ id }) => id === chosen)) $("library").value = chosen;
    if (now.served.length === 0) fail(new Error("The service has no library."));
    describeLibrary();
  } catch (error) {
    fail(error);
  }
}

function describeLibrary() {
  const library = now.served.find(({ id }) => id === $("library").value);
  if (!library) return;
  const n = (number) => number.toLocaleString("en");
  const q = library.decoys > 0 ? "with q-values" : "without decoys, so without q-values";
  $("about").textContent = `${n(library.entries)} spectra in ${n(library.clusters)} clusters, ${q}; version ${library.version.slice(0, 12)}`;
}

function settings() {
  const mode = document.querySelector("input[name=mode]:checked").value;
  const chosen = { top_k: $("top").value, group_by: $("group").value };
  if (mode === "window") chosen.precursor_tol = $("tolerance").value.trim();
  if (mode === "open") chosen.precursor_tol = "open";
  if (mode === "range") chosen.precursor_range = $("range").value.trim();
  if ($("where").value.trim()) chosen.where = $("where").value.trim();
  return chosen;
}

function pasted() {
  const spectrum = { id: "pasted", peaks: parsePeaks($("peaks").value) };
  const number = (id, what) => {
    const text = $(id).value.trim();
    if (!text) return undefined;
    const value = Number(text.replace(/^(\d+)([+-])$/, "$2$1"));
    if (!Number.isFinite(value)) throw new Error(`${what}: “${text}” is not a number.`);
    return value;
  };
  spectrum.precursor_mz = number("precursor", "Precursor m/z");
  spectrum.charge = number("charge", "Charge");
  return spectrum;
}

function question() {
  const asked = { library: $("library").value, settings: settings() };
  return now.file ? { ...asked, file: now.file } : { ...asked, spectrum: pasted() };
}

async function run(event) {
  event?.preventDefault();
  calm();
  $("results").hidden = true;
  $("detail").hidden = true;
  try {
    useToken($("token").value);
    now.question = question();
    $("go").disabled = true;
    say("Searching…");
    const answer = await (await search(now.question, "application/json")).json();
    showAnswer(answer);
  } catch (error) {
    fail(error);
  } finally {
    $("go").disabled = false;
  }
}

function showAnswer(answer) {
  now.rows = answer.answers.flatMap((query) =>
    query.matches.length ? query.matches.map((match) => ({ query, match })) : [{ query, match: null }]);
  now.shown = 0;
  $("table").tBodies[0].replaceChildren();
  $("results").hidden = false;
  const { queries, matched, skipped, skipped_why: why } = answer.summary;
  const left = skipped ? `; ${skipped} records left out: ${why.join(" ")}` : "";
  $("summary").textContent = `${matched} of ${queries} spectra have a match in ${answer.library}, version ${answer.version.slice(0, 12)}${left}`;
  say(`${matched} of ${queries} spectra have a match.`);
  showRows();
  $("results").focus();
}

function showRows() {
  const rows = now.rows.slice(now.shown, now.shown + ROWS);
  now.shown += rows.length;
  $("table").tBodies[0].append(...rows.map(tableRow));
  $("more").hidden = now.shown >= now.rows.length;
}

const WHY = {
  no_peaks: "too few peaks to compare", no_candidate: "no entry of such a precursor",
  below_threshold: "nothing similar enough", above_fdr: "not accepted at this false discovery rate",
};

function tableRow({ query, match }) {
  const number = (text) => make("td", { className: "number", textContent: text });
  const name = query.query_id || `spectrum ${query.query_index}`;
  if (!match) {
    const why = make("td", { textContent: `no match: ${WHY[query.plan] ?? query.plan}`, colSpan: 9 });
    return make("tr", { className: "none" }, make("td", { textContent: name }), why);
  }
  const row = make("tr", {});
  const title = match.name || match.peptide || match.entry_id || `entry ${match.entry_index}`;
  const plot = make("button", { type: "button", className: "link", textContent: title, title: "Mirror plot" });
  plot.addEventListener("click", () => choose(row, () => showMatch(query, match)));
  const members = make("button", { type: "button", className: "link", textContent: `${match.cluster_size} in ${match.cluster_id}`, title: "Members of the cluster" });
  members.addEventListener("click", () => choose(row, () => showCluster(match.cluster_id)));
  row.append(
    make("td", { textContent: name }), number(match.rank), make("td", {}, plot),
    make("td", { textContent: match.adduct ?? "" }), number(match.similarity.toFixed(3)), number(match.matched_peaks),
    number(match.precursor_delta_da?.toFixed(4) ?? ""), number(match.probability?.toFixed(2) ?? ""), number(match.q_value?.toPrecision(2) ?? ""), make("td", {}, members),
  );
  return row;
}

async function choose(row, show) {
  for (const other of $("table").querySelectorAll(".chosen")) other.classList.remove("chosen");
  row.classList.add("chosen");
  calm();
  try {
    await show();
    $("detail").hidden = false;
    $("detail").focus();
    $("detail").scrollIntoView({ block: "nearest" });
  } catch (error) {
    fail(error);
  }
}

async function showMatch(query, match) {
  const { file, spectrum, library } = now.question;
  const asked = file ? await spectrumOf(file, query.query_index) : spectrum;
  const row = match.entry_index;
  const compared = await (await compare(library, row, asked, "application/json")).json();
  const draw = async (range) => (await compare(library, row, asked, "image/svg+xml", range)).text();
  now.plot = new MirrorPlot($("plot"), draw, fail);
  await now.plot.show(null);
  $("detail-title").textContent = `${query.query_id || "query"} and ${match.name || match.entry_id}, similarity ${match.similarity.toFixed(3)}`;
  $("plot-box").hidden = false;
  $("members").replaceChildren();
  $("pairs").replaceChildren(pairTable(compared.pairs));
  facts(match);
}

function pairTable(pairs) {
  const head = make("tr", {}, ...["query m/z", "library m/z", "matched as", "error (ppm)", "adds to the score"].map((text) => make("th", { scope: "col", textContent: text })));
  const cell = (text) => make("td", { className: "number", textContent: text });
  const rows = pairs.map((pair) => make("tr", {},
    cell(pair.query_mz.toFixed(4)), cell(pair.entry_mz.toFixed(4)), make("td", { textContent: pair.matched_as }),
    cell(pair.error_ppm.toFixed(1)), cell(pair.contribution.toFixed(4))));
  return make("table", {}, make("thead", {}, head), make("tbody", {}, ...rows));
}

const FACTS = [
  ["name", "Name"], ["formula", "Formula"], ["adduct", "Adduct"], ["peptide", "Peptide"], ["inchikey", "InChIKey"], ["smiles", "SMILES"],
  ["entry_id", "Accession"], ["entry_precursor_mz", "Precursor m/z"], ["entry_charge", "Charge"], ["mass_shift_name", "Mass difference"],
  ["instrument", "Instrument"], ["collision_energy", "Collision energy"], ["score_name", "Score"], ["matched_intensity", "Share of intensity matched"],
  ["cluster_purity", "Purity of the cluster"], ["ambiguity_size", "Compounds not told apart"],
];

function facts(of) {
  const known = FACTS.filter(([key]) => of[key] !== undefined && of[key] !== "");
  $("facts").replaceChildren(...known.flatMap(([key, name]) => [make("dt", { textContent: name }), make("dd", { textContent: of[key] })]));
}

async function showCluster(id, offset = 0) {
  const { library } = now.question;
  const found = await cluster(library, id, offset);
  $("detail-title").textContent = `Cluster ${id}: ${found.size} spectra`;
  $("plot-box").hidden = true;
  facts({ cluster_purity: found.purity });
  const head = make("tr", {}, ...["Accession", "Name", "Adduct", "Precursor m/z", "Instrument", "Collision energy"].map((text) => make("th", { scope: "col", textContent: text })));
  const texts = (m) => [m.entry_id + (m.entry_index === found.medoid ? " (stands for it)" : ""), m.name || m.peptide || "", m.adduct ?? "", m.entry_precursor_mz ?? "", m.instrument ?? "", m.collision_energy ?? ""];
  const rows = found.members.map((m) => make("tr", {}, ...texts(m).map((text) => make("td", { textContent: text }))));
  const table = make("table", {}, make("thead", {}, head), make("tbody", {}, ...rows));
  const rest = found.size - offset - found.members.length;
  const next = make("button", { type: "button", className: "plain", textContent: `Next ${Math.min(rest, MEMBERS)}`, hidden: rest <= 0 });
  next.addEventListener("click", () => showCluster(id, offset + MEMBERS).catch(fail));
  $("members").replaceChildren(make("div", { className: "scroll" }, table), next);
}

function download(name, blob) {
  const link = make("a", { href: URL.createObjectURL(blob), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

async function downloadCsv() {
  calm();
  try {
    const response = await search(now.question, "text/csv");
    const name = now.question.file ? now.question.file.name.replace(/(\.\w+)+$/, "") : "pasted";
    download(`${name}.csv`, await response.blob());
    say("The report was downloaded.");
  } catch (error) {
    fail(error);
  }
}

function take(file) {
  now.file = file ?? null;
  if (!file) return;
  $("peaks").value = "";
  say(`${file.name} is chosen.`);
  run();
}

function listen() {
  $("ask").addEventListener("submit", run);
  $("ask").addEventListener("reset", () => { now.file = null; calm(); say(""); });
  $("library").addEventListener("change", describeLibrary);
  $("token").addEventListener("change", () => { useToken($("token").value); calm(); loadLibraries(); });
  $("file").addEventListener("change", () => take($("file").files[0]));
  $("peaks").addEventListener("input", () => { now.file = null; $("file").value = ""; });
  $("csv").addEventListener("click", downloadCsv);
  $("more").addEventListener("click", showRows);
  $("close").addEventListener("click", () => { $("detail").hidden = true; $("results").focus(); });
  $("in").addEventListener("click", () => now.plot?.zoom(0.5));
  $("out").addEventListener("click", () => now.plot?.zoom(2));
  $("left").addEventListener("click", () => now.plot?.move(-0.5));
  $("right").addEventListener("click", () => now.plot?.move(0.5));
  $("whole").addEventListener("click", () => now.plot?.reset());
  $("save").addEventListener("click", () => now.plot && download("mirror.svg", new Blob([now.plot.text], { type: "image/svg+xml" })));
  const over = (on) => (event) => { event.preventDefault(); $("drop").classList.toggle("over", on); };
  document.addEventListener("dragover", over(true));
  document.addEventListener("dragleave", over(false));
  document.addEventListener("drop", (event) => { over(false)(event); take(event.dataTransfer.files[0]); });
}

listen();
loadLibraries();
