use super::*;
use crate::domain::Da;
use crate::memory::{Bytes, Spool};
use crate::prepare::LeftOut;
use crate::search::{Ambiguity, Match, Plan};
use crate::similarity::{SCORES, Score};
use proptest::option::of;
use proptest::prelude::*;

fn plans() -> impl Strategy<Value = Plan> {
    prop_oneof![
        Just(Plan::Window),
        Just(Plan::Condition),
        Just(Plan::Exhaustive),
        prop::sample::select(vec!["flat", "sparse", "ivfpq"]).prop_map(Plan::Index),
        Just(Plan::NoPeaks(LeftOut::NoPeaks)),
        (0_usize..500, 0_usize..9, 1_usize..9).prop_map(|(recorded, left, needed)| {
            Plan::NoPeaks(LeftOut::TooFewPeaks {
                recorded,
                left,
                needed,
            })
        }),
        (0.0..100.0, 0.0..100.0).prop_map(|(span, needed)| {
            let needed = Da::new(needed).unwrap();
            Plan::NoPeaks(LeftOut::NarrowSpan { span, needed })
        }),
        Just(Plan::NoCandidate),
        Just(Plan::BelowThreshold),
        Just(Plan::AboveFdr),
    ]
}

fn matches() -> impl Strategy<Value = Match> {
    let scores = (0.0_f32..=1.0, any::<u32>(), 0.0_f32..=1.0, 0..SCORES.len());
    let apart = (of(-3e3..3e3), of(-3e3..3e3));
    let ambiguity = (any::<u32>(), any::<u32>(), of(0.0_f32..1.0));
    let all = (any::<u32>(), any::<u32>(), scores, apart, ambiguity);
    all.prop_map(|(entry, cluster, scores, apart, ambiguity)| Match {
        entry,
        cluster,
        score: Score {
            similarity: scores.0,
            matched_peaks: scores.1,
            matched_intensity: scores.2,
        },
        score_name: SCORES[scores.3].name(),
        precursor_delta: apart.0,
        mass_shift: apart.1,
        ambiguity: Ambiguity {
            group: ambiguity.0,
            compounds: ambiguity.1,
            delta_next: ambiguity.2,
        },
    })
}

fn answers() -> impl Strategy<Value = Answer> {
    let matches = || prop::collection::vec(matches(), 0..4);
    let all = (plans(), any::<usize>(), matches(), matches(), of(0.0..=1.0));
    all.prop_map(
        |(plan, n_candidates, matches, decoys, probability)| Answer {
            plan,
            n_candidates,
            matches,
            decoy: decoys.first().copied(),
            q_value: None,
            probability,
        },
    )
}

fn measurements() -> impl Strategy<Value = Measurement> {
    let all = (0_i8..=2, of(-9.0..1e4), of(0.0..4e3), ".{0,6}", ".{0,6}");
    all.prop_map(
        |(sign, time, retention_index, energy, instrument)| Measurement {
            polarity: Polarity::of_sign(sign - 1),
            retention_time: time.map(|time| Seconds::new(time).unwrap()),
            retention_index,
            collision_energy: energy,
            instrument,
        },
    )
}

fn queries() -> impl Strategy<Value = Spectrum> {
    let origin = (
        prop::sample::select(vec!["a.mgf", "b.mzML"]),
        any::<usize>(),
    );
    let charge = of((1_i8..=100, any::<bool>()));
    let precursor = of((1.0..3e3, charge));
    let texts = prop::array::uniform6(".{0,6}");
    let peaks = prop::collection::vec((1.0..2e3, 0.1_f32..1e6), 0..9);
    let all = (origin, ".{0,6}", precursor, measurements(), texts, peaks);
    all.prop_map(
        |((file, index), id, precursor, measurement, texts, peaks)| {
            let [name, formula, inchikey, smiles, adduct, peptide] = texts;
            let peaks = peaks.into_iter();
            let peaks = peaks.map(|(mz, intensity)| Peak { mz, intensity });
            Spectrum {
                origin: Origin {
                    file: Path::new(file).into(),
                    index,
                },
                id,
                precursor: precursor.map(|(mz, charge)| Precursor {
                    mz: Mz::new(mz).unwrap(),
                    charge: charge.map(|(n, is_negative)| {
                        Charge::new(if is_negative { -n } else { n }).unwrap()
                    }),
                }),
                measurement,
                compound: Compound {
                    name,
                    formula,
                    inchikey,
                    smiles,
                    adduct,
                    peptide,
                },
                fields: Fields::default(),
                peaks: PeakList::new(peaks.collect()).unwrap(),
            }
        },
    )
}

proptest! {
    #[test]
    fn what_waits_in_a_file_comes_back_as_it_was(
        all in prop::collection::vec((queries(), answers(), of(answers())), 0..6),
        has_peaks: bool,
    ) {
        let folder = tempfile::tempdir().unwrap();
        // Nothing of it stays in memory.
        let mut spool = Spool::new(folder.path(), Bytes(0));
        let mut names = Names::default();
        for (query, answer, open) in &all {
            let answers = (answer, open.as_ref());
            spool.push(&Kept::of((query, has_peaks), answers, &mut names)).unwrap();
        }
        let restored = spool.into_records(|kept: Kept<'static>| kept.restored(&names)).unwrap();
        let restored: Vec<_> = restored.map(Result::unwrap).collect();
        let mut expected = all;
        for (query, _, _) in expected.iter_mut().filter(|_| !has_peaks) {
            query.peaks = PeakList::default();
        }
        prop_assert_eq!(restored, expected);
    }
}

#[test]
fn what_no_query_is_does_not_come_back() {
    let record = |file, mz| Kept {
        file,
        index: 0,
        id: "q".into(),
        precursor: Some((mz, None)),
        polarity: None,
        retention_time: None,
        retention_index: None,
        collision_energy: "".into(),
        instrument: "".into(),
        compound: Default::default(),
        peaks: Vec::new(),
        answer: KeptAnswer::of(
            &Answer {
                plan: Plan::NoCandidate,
                n_candidates: 0,
                matches: Vec::new(),
                decoy: None,
                q_value: None,
                probability: None,
            },
            &mut Names::default(),
        ),
        open: None,
    };
    let names = Names {
        files: vec![Path::new("a.mgf").into()],
        words: Vec::new(),
    };
    assert!(record(0, 500.0).restored(&names).is_some());
    assert!(record(1, 500.0).restored(&names).is_none());
    assert!(record(0, -500.0).restored(&names).is_none());
}
