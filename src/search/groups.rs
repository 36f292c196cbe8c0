//! From hits to matches: of each group of entries its best hit, and what could not be told apart.

use super::answer::{Ambiguity, Match};
use super::settings::{GroupBy, SearchSettings};
use crate::library::Library;
use std::collections::{HashMap, HashSet};

/// Keeps the first hit of each group, and says which of them the spectrum cannot separate.
/// `hits` are best first and stay so.
///
/// A hit is ambiguous with those before it whose score is within the margin of the best of them;
/// what it is grouped by makes no difference to that.
pub(super) fn best_of_groups(
    library: &Library,
    hits: &[Match],
    settings: &SearchSettings,
) -> Vec<Match> {
    let mut identities = Identities::new(library);
    let mut seen = HashSet::new();
    let mut matches: Vec<Match> = Vec::new();
    // The different compounds of each ambiguity group, and the best score of the last one.
    let mut compounds: Vec<HashSet<Identity>> = Vec::new();
    let mut best = f32::INFINITY;
    for (at, hit) in hits.iter().enumerate() {
        let similarity = hit.score.similarity;
        let joins = best - similarity <= settings.ambiguity_margin;
        if !joins {
            // Hits past the last match still count in its group, and no further.
            if matches.len() == settings.top_k {
                break;
            }
            compounds.push(HashSet::new());
            best = similarity;
        }
        let identity = identities.of(hit.entry);
        if let Some(group) = compounds.last_mut() {
            group.insert(identity);
        }
        let place = match settings.group_by {
            GroupBy::Entry => Place::Entry,
            GroupBy::Cluster => Place::Cluster(hit.cluster),
            GroupBy::Compound => Place::Compound(identity),
        };
        if matches.len() < settings.top_k && (place == Place::Entry || seen.insert(place)) {
            let ambiguity = Ambiguity {
                group: compounds.len() as u32,
                compounds: 0,
                delta_next: next_compound(hits, at, &mut identities),
            };
            matches.push(Match { ambiguity, ..*hit });
        }
    }
    for matched in &mut matches {
        let group = &compounds[matched.ambiguity.group as usize - 1];
        matched.ambiguity.compounds = group.len() as u32;
    }
    matches
}

/// What a hit is one of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Place {
    Entry,
    Cluster(u32),
    Compound(Identity),
}

/// How much better the hit at `at` is than the next one of another compound.
fn next_compound(hits: &[Match], at: usize, identities: &mut Identities<'_>) -> Option<f32> {
    let own = identities.of(hits[at].entry);
    let next = hits[at + 1..]
        .iter()
        .find(|hit| identities.of(hit.entry) != own)?;
    Some(hits[at].score.similarity - next.score.similarity)
}

/// What an entry is: the same number for the same compound. An entry of which nothing is known is
/// like no other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Identity {
    Compound(u32),
    Unknown(u32),
}

/// Looks identities up once.
struct Identities<'a> {
    library: &'a Library,
    numbers: HashMap<String, u32>,
    known: HashMap<u32, Identity>,
}

impl<'a> Identities<'a> {
    fn new(library: &'a Library) -> Self {
        Self {
            library,
            numbers: HashMap::new(),
            known: HashMap::new(),
        }
    }

    fn of(&mut self, entry: u32) -> Identity {
        *self.known.entry(entry).or_insert_with(|| {
            let Some(identity) = self.library.entries().identity(entry) else {
                return Identity::Unknown(entry);
            };
            let next = self.numbers.len() as u32;
            Identity::Compound(*self.numbers.entry(identity).or_insert(next))
        })
    }
}
