"""The pairs of spectra every score is tried on: made by hand for one trap each, and made by rule.

Nothing is measured data; everything here may be used by anyone. m/z are decimal text, so that what
lies on the edge of a tolerance does not depend on how a program rounds.
"""
import random


def spectrum(precursor, charge, *peaks):
    """precursor: text or None; charge: whole number with sign or None; peaks: (m/z text, intensity)."""
    return {"precursor": precursor, "charge": charge, "peaks": [list(peak) for peak in peaks]}


def pair(name, what, tolerance, query, reference):
    """tolerance: number and unit, as in `0.02 Da` and `10 ppm`."""
    return {"name": name, "what": what, "tolerance": tolerance, "query": query, "reference": reference}


def by_hand():
    """One trap each."""
    plain = [("100", 700), ("150", 200), ("200", 100), ("300", 1000), ("510", 50)]
    other = [("100", 700), ("140", 200), ("190", 100), ("300", 1000), ("490", 50), ("510", 30)]
    three = [("100", 16), ("200", 9), ("300", 4)]
    edge = [("100", 5), ("200", 3), ("300", 2)]
    return [
        pair("reference pair", "fragments, losses and fragments moved by the precursor difference", "0.1 Da",
             spectrum("600", None, *plain), spectrum("590", None, *other)),
        pair("reference pair, narrow", "the same at the usual tolerance", "0.02 Da",
             spectrum("600", None, *plain), spectrum("590", None, *other)),
        pair("published pair", "the example of `ms_entropy`, cleaned", "0.05 Da",
             spectrum(None, None, ("69.071", 7.917962), ("86.0966", 101.021589)),
             spectrum(None, None, ("41.04", 37.16), ("69.07", 66.83), ("86.1", 999.0))),
        pair("itself", "a spectrum and itself", "0.02 Da", spectrum("600", 1, *plain), spectrum("600", 1, *plain)),
        pair("nothing shared", "no peak and no loss in common", "0.02 Da",
             spectrum("400.05", 1, ("100", 1), ("150", 2)), spectrum("500.05", 1, ("120", 1), ("170", 2))),
        pair("one peak each", "a single shared peak", "0.02 Da", spectrum("300", 1, ("100.01", 7)), spectrum("310", 1, ("100", 3))),
        pair("subset", "every reference peak is in the query", "0.02 Da", spectrum("400", 1, *three), spectrum("410", 1, *three[:2])),
        pair("superset", "every query peak is in the reference", "0.02 Da", spectrum("400", 1, *three[:2]), spectrum("410", 1, *three)),
        pair("on the edge", "peaks apart by the tolerance exactly (1/64 Da, exact in binary)", "0.015625 Da",
             spectrum("400", 1, *edge), spectrum("450", 1, ("100.015625", 5), ("199.984375", 3), ("300.5", 2))),
        pair("past the edge", "the same, 0.0002 Da further", "0.015625 Da",
             spectrum("400", 1, *edge), spectrum("450", 1, ("100.015825", 5), ("199.984175", 3), ("300", 2))),
        pair("decimal edge", "apart by the tolerance exactly in decimals, which binary numbers round", "0.02 Da",
             spectrum("400", 1, ("100", 5), ("200", 3), ("500", 2)), spectrum("450", 1, ("100.02", 5), ("200.02", 3), ("499.98", 2))),
        pair("ppm", "9 ppm match, 11 ppm do not, low and high", "10 ppm",
             spectrum("900", 1, ("100.0009", 5), ("500.0045", 3), ("800.0088", 2)), spectrum("900", 1, ("100", 5), ("500", 3), ("800", 2))),
        pair("rivals, greedy is best", "two query peaks for one reference peak", "0.1 Da",
             spectrum("400", 1, ("100", 2), ("100.1", 9), ("250", 4)), spectrum("480", 1, ("100.05", 8), ("250", 5))),
        pair("rivals, greedy is not best", "the largest product leaves two good pairs unmade", "0.1 Da",
             spectrum("400", 1, ("100", 9), ("100.15", 10), ("220", 3)), spectrum("480", 1, ("100.075", 10), ("100.22", 9), ("220", 2))),
        pair("chain of rivals", "four peaks in a row, each within reach of two", "0.1 Da",
             spectrum("400", 1, ("100", 5), ("100.16", 7), ("100.32", 6), ("180", 2)),
             spectrum("480", 1, ("100.08", 6), ("100.24", 8), ("100.4", 3), ("180", 4))),
        pair("precursor shift", "half of the fragments moved with the precursor", "0.02 Da",
             spectrum("350.1", 1, ("80.05", 20), ("120.08", 100), ("175.1", 45), ("262.2", 70)),
             spectrum("364.1157", 1, ("80.05", 25), ("134.0957", 90), ("175.1", 40), ("276.2157", 80))),
        pair("shift and rival", "a reference peak is wanted unmoved by one query peak and moved by another", "0.02 Da",
             spectrum("300", 1, ("100", 30), ("110", 80), ("200", 50)), spectrum("310", 1, ("110", 90), ("120", 60), ("210", 20))),
        pair("small shift", "a precursor difference within the tolerance is none", "0.02 Da",
             spectrum("300", 1, ("100", 30), ("200", 50)), spectrum("300.015", 1, ("100.01", 40), ("200.015", 20))),
        pair("charge 2", "fragments moved at charge 1 and 2", "0.02 Da",
             spectrum("500", 2, ("200", 10), ("300", 20), ("400", 30)), spectrum("505", 2, ("200", 12), ("305", 18), ("410", 33))),
        pair("charge 3", "fragments moved at charges 1, 2 and 3; negative", "0.02 Da",
             spectrum("500", -3, ("200", 10), ("300", 20), ("400", 30), ("450", 15)),
             spectrum("504", -3, ("200", 12), ("304", 18), ("406", 33), ("462", 11))),
        pair("charge of the reference", "the query's charge is unknown", "0.02 Da",
             spectrum("500", None, ("200", 10), ("300", 20), ("400", 30)), spectrum("505", 2, ("200", 12), ("305", 18), ("410", 33))),
        pair("no precursor in the query", "losses are not known", "0.02 Da",
             spectrum(None, None, ("100", 30), ("200", 50)), spectrum("310", 1, ("100", 40), ("210", 20))),
        pair("no precursor at all", "spectra of electron ionisation", "0.02 Da",
             spectrum(None, None, ("43", 100), ("57", 80), ("71", 60), ("85", 40)), spectrum(None, None, ("43", 90), ("57", 100), ("71", 35), ("99", 20))),
        pair("above the precursor", "peaks at and above the precursor have no loss", "0.02 Da",
             spectrum("300", 1, ("100", 30), ("300", 50), ("320", 25)), spectrum("310", 1, ("110", 40), ("310", 20), ("330", 35))),
        pair("all above the precursor", "no peak has a loss", "0.02 Da",
             spectrum("90", 1, ("100", 30), ("200", 50)), spectrum("95", 1, ("105", 40), ("200", 20))),
        pair("many even peaks", "entropy above 3: intensities are not weighted", "0.02 Da",
             spectrum("900", 1, *[(f"{100 + 20 * i}", 50 + i) for i in range(30)]),
             spectrum("925", 1, *[(f"{100 + 20 * i + (5 if i % 3 == 0 else 0)}", 60 + (i * 7) % 11) for i in range(30)])),
        pair("one of two weighted", "entropy below 3 here, above 3 there", "0.02 Da",
             spectrum("900", 1, ("140", 100), ("200", 3), ("260", 1)),
             spectrum("930", 1, *[(f"{100 + 20 * i}", 50 + (i * 5) % 13) for i in range(30)])),
        pair("wide range of intensities", "six orders of magnitude", "0.02 Da",
             spectrum("700", 1, ("100", 1e6), ("200", 1), ("300", 1e3)), spectrum("710", 1, ("100", 1), ("200", 1e6), ("310", 1e3))),
    ]


