"""The same pairs through other programs. A program that cannot take a pair gives None."""
from math import sqrt

import numpy as np
from matchms import Spectrum
from matchms.similarity import CosineGreedy, CosineHungarian, ModifiedCosineGreedy, ModifiedCosineHungarian, NeutralLossesCosine
from ms_entropy import calculate_entropy_similarity, calculate_unweighted_entropy_similarity
from ms_entropy.entropy_search.flash_entropy_search_core import FlashEntropySearchCore


def tolerance_of(pair):
    number, unit = pair["tolerance"].split()
    return float(number), unit


def peaks_of(made):
    peaks = np.array([[float(mz), i] for mz, i in made["peaks"]], dtype=np.float64)
    peaks[:, 1] /= peaks[:, 1].sum()
    return peaks


def are_apart(pair):
    """Whether peaks of each spectrum lie further apart than twice the tolerance, as ms_entropy asks."""
    number, unit = tolerance_of(pair)
    for made in (pair["query"], pair["reference"]):
        mz = peaks_of(made)[:, 0]
        width = number if unit == "Da" else number * mz.max() / 1e6
        if len(mz) > 1 and np.diff(mz).min() <= 2 * width:
            return False
    return True


def ms_entropy(how):
    def score(pair):
        if not are_apart(pair):
            return None
        number, unit = tolerance_of(pair)
        # A ppm tolerance is taken at the first spectrum.
        spectra = [peaks_of(pair[which]).astype(np.float32) for which in ("reference", "query")]
        width = {"ms2_tolerance_in_da": number} if unit == "Da" else {"ms2_tolerance_in_da": -1, "ms2_tolerance_in_ppm": number}
        return float(how(*spectra, clean_spectra=False, **width)), None
    return score


def flash(pair, method):
    """Similarity by Flash entropy search; it takes Da alone, and peaks below known precursors alone."""
    number, unit = tolerance_of(pair)
    query, reference = pair["query"], pair["reference"]
    if unit != "Da" or not are_apart(pair) or query["precursor"] is None or reference["precursor"] is None:
        return None
    if any(peaks_of(made)[:, 0].max() + number >= float(made["precursor"]) for made in (query, reference)):
        return None
    core = FlashEntropySearchCore(max_ms2_tolerance_in_da=number)
    # A stranger below every peak: position 0 of its index less 1 is the largest whole number (hybrid search).
    stranger = {"precursor_mz": 2000.0, "peaks": np.array([[20.0, 1.0]], dtype=np.float32)}
    asked_for = {"precursor_mz": float(reference["precursor"]), "peaks": peaks_of(reference).astype(np.float32)}
    core.build_index([asked_for, stranger])
    asked = {"precursor_mz": float(query["precursor"]), "peaks": peaks_of(query).astype(np.float32), "ms2_tolerance_in_da": number}
    found = core.search_hybrid(**asked) if method == "hybrid" else core.search(method=method, **asked)
    return float(found[0])


def flash_two_views(pair):
    fragments, losses = flash(pair, "open"), flash(pair, "neutral_loss")
    return None if fragments is None else (sqrt(max(fragments, 0) * max(losses, 0)), None)


def flash_hybrid(pair):
    found = flash(pair, "hybrid")
    return None if found is None else (found, None)


def matchms(how, needs_precursors=False, square=False, **options):
    def score(pair):
        number, unit = tolerance_of(pair)
        without = pair["query"]["precursor"] is None or pair["reference"]["precursor"] is None
        if unit != "Da" or needs_precursors and without:
            return None
        spectra = []
        for which in ("reference", "query"):
            made, peaks = pair[which], peaks_of(pair[which])
            known = {} if made["precursor"] is None else {"precursor_mz": float(made["precursor"])}
            spectra.append(Spectrum(mz=peaks[:, 0], intensities=peaks[:, 1], metadata=known, metadata_harmonization=False))
        found = how(tolerance=number, **options).pair(*spectra)
        value = float(found["score"])
        return (value ** 2 if square else value), int(found["matches"])
    return score


SQRT = {"intensity_power": 0.5}
PEERS = {
    "entropy": ("ms_entropy `calculate_entropy_similarity`", ms_entropy(calculate_entropy_similarity)),
    "unweighted_entropy": ("ms_entropy `calculate_unweighted_entropy_similarity`", ms_entropy(calculate_unweighted_entropy_similarity)),
    "two_view_entropy": ("ms_entropy Flash search, root of `open` times `neutral_loss`", flash_two_views),
    "hybrid_entropy": ("ms_entropy Flash search, `hybrid`", flash_hybrid),
    "cosine": ("matchms `CosineGreedy`, intensity power 0.5", matchms(CosineGreedy, **SQRT)),
    "cosine_exact": ("matchms `CosineHungarian`, intensity power 0.5", matchms(CosineHungarian, **SQRT)),
    "modified_cosine": ("matchms `ModifiedCosineGreedy`, intensity power 0.5", matchms(ModifiedCosineGreedy, True, **SQRT)),
    "modified_cosine_exact": ("matchms `ModifiedCosineHungarian`, intensity power 0.5", matchms(ModifiedCosineHungarian, True, **SQRT)),
    "neutral_loss_cosine": ("matchms `NeutralLossesCosine`, intensity power 0.5", matchms(NeutralLossesCosine, True, **SQRT)),
    "nist_dot": ("matchms `CosineGreedy`, m/z power 3, intensity power 0.6, squared", matchms(CosineGreedy, square=True, mz_power=3.0, intensity_power=0.6)),
}
