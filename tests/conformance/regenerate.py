#!/usr/bin/env python3
"""Writes golden.json: what every score should be on every pair, by formula and by other programs.

usage: tests/conformance/regenerate.py     (Python 3.11 with the packages of requirements.txt)

`formulas.py` gives the expected values, `peers.py` those of other programs. Where the two differ by
more than 1e-5 a reason has to stand in DIFFERENCES, and where a reason stands they have to differ.
Then: MZSEEK_GOLDEN=rewrite cargo test --test it conformance    (writes docs/conformance.md)
"""
import json
import os
import sys
from fractions import Fraction
from importlib.metadata import version

import formulas
import peers
import spectra

HERE = os.path.dirname(os.path.abspath(__file__))
CLOSE = 1e-5
BINARY = "0.02 is no binary number: the program takes 200.02 - 200 for more. mzseek counts what is within 0.12 ppm of the edge as on it"
CHARGES = "matchms moves fragments by the precursor difference alone, whatever the charge"
FIRST = "Flash search gives a peak its partner at equal m/z even where a partner at equal loss is worth more"
DIFFERENCES = {
    **{(score, "decimal edge"): BINARY for score in ("entropy", "unweighted_entropy")},
    **{(score, name): CHARGES for score in ("modified_cosine", "modified_cosine_exact") for name in ("charge 2", "charge 3", "charge of the reference")},
    ("hybrid_entropy", "many even peaks"): FIRST,
}


def is_clear(pair, tolerance):
    """Whether no two peaks stand so near an edge that rounding to single precision could decide."""
    query, reference = formulas.Spectrum(pair["query"]), formulas.Spectrum(pair["reference"])
    shift = formulas.precursor_shift(query, reference) or 0
    shifts = [0, shift] + formulas.modified_shifts(query, reference, tolerance)
    return all(abs(abs(b - a - s) - tolerance.at(b)) > Fraction(1, 4_000_000) * b for a in query.mz for b in reference.mz for s in shifts)


def main():
    by_hand, by_rule = spectra.by_hand(), spectra.by_rule()
    wrong, golden = [], []
    for pair in by_hand + by_rule:
        tolerance = formulas.Tolerance(pair["tolerance"])
        if pair in by_rule and not is_clear(pair, tolerance):
            wrong.append(f"{pair['name']}: a peak stands on the edge of the tolerance by chance")
        query, reference = formulas.Spectrum(pair["query"]), formulas.Spectrum(pair["reference"])
        scores = {}
        for name, formula in formulas.SCORES.items():
            value, matched = formula(query, reference, tolerance)
            scores[name] = {"similarity": round(value, 9), "matched_peaks": matched}
            found = peers.PEERS[name][1](pair) if name in peers.PEERS else None
            if found is None:
                continue
            scores[name]["peer"] = round(found[0], 9)
            agrees = abs(found[0] - value) <= CLOSE and found[1] in (None, matched)
            why = DIFFERENCES.get((name, pair["name"]))
            if why:
                scores[name]["differs"] = why
            if agrees == bool(why):
                wrong.append(f"{name} of {pair['name']}: {value:.6f} ({matched}) by formula, {found} by the peer; reason: {why}")
        golden.append({**pair, "scores": scores})
    if wrong:
        sys.exit("\n".join(wrong))
    document = {
        "tools": {tool: version(tool) for tool in ("ms_entropy", "matchms", "numpy")},
        "peers": {name: what for name, (what, _) in peers.PEERS.items()},
        "pairs": golden,
    }
    with open(os.path.join(HERE, "golden.json"), "w", encoding="utf-8") as out:
        lines = ",\n".join(json.dumps(pair) for pair in golden)
        head = json.dumps({key: document[key] for key in ("tools", "peers")}, indent=1)[:-2]
        out.write(f'{head},\n "pairs": [\n{lines}\n]}}\n')


if __name__ == "__main__":
    main()