def by_rule(n=36):
    """Made-up molecules and their relatives: shared fragments, moved ones, noise, some at two charges."""
    source = random.Random(20240511)
    made = []
    for number in range(n):
        precursor = 180_000_0 + source.randrange(500_000_0)
        charge = (1, 1, 1, 2, -1, None)[number % 6]
        shift = 0 if number % 4 == 0 else source.randrange(-60, 60) * 10000 + 1570
        ppm = number % 5 == 4
        # Places of 0.5 Da keep fragments of one spectrum apart; what is added decides who matches.
        top = (precursor - 200_000 - abs(shift)) // 5000
        places = sorted(source.sample(range(10 * 12, top), min(6 + number % 25, (top - 120) // 3)))
        mine, theirs = {}, {}
        for place in places:
            mz = place * 5000 + source.randrange(-400, 400)
            intensity = round(1000 * source.random() ** 3 + 1, 3)
            kind = source.random()
            if kind < 0.85:
                mine[mz] = intensity
            if kind > 0.12:
                moved = shift if source.random() < 0.3 else 0
                wobble = source.randrange(-mz // 300_000, mz // 300_000 + 1) if ppm else source.randrange(-90, 91)
                theirs[mz + moved + wobble] = round(intensity * (0.6 + 0.8 * source.random()), 3)
        text = lambda units: f"{units / 10000:.4f}"
        spectra = [spectrum(text(p), charge, *[(text(mz), i) for mz, i in sorted(apart(peaks).items())])
                   for p, peaks in ((precursor, mine), (precursor + shift, theirs))]
        made.append(pair(f"made {number + 1}", "a molecule made by rule and a relative", "10 ppm" if ppm else "0.02 Da", *spectra))
    return made


def apart(peaks):
    """Without the peaks that lie within 0.06 Da of one below them."""
    kept = {}
    for mz in sorted(peaks):
        if not kept or mz - max(kept) > 600:
            kept[mz] = peaks[mz]
    return kept
