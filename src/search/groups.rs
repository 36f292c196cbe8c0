//! From hits to matches: of each group of entries its best hit, and what could not be told apart.

use super::answer::{Ambiguity, Match};
use super::settings::{GroupBy, SearchSettings};
use crate::library::Library;
use std::collections::HashSet;

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
    let mut identities = Identities::new(library, hits);
    let mut seen = HashSet::new();
    let mut matches: Vec<Match> = Vec::new();
    // What is in each ambiguity group, with repetitions, and the best score of the last group.
    let mut grouped: Vec<(u32, Identity)> = Vec::new();
    let mut group = 0;
    let mut best = f32::INFINITY;
    for (at, hit) in hits.iter().enumerate() {
        let similarity = hit.score.similarity;
        let joins = best - similarity <= settings.ambiguity_margin;
        if !joins {
            // Hits past the last match still count in its group, and no further.
            if matches.len() == settings.top_k {
                break;
            }
            group += 1;
            best = similarity;
        }
        let identity = identities.of(at);
        grouped.push((group, identity));
        let place = match settings.group_by {
            GroupBy::Entry => Place::Entry,
            GroupBy::Cluster => Place::Cluster(hit.cluster),
            GroupBy::Compound => Place::Compound(identity),
        };
        if matches.len() < settings.top_k && (place == Place::Entry || seen.insert(place)) {
            let ambiguity = Ambiguity {
                group,
                compounds: 0,
                delta_next: identities.next_compound(at),
            };
            matches.push(Match { ambiguity, ..*hit });
        }
    }
    grouped.sort_unstable();
    grouped.dedup();
    for matched in &mut matches {
        let group = matched.ambiguity.group;
        let start = grouped.partition_point(|(of, _)| *of < group);
        let end = grouped.partition_point(|(of, _)| *of <= group);
        matched.ambiguity.compounds = (end - start) as u32;
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

/// What an entry is: the same number for the same compound. An entry of which nothing is known is
/// like no other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Identity {
    Compound(u64),
    Unknown(u32),
}

/// Looks the identities of hits up once, and only where they are asked for.
struct Identities<'a> {
    library: &'a Library,
    hits: &'a [Match],
    known: Vec<Option<Identity>>,
}

impl<'a> Identities<'a> {
    fn new(library: &'a Library, hits: &'a [Match]) -> Self {
        Self {
            library,
            hits,
            known: vec![None; hits.len()],
        }
    }

    fn of(&mut self, at: usize) -> Identity {
        *self.known[at].get_or_insert_with(|| {
            let entry = self.hits[at].entry;
            let number = self.library.entries().identity_number(entry);
            number.map_or(Identity::Unknown(entry), Identity::Compound)
        })
    }

    /// How much better the hit at `at` is than the next one of another compound.
    fn next_compound(&mut self, at: usize) -> Option<f32> {
        let own = self.of(at);
        let next = (at + 1..self.hits.len()).find(|&next| self.of(next) != own)?;
        Some(self.hits[at].score.similarity - self.hits[next].score.similarity)
    }
}
