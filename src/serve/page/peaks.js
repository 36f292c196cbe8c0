// Peak lists as people paste them.

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
