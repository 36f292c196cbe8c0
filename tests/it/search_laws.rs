//! What every answer must obey, checked against scoring all entries one by one.

use crate::molecules::{Molecule, molecules, spectra};
use mzseek::config::{Wishes, resolve, set};
use mzseek::domain::{Charge, Precursor, PrecursorWindow, Seconds, Spectrum};
use mzseek::library::{Draft, Library, build, polarity_sign};
use mzseek::prepare::prepare;
use mzseek::search::{Amount, Answer, GroupBy, Match, Plan, ScoreChoice, SearchSettings, Searcher};
use mzseek::similarity::align::Scratch;
use mzseek::similarity::{Cosine, OwnedView, Similarity, SpectralEntropy, TwoViewEntropy};
use std::collections::HashSet;

fn library(molecules: &[Molecule], profile: &str, index: &str) -> Library {
    let mut flags = toml::Table::new();
    set(&mut flags, "index.kind", index);
    set(&mut flags, "embedding.dim", 64);
    let wishes = Wishes {
        profile: Some(profile),
        flags,
        ..Wishes::default()
    };
    let mut draft = Draft::new(resolve(&wishes).unwrap()).unwrap();
    let left_out = draft.extend(&spectra(molecules));
    assert!(left_out.is_empty(), "{left_out:?}");
    build(draft, "laws", |_| {}).unwrap().0
}

/// 200 molecules, every third of them negative and every seventh of unknown charge, and each
/// tenth without precursor; and 40 queries, some of them like molecules, some not.
fn small_molecules(index: &str) -> (Library, Vec<Spectrum>) {
    let mut all = molecules(240);
    for (idx, molecule) in all.iter_mut().enumerate() {
        molecule.charge = match idx {
            _ if idx % 7 == 0 => 0,
            _ if idx % 3 == 0 => -1,
            _ => 1,
        };
        if idx % 10 == 0 {
            molecule.precursor_mz = None;
        }
    }
    let queries: Vec<Molecule> = all.iter().step_by(6).map(|m| m.measured_again(3)).collect();
    (
        library(&all[..200], "small-molecule", index),
        spectra(&queries),
    )
}

fn settings(library: &Library, precursor: &str) -> SearchSettings {
    SearchSettings {
        group_by: GroupBy::Entry,
        precursor: precursor.parse().unwrap(),
        ..SearchSettings::new(library.settings().fragment_tolerance().unwrap())
    }
}

fn search(library: &Library, settings: SearchSettings, queries: &[Spectrum]) -> Vec<Answer> {
    Searcher::new(library, settings).search(queries)
}

/// Whether `query` may be compared with the entry at `row`: polarity and precursor window.
fn eligible(library: &Library, settings: &SearchSettings, query: &Spectrum, row: u32) -> bool {
    let sign = polarity_sign(query.polarity()) * library.entries().polarity_sign(row);
    let condition = &settings.condition;
    let met = condition.as_ref().is_none_or(|c| library.meets(c, row));
    let near = match (settings.precursor, query.precursor) {
        (PrecursorWindow::Within(tolerance), Some(precursor)) => {
            let (low, high) = tolerance.window(precursor.mz);
            let entry = library.entries().precursor_mz(row);
            entry.is_some_and(|mz| (low..=high).contains(&mz))
        }
        (PrecursorWindow::Range(_), Some(precursor)) => {
            library.entries().precursor(row).is_some_and(|entry| {
                // -20..300 Da, as the only test of it asks.
                let state = |p: Precursor| p.charge.map_or(1, Charge::state);
                let shift = precursor.mz.value() - entry.mz.value();
                let same = if precursor.charge.is_none() || entry.charge.is_none() {
                    state(precursor).abs() == state(entry).abs()
                } else {
                    state(precursor) == state(entry)
                };
                same && (-20.0..=300.0).contains(&shift)
            })
        }
        _ => true,
    };
    sign >= 0 && near && met
}

