"""Every score from its published formula, in plain Python: nothing of mzseek, nothing of other programs.

m/z are compared as decimal numbers, so that an edge of a tolerance is where it is written. Sums are
in double precision. Slow, and short enough to be read beside the papers.
"""
from fractions import Fraction
from math import log, log2, sqrt


class Spectrum:
    def __init__(self, made):
        self.precursor = None if made["precursor"] is None else Fraction(made["precursor"])
        self.charge = made["charge"]
        self.mz = [Fraction(mz) for mz, _ in made["peaks"]]
        total = sum(i for _, i in made["peaks"])
        self.intensity = [i / total for _, i in made["peaks"]]

    def below_precursor(self):
        kept = Spectrum.__new__(Spectrum)
        kept.precursor, kept.charge = self.precursor, self.charge
        peaks = [(mz, i) for mz, i in zip(self.mz, self.intensity) if mz < self.precursor]
        kept.mz, kept.intensity = [p[0] for p in peaks], [p[1] for p in peaks]
        return kept

    def weights(self, mz_power, intensity_power):
        return [float(mz) ** mz_power * i ** intensity_power for mz, i in zip(self.mz, self.intensity)]

    def entropy_weights(self):
        """Li et al. 2021: below an entropy of 3 (natural logarithm) to the power 0.25 + 0.25 S."""
        entropy = -sum(p * log(p) for p in self.intensity)
        if entropy >= 3:
            return self.intensity
        raised = [p ** (0.25 + 0.25 * entropy) for p in self.intensity]
        return [w / sum(raised) for w in raised]


class Tolerance:
    def __init__(self, text):
        number, self.unit = text.split()
        self.number = Fraction(number)

    def at(self, mz):
        """Half the window around a reference peak."""
        return self.number if self.unit == "Da" else mz * self.number / 1_000_000


def reachable(query, reference, tolerance, shifts):
    """Pairs (query peak, reference peak) that may match under any shift, ends included."""
    return [(q, r) for q, a in enumerate(query.mz) for r, b in enumerate(reference.mz)
            if any(abs(b - (a + shift)) <= tolerance.at(b) for shift in shifts)]


def greedy(pairs, product):
    """Stein & Scott 1994: the largest product first, every peak once."""
    taken, used_q, used_r = [], set(), set()
    for q, r in sorted(pairs, key=lambda p: -product(p)):
        if q not in used_q and r not in used_r:
            taken.append((q, r))
            used_q.add(q), used_r.add(r)
    return taken


def exact(pairs, product):
    """The set of pairs of largest sum, by trying everything within each group of rivals."""
    left, taken = list(pairs), []
    while left:
        group, grown = [left.pop()], True
        while grown:
            touching = [p for p in left if any(p[0] == g[0] or p[1] == g[1] for g in group)]
            grown = bool(touching)
            group += touching
            left = [p for p in left if p not in touching]
        taken += best_of(group, product)[1]
    return taken


def best_of(group, product):
    if not group:
        return 0.0, []
    first, rest = group[0], group[1:]
    without = best_of(rest, product)
    free = [p for p in rest if p[0] != first[0] and p[1] != first[1]]
    total, taken = best_of(free, product)
    return max(without, (total + product(first), [first] + taken), key=lambda found: found[0])


def precursor_shift(query, reference):
    if query.precursor is None or reference.precursor is None:
        return None
    return reference.precursor - query.precursor


def modified_shifts(query, reference, tolerance):
    """Watrous et al. 2012, at every charge c up to that of the precursor z: D z / c."""
    shift = precursor_shift(query, reference)
    if shift is None or abs(shift) <= tolerance.at(reference.precursor):
        return [0]
    z = abs(query.charge or reference.charge or 1)
    return [0] + [shift * z / c for c in range(1, z + 1)]


def cosine(query, reference, tolerance, powers=(0, 0.5), shifts=(0,), assign=greedy, norm=None):
    """Sum of products of matched weights over a norm; (score, matched peaks)."""
    a, b = query.weights(*powers), reference.weights(*powers)
    product = lambda p: a[p[0]] * b[p[1]]
    pairs = assign(reachable(query, reference, tolerance, shifts), product)
    if not pairs:
        return 0.0, 0
    of_query = (norm or (lambda weights, matched: sum(w * w for w in weights)))(a, {q for q, _ in pairs})
    return sum(map(product, pairs)) / sqrt(of_query * sum(w * w for w in b)), len(pairs)


