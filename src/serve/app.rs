//! What every request can reach.

use super::gate::Gate;
use super::jobs::Jobs;
use super::limits::Limits;
use super::metrics::Metrics;
use super::problem::Problem;
use super::shelf::{Held, Shelf};
use super::tokens::Tokens;
use arc_swap::ArcSwapOption;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// The service.
#[derive(Debug)]
pub(super) struct App {
    pub(super) shelf: Shelf,
    pub(super) gate: Gate,
    pub(super) limits: Limits,
    pub(super) metrics: Metrics,
    /// None where everybody may ask.
    pub(super) tokens: ArcSwapOption<Tokens>,
    /// None where there is no folder for them.
    pub(super) jobs: Option<Jobs>,
    /// Whether the service is about to end.
    pub(super) ending: AtomicBool,
}

impl App {
    /// The library called `id`; where no id is given, the only one.
    pub(super) fn library(&self, id: Option<&str>) -> Result<Arc<Held>, Problem> {
        let shelved = self.shelf.now();
        let names = || {
            let names: Vec<&str> = shelved.libraries.keys().map(String::as_str).collect();
            names.join(", ")
        };
        let Some(id) = id else {
            return match shelved.libraries.values().next() {
                Some(only) if shelved.libraries.len() == 1 => Ok(Arc::clone(only)),
                Some(_) => {
                    let text = format!("name a library: {}", names());
                    Err(Problem::unusable(text))
                }
                None => Err(Problem::not_found("there is no library")),
            };
        };
        shelved.libraries.get(id).map(Arc::clone).ok_or_else(|| {
            Problem::not_found(format!(
                "there is no library {id:?}; libraries are: {}",
                names()
            ))
        })
    }
}
