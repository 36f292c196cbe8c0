// What the page asks the service. Every failure becomes an Error with the service's own words.

let token = "";

export function useToken(text) {
  token = text.trim();
}

async function ask(path, options = {}) {
  const headers = new Headers(options.headers);
  if (token) headers.set("Authorization", `Bearer ${token}`);
  let response;
  try {
    response = await fetch(path, { ...options, headers });
  } catch {
    throw new Error("The service cannot be reached.");
  }
  if (response.ok) return response;
  const told = await response.json().catch(() => null);
  const again = response.status === 429 ? " It has too much to do at the moment." : "";
  throw new Error((told?.message ?? `The service answered ${response.status}.`) + again);
}

export async function libraries() {
  return (await ask("/api/v1/libraries")).json();
}

// How a spectrum and an entry compare: a drawing (SVG) or the numbers (JSON), by `accept`. Of the
// settings, those of the score matter.
export async function compare(library, row, spectrum, accept, range = null) {
  const { id, precursor_mz, charge, retention_time, peaks } = spectrum;
  return ask(`/api/v1/libraries/${encodeURIComponent(library)}/entries/${row}/mirror`, {
    method: "POST",
    headers: { "Content-Type": "application/json", Accept: accept },
    body: JSON.stringify({ spectrum: { id, precursor_mz, charge, retention_time, peaks }, range }),
  });
}

export async function cluster(library, id, offset) {
  const path = `/api/v1/libraries/${encodeURIComponent(library)}/clusters/${id}`;
  return (await ask(`${path}?limit=50&offset=${offset}`)).json();
}

// What is asked: { library, settings, spectrum } or { library, settings, file }.
export async function search(question, accept) {
  const { library, settings, spectrum, file } = question;
  if (file) {
    const query = new URLSearchParams({ library, file: file.name, ...settings });
    return ask(`/api/v1/search?${query}`, {
      method: "POST",
      headers: { "Content-Type": "application/octet-stream", Accept: accept },
      body: file,
    });
  }
  return ask("/api/v1/search", {
    method: "POST",
    headers: { "Content-Type": "application/json", Accept: accept },
    body: JSON.stringify({ library, settings, spectra: [spectrum] }),
  });
}

// The spectrum of a file at position `index`, as the service reads it.
export async function spectrumOf(file, index) {
  const query = new URLSearchParams({ from: index, limit: 1, file: file.name });
  const response = await ask(`/api/v1/spectra?${query}`, {
    method: "POST",
    headers: { "Content-Type": "application/octet-stream" },
    body: file,
  });
  return (await response.json()).spectra[0];
}