/// Entry and similarity of the best `top_k` of all eligible entries, and how many those are.
fn exhaustive(
    library: &Library,
    settings: &SearchSettings,
    query: &Spectrum,
) -> (Vec<(u32, f32)>, usize) {
    let prepared = prepare(query, library.preparation()).unwrap();
    let owned = OwnedView::new(&prepared);
    let query_mz = query.precursor.map(|p| p.mz.value());
    let mut scratch = Scratch::default();
    let (mut hits, mut n_eligible) = (Vec::new(), 0);
    for row in
        (0..library.entries().len() as u32).filter(|&row| eligible(library, settings, query, row))
    {
        n_eligible += 1;
        let entry_mz = library.entries().precursor_mz(row);
        let open = settings.precursor == PrecursorWindow::Open;
        let range = matches!(settings.precursor, PrecursorWindow::Range(_));
        let score: &dyn Similarity = if range {
            &Cosine::MODIFIED
        } else if open && entry_mz.and(query_mz).is_some() {
            &TwoViewEntropy
        } else {
            &SpectralEntropy { weighted: true }
        };
        let reference = library.peaks().view(row, library.entries().precursor(row));
        let tolerance = settings.fragment_tolerance;
        let found = score.score(owned.view(), reference, tolerance, &mut scratch);
        let distance = query_mz
            .zip(entry_mz)
            .map_or(f64::INFINITY, |(q, e)| (q - e).abs());
        if found.similarity > 0.0
            && found.similarity >= settings.min_score
            && found.matched_peaks >= settings.min_matched
        {
            hits.push((row, found.similarity, distance));
        }
    }
    hits.sort_by(|a, b| {
        let by_score = b.1.total_cmp(&a.1).then(a.2.total_cmp(&b.2));
        by_score.then(a.0.cmp(&b.0))
    });
    hits.truncate(settings.top_k);
    (hits.iter().map(|h| (h.0, h.1)).collect(), n_eligible)
}

fn found(answer: &Answer) -> Vec<(u32, f32)> {
    let pair = |m: &Match| (m.entry, m.score.similarity);
    answer.matches.iter().map(pair).collect()
}

/// Asserts that the answers are those of scoring every eligible entry; gives them back.
#[track_caller]
fn is_exhaustive(
    library: &Library,
    settings: &SearchSettings,
    queries: &[Spectrum],
) -> Vec<Answer> {
    let answers = search(library, settings.clone(), queries);
    assert_eq!(answers.len(), queries.len());
    for (query, answer) in queries.iter().zip(&answers) {
        let (hits, n_eligible) = exhaustive(library, settings, query);
        assert_eq!(found(answer), hits, "{}: {:?}", query.id, answer.plan);
        assert_eq!(answer.n_candidates, n_eligible, "{}", query.id);
        match answer.plan {
            Plan::NoCandidate => assert_eq!(n_eligible, 0),
            Plan::BelowThreshold => assert!(n_eligible > 0 && hits.is_empty()),
            Plan::Window | Plan::Condition | Plan::Exhaustive | Plan::Index(_) => {
                assert!(!hits.is_empty());
            }
            Plan::NoPeaks(_) => panic!("{}: no peaks", query.id),
            Plan::AboveFdr => panic!("{}: no rate was asked for", query.id),
        }
    }
    answers
}

#[test]
fn a_window_gives_what_scoring_every_entry_gives() {
    let (library, queries) = small_molecules("flat");
    for tolerance in ["10ppm", "0.5Da", "40Da"] {
        let mut how = settings(&library, tolerance);
        // Queries without precursor go through the index, which is asked for everything.
        how.n_candidates = Amount::Exactly(usize::MAX);
        let answers = is_exhaustive(&library, &how, &queries);
        let n_window = answers.iter().filter(|a| a.plan == Plan::Window).count();
        assert!(n_window > 10, "{tolerance}: {n_window}");
    }
}

#[test]
fn an_index_asked_for_everything_gives_what_scoring_every_entry_gives() {
    for (index, kind) in [
        ("flat", "flat"),
        ("PQ8", "pq"),
        ("IVF8,Flat", "ivfflat"),
        ("IVF8,PQ8", "ivfpq"),
    ] {
        let (library, queries) = small_molecules(index);
        let mut how = settings(&library, "open");
        how.n_probe = Amount::Exactly(usize::MAX);
        how.n_candidates = Amount::Exactly(usize::MAX);
        let answers = is_exhaustive(&library, &how, &queries);
        assert!(
            answers.iter().any(|a| a.plan == Plan::Index(kind)),
            "{index}"
        );
    }
}

