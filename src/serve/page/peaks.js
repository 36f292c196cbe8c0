// Peak lists as people paste them, and which peaks of two lists are the same.

// Reads a peak per line: m/z and intensity, apart by spaces, tabs, commas or semicolons. More on a
// line is left out; lines without a number at their start are a heading.
export function parsePeaks(text) {
  const peaks = [];
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (!/^\s*[-+.\d]/.test(line)) continue;
    const [mz, intensity] = line.trim().split(/[\s,;]+/).map(Number);
    if (!(mz > 0 && intensity >= 0 && Number.isFinite(mz) && Number.isFinite(intensity))) {
      throw new Error(`Line ${index + 1}: “${line.trim()}” is not m/z and intensity.`);
    }
    peaks.push([mz, intensity]);
  }
  if (peaks.length === 0) throw new Error("There is no peak in the list: write m/z and intensity, a peak per line.");
  return peaks.sort((a, b) => a[0] - b[0]);
}

// A tolerance such as 0.02Da or 10ppm as a width at `mz`.
function width(tolerance, mz) {
  const number = parseFloat(tolerance);
  return tolerance.toLowerCase().endsWith("ppm") ? number * mz * 1e-6 : number;
}

// Pairs peaks within `tolerance`, the most intense pairs first, each peak once. For the eye: the
// score is the service's.
export function pairPeaks(query, entry, tolerance) {
  const pairs = [];
  let first = 0;
  for (const [q, [mz, intensity]] of query.entries()) {
    while (first < entry.length && entry[first][0] < mz - width(tolerance, mz) * 1.01) first += 1;
    for (let e = first; e < entry.length && entry[e][0] <= mz + width(tolerance, mz) * 1.01; e += 1) {
      if (Math.abs(entry[e][0] - mz) <= width(tolerance, entry[e][0])) pairs.push([q, e, intensity * entry[e][1]]);
    }
  }
  pairs.sort((a, b) => b[2] - a[2]);
  const [usedQuery, usedEntry] = [new Set(), new Set()];
  return pairs.filter(([q, e]) => {
    if (usedQuery.has(q) || usedEntry.has(e)) return false;
    usedQuery.add(q);
    usedEntry.add(e);
    return true;
  });
}
