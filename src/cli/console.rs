//! What people see while a command runs, on stderr only.

use crate::failure::Failure;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::fmt::Display;
use std::io::{self, Write};
use std::time::Duration;

/// Stderr with a level of talkativeness.
#[derive(Debug, Clone, Copy)]
pub(super) struct Console {
    quiet: bool,
    verbose: bool,
}

impl Console {
    pub(super) fn new(quiet: bool, verbose: bool) -> Self {
        Self { quiet, verbose }
    }

    /// What a person should know, unless they asked for silence.
    pub(super) fn say(self, text: impl Display) {
        if !self.quiet {
            // Nobody is left to tell when stderr is closed.
            let _ = writeln!(io::stderr(), "{}", text.to_string().trim_end());
        }
    }

    /// Whether only errors are told.
    pub(super) fn is_quiet(self) -> bool {
        self.quiet
    }

    /// What a person wants who asked for more.
    pub(super) fn detail(self, text: impl Display) {
        if self.verbose {
            self.say(text);
        }
    }

    /// Why the command failed.
    pub(super) fn error(failure: &Failure) {
        let _ = writeln!(io::stderr(), "mzseek: {failure}");
    }

    /// A running count, shown only where stderr is a terminal.
    pub(super) fn progress(self, what: &'static str) -> ProgressBar {
        let target = if self.quiet {
            ProgressDrawTarget::hidden()
        } else {
            ProgressDrawTarget::stderr()
        };
        let bar = ProgressBar::with_draw_target(None, target);
        if let Ok(style) = ProgressStyle::with_template("{spinner} {msg} {human_pos} ({per_sec})") {
            bar.set_style(style);
        }
        bar.set_message(what);
        bar.enable_steady_tick(Duration::from_millis(200));
        bar
    }
}