#[test]
fn the_flat_plan_scores_as_many_candidates_as_asked_and_finds_the_best() {
    let (library, queries) = small_molecules("flat");
    let mut how = settings(&library, "open");
    let all = search(&library, how.clone(), &queries);
    how.n_candidates = Amount::Exactly(25);
    let few = search(&library, how, &queries);
    let mut n_same = 0;
    for (all, few) in all.iter().zip(&few) {
        // 25 of those with precursor, and all 20 of those without.
        assert!((25..=45).contains(&few.n_candidates));
        // Scores are exact: what is found is found with the same score, and never a better one.
        assert!(few.matches[0].score.similarity <= all.matches[0].score.similarity);
        n_same += usize::from(found(all)[0] == found(few)[0]);
    }
    assert!(
        n_same * 10 >= queries.len() * 9,
        "{n_same} of {}",
        queries.len()
    );
}

#[test]
fn more_candidates_never_lower_the_best_score() {
    let (library, queries) = small_molecules("IVF8,PQ8");
    let mut best = vec![0.0_f32; queries.len()];
    for n in [1, 5, 20, 100, 200] {
        let mut how = settings(&library, "open");
        (how.n_probe, how.n_candidates) = (Amount::Exactly(8), Amount::Exactly(n));
        for (answer, best) in search(&library, how, &queries).iter().zip(&mut best) {
            let score = answer.matches.first().map_or(0.0, |m| m.score.similarity);
            assert!(score >= *best);
            *best = score;
        }
    }
}

#[test]
fn known_polarities_agree() {
    let (library, queries) = small_molecules("flat");
    let (mut n_known, mut n_unknown) = (0, 0);
    for tolerance in ["40Da", "open"] {
        let answers = search(&library, settings(&library, tolerance), &queries);
        for (query, answer) in queries.iter().zip(&answers) {
            let asked = polarity_sign(query.polarity());
            for found in &answer.matches {
                let sign = library.entries().polarity_sign(found.entry);
                assert!(sign * asked >= 0, "{}", query.id);
                n_known += i32::from(sign * asked > 0);
                n_unknown += i32::from(sign == 0 || asked == 0);
            }
        }
    }
    assert!(n_known > 50 && n_unknown > 50, "{n_known}, {n_unknown}");
}

#[test]
fn the_window_holds_both_its_ends() {
    let mut entries = molecules(1);
    let entry = entries.remove(0);
    let at = |mz: f64| Molecule {
        precursor_mz: Some(mz),
        ..entry.clone()
    };
    // All of these numbers are exact in binary.
    let library = library(&[at(499.5), at(500.0), at(500.5)], "small-molecule", "flat");
    for (query_mz, expected) in [
        (500.0, vec![0, 1, 2]),
        (499.75, vec![0, 1]),
        (501.0, vec![2]),
        (499.0, vec![0]),
        (501.015_625, vec![]),
        (498.984_375, vec![]),
    ] {
        let answer = &search(
            &library,
            settings(&library, "0.5Da"),
            &spectra(&[at(query_mz)]),
        )[0];
        let mut rows: Vec<u32> = answer.matches.iter().map(|m| m.entry).collect();
        rows.sort_unstable();
        assert_eq!(rows, expected, "{query_mz}");
        let plan = if expected.is_empty() {
            Plan::NoCandidate
        } else {
            Plan::Window
        };
        assert_eq!(answer.plan, plan);
    }
}

#[test]
fn least_score_and_least_matched_peaks_are_inclusive() {
    let (library, queries) = small_molecules("flat");
    let mut how = settings(&library, "40Da");
    how.n_candidates = Amount::Exactly(usize::MAX);
    let answers = is_exhaustive(&library, &how, &queries);
    let some = answers.iter().find(|a| a.matches.len() > 3).unwrap();
    how.min_score = some.matches[2].score.similarity;
    let kept = is_exhaustive(&library, &how, &queries);
    let third = kept
        .iter()
        .flat_map(|a| &a.matches)
        .find(|m| (m.entry, m.score) == (some.matches[2].entry, some.matches[2].score));
    assert!(third.is_some(), "a score equal to the least is kept");
    (how.min_score, how.min_matched) = (0.0, 4);
    let kept = is_exhaustive(&library, &how, &queries);
    assert!(
        kept.iter()
            .flat_map(|a| &a.matches)
            .any(|m| m.score.matched_peaks == 4)
    );
    how.min_matched = 1000;
    let none = is_exhaustive(&library, &how, &queries);
    assert!(none.iter().all(|a| a.matches.is_empty()));
    assert!(none.iter().any(|a| a.plan == Plan::BelowThreshold));
}