def neutral_loss_cosine(query, reference, tolerance):
    """Aisporna et al. 2022: peaks of equal loss, below the precursors."""
    shift = precursor_shift(query, reference)
    if shift is None:
        return 0.0, 0
    return cosine(query.below_precursor(), reference.below_precursor(), tolerance, shifts=(shift,))


def penalised(share):
    """Norm of the query with peaks that found no partner at (1 - share) of their weight."""
    return lambda weights, matched: sum((w if q in matched else (1 - share) * w) ** 2 for q, w in enumerate(weights))


def squared(found):
    return found[0] ** 2, found[1]


def nist_composite(query, reference, tolerance):
    """Stein & Scott 1994: (Nq Fd + Nc Fr) / (Nq + Nc), on weights m/z sqrt(I)."""
    powers = (1, 0.5)
    a, b = query.weights(*powers), reference.weights(*powers)
    pairs = sorted(greedy(reachable(query, reference, tolerance, (0,)), lambda p: a[p[0]] * b[p[1]]))
    if not pairs:
        return 0.0, 0
    dot = squared(cosine(query, reference, tolerance, powers))[0]
    ratios = [(a[q] / a[p], b[r] / b[s]) for (p, s), (q, r) in zip(pairs, pairs[1:])]
    agreement = sum(min(x, y) / max(x, y) for x, y in ratios) / len(pairs)
    n, matched = len(a), len(pairs)
    return (n * dot + matched * agreement) / (n + matched), matched


def entropy_of(query, reference, tolerance, shifts, weigh):
    """Li et al. 2021: half the sum over matched peaks of f(a+b) - f(a) - f(b), f(x) = x log2 x."""
    a, b = weigh(query), weigh(reference)
    pairs = greedy(reachable(query, reference, tolerance, shifts), lambda p: a[p[0]] * b[p[1]])
    f = lambda x: x * log2(x)
    return sum(f(a[q] + b[r]) - f(a[q]) - f(b[r]) for q, r in pairs) / 2, len(pairs)


def entropy(query, reference, tolerance, shifts=(0,)):
    return entropy_of(query, reference, tolerance, shifts, Spectrum.entropy_weights)


def hybrid_entropy(query, reference, tolerance):
    """Li & Fiehn 2023: at the same m/z or at the same loss; rivals by falling product."""
    shift = precursor_shift(query, reference)
    alone = shift is None or abs(shift) <= tolerance.at(reference.precursor)
    return entropy(query, reference, tolerance, (0,) if alone else (0, shift))


def two_view_entropy(query, reference, tolerance):
    """Geometric mean of the similarities of fragments and of losses; matched peaks of the fragments."""
    fragments, matched = entropy(query, reference, tolerance)
    shift = precursor_shift(query, reference)
    if shift is None:
        return 0.0, matched
    return sqrt(fragments * entropy(query, reference, tolerance, (shift,))[0]), matched


SCORES = {
    "entropy": entropy,
    "unweighted_entropy": lambda q, r, t: entropy_of(q, r, t, (0,), lambda s: s.intensity),
    "two_view_entropy": two_view_entropy,
    "hybrid_entropy": hybrid_entropy,
    "cosine": cosine,
    "cosine_exact": lambda q, r, t: cosine(q, r, t, assign=exact),
    "modified_cosine": lambda q, r, t: cosine(q, r, t, shifts=modified_shifts(q, r, t)),
    "modified_cosine_exact": lambda q, r, t: cosine(q, r, t, shifts=modified_shifts(q, r, t), assign=exact),
    "neutral_loss_cosine": neutral_loss_cosine,
    "reverse_cosine": lambda q, r, t: cosine(q, r, t, norm=penalised(1)),
    "penalised_reverse_cosine": lambda q, r, t: cosine(q, r, t, norm=penalised(0.6)),
    "nist_dot": lambda q, r, t: squared(cosine(q, r, t, powers=(3, 0.6))),
    "nist_composite": nist_composite,
}