#[test]
fn groups_are_distinct_and_each_by_its_best_hit() {
    // Twenty molecules, each measured four times, two of the four under one name.
    let base = molecules(20);
    let copies: Vec<Molecule> = (0..80)
        .map(|idx| {
            let mut copy = base[idx / 4].measured_again(idx as u64);
            copy.name = format!("{} {}", base[idx / 4].name, idx % 4 / 2);
            copy
        })
        .collect();
    let library = library(&copies, "small-molecule", "flat");
    assert!(
        library.clusters().len() < 40,
        "{}",
        library.clusters().len()
    );
    let queries = spectra(&base);
    let mut how = settings(&library, "open");
    how.top_k = usize::MAX;
    let entries = search(&library, how.clone(), &queries);
    for group_by in [GroupBy::Cluster, GroupBy::Compound] {
        let group = |m: &Match| match group_by {
            GroupBy::Compound => library.entries().identity(m.entry).unwrap(),
            GroupBy::Cluster | GroupBy::Entry => m.cluster.to_string(),
        };
        for top_k in [1, 3, 7, usize::MAX] {
            (how.group_by, how.top_k) = (group_by, top_k);
            for (grouped, entries) in search(&library, how.clone(), &queries).iter().zip(&entries) {
                let mut seen = HashSet::new();
                let best = entries.matches.iter().filter(|m| seen.insert(group(m)));
                let best: Vec<Match> = best.take(top_k).copied().collect();
                assert_eq!(grouped.matches, best, "{group_by} {top_k}");
            }
        }
    }
}

#[test]
fn a_query_without_precursor_is_compared_with_everything() {
    let (library, mut queries) = small_molecules("flat");
    for query in &mut queries {
        query.precursor = None;
    }
    let mut how = settings(&library, "10ppm");
    how.n_candidates = Amount::Exactly(usize::MAX);
    for (query, answer) in queries.iter().zip(is_exhaustive(&library, &how, &queries)) {
        assert_eq!(answer.plan, Plan::Index("flat"), "{}", query.id);
        assert_eq!(answer.n_candidates, 200);
        assert!(answer.matches.iter().all(|m| m.precursor_delta.is_none()));
    }
}

#[test]
fn a_library_of_one_entry() {
    for index in ["auto", "flat", "pq", "ivfpq", "IVF4,PQ8"] {
        let one = molecules(1);
        let library = library(&one, "small-molecule", index);
        for tolerance in ["10ppm", "open"] {
            let answer = &search(&library, settings(&library, tolerance), &spectra(&one))[0];
            assert_eq!(answer.matches.len(), 1, "{index}");
            assert!(answer.matches[0].score.similarity > 0.9999, "{index}");
        }
    }
}

#[test]
fn a_library_without_any_precursor() {
    let mut all = molecules(60);
    for molecule in &mut all {
        (molecule.precursor_mz, molecule.charge) = (None, 0);
        for peak in &mut molecule.peaks {
            peak.0 = peak.0.round();
        }
    }
    for index in ["flat", "IVF4,PQ8"] {
        let library = library(&all, "ei", index);
        let mut queries = spectra(&all[..10]);
        // A precursor that the library knows nothing of.
        queries.extend(spectra(&molecules(3)));
        let how = SearchSettings {
            n_probe: Amount::Exactly(usize::MAX),
            n_candidates: Amount::Exactly(usize::MAX),
            ..settings(&library, "10ppm")
        };
        let answers = is_exhaustive(&library, &how, &queries);
        for (row, answer) in answers.iter().take(10).enumerate() {
            assert_eq!(answer.matches[0].entry, row as u32, "{index}");
        }
        assert!(answers[10..].iter().all(|a| a.plan == Plan::NoCandidate));
        let open = SearchSettings {
            precursor: PrecursorWindow::Open,
            ..how
        };
        let answers = is_exhaustive(&library, &open, &queries);
        assert!(answers[10..].iter().all(|a| !a.matches.is_empty()));
    }
}

#[test]
fn a_condition_acts_before_the_best_are_chosen() {
    for index in ["flat", "sparse", "IVF8,PQ8"] {
        let (library, queries) = small_molecules(index);
        for (tolerance, condition, n_met) in [
            ("open", "precursor_mz < 300", None),
            ("open", "charge is unknown", Some(46)),
            ("40Da", "polarity = '-' or charge is unknown", None),
            ("open", "name = 'nothing of that name'", Some(0)),
        ] {
            let mut how = settings(&library, tolerance);
            how.condition = Some(condition.parse().unwrap());
            let searcher = Searcher::new(&library, how.clone());
            if n_met.is_some() {
                assert_eq!(searcher.n_met(), n_met, "{condition}");
            }
            for answer in is_exhaustive(&library, &how, &queries) {
                let plan = answer.plan;
                assert!(
                    !matches!(plan, Plan::Index(_) | Plan::Exhaustive),
                    "{plan:?}"
                );
            }
        }
    }
}

#[test]
fn all_candidates_means_no_index() {
    let (library, queries) = small_molecules("IVF8,PQ8");
    let mut how = settings(&library, "open");
    how.n_candidates = Amount::All;
    for answer in is_exhaustive(&library, &how, &queries) {
        assert_eq!(answer.plan, Plan::Exhaustive);
    }
}

#[test]
fn analogues_lie_in_the_range_and_have_their_charge() {
    let (library, queries) = small_molecules("flat");
    let mut how = settings(&library, "open");
    how.precursor = PrecursorWindow::Range("-20..300Da".parse().unwrap());
    how.n_candidates = Amount::All;
    let answers = is_exhaustive(&library, &how, &queries);
    let shifted = answers.iter().flat_map(|a| &a.matches);
    let n_shifted = shifted
        .filter(|m| m.mass_shift.is_some_and(|s| s.abs() > 1.0))
        .count();
    assert!(n_shifted > 50, "{n_shifted}");
}

#[test]
fn retention_must_agree_where_both_sides_have_it() {
    let molecules = molecules(9);
    let mut references = spectra(&molecules);
    for (idx, reference) in references.iter_mut().enumerate() {
        let measured = &mut reference.measurement;
        measured.retention_time = (idx % 3 > 0).then(|| Seconds::new(100.0 * idx as f64).unwrap());
        measured.retention_index = (idx % 3 > 1).then_some(1000.0 + idx as f64);
    }
    let mut draft = Draft::new(resolve(&Wishes::default()).unwrap()).unwrap();
    draft.extend(&references);
    let library = build(draft, "laws", |_| {}).unwrap().0;
    let mut query = references[4].clone();
    let mut how = settings(&library, "open");
    let rows = |how: &SearchSettings, query: &Spectrum| {
        let mut how = how.clone();
        how.n_candidates = Amount::All;
        how.score = ScoreChoice::Auto;
        let answers = search(&library, how, std::slice::from_ref(query));
        answers[0].n_candidates
    };
    assert_eq!(rows(&how, &query), 9);
    how.retention_time = Seconds::new(100.0).ok();
    // 400 s: entries at 400 and 500 s agree, 0, 3 and 6 state nothing.
    assert_eq!(rows(&how, &query), 5);
    how.retention_index = Some(2.0);
    query.measurement.retention_index = Some(1004.0);
    // 1005 agrees, 1002 and 1008 would by index only where the time agreed too.
    assert_eq!(rows(&how, &query), 5);
    query.measurement.retention_index = Some(1010.0);
    assert_eq!(rows(&how, &query), 4);
    query.measurement.retention_time = None;
    // Time is not asked any more: 1008 agrees, and six entries have no index.
    assert_eq!(rows(&how, &query), 7);
}

#[test]
fn what_cannot_be_separated_is_grouped() {
    // One spectrum under three names, and another one.
    let base = molecules(2);
    let named = |name: &str| Molecule {
        name: name.to_owned(),
        ..base[0].clone()
    };
    let library = library(
        &[
            named("a"),
            named("b"),
            named("b"),
            named("c"),
            base[1].clone(),
        ],
        "small-molecule",
        "flat",
    );
    let how = settings(&library, "open");
    let answer = &search(&library, how, &spectra(&base[..1]))[0];
    let first: Vec<_> = answer.matches[..4].iter().map(|m| m.ambiguity).collect();
    for ambiguity in &first {
        assert_eq!((ambiguity.group, ambiguity.compounds), (1, 3));
    }
    assert_eq!(first[0].delta_next, Some(0.0));
    if let Some(last) = answer.matches.get(4) {
        assert_eq!((last.ambiguity.group, last.ambiguity.compounds), (2, 1));
        assert_eq!(last.ambiguity.delta_next, None);
    }
}
