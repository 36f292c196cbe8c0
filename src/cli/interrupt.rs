//! Ctrl-C, and what else ends the program from outside.

use crate::files;
use signal_hook::consts::{SIGINT, SIGTERM, SIGXFSZ};
use signal_hook::iterator::Signals;
use signal_hook::{flag, low_level};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// Has SIGINT and SIGTERM remove every file in the making before they end the program.
///
/// It ends as if by the signal itself, so that a shell sees 130 or 143 and stops a script that runs
/// it.
pub(super) fn clean_up_on_interrupt() {
    // Where signals cannot be watched, the next run removes what this one leaves.
    let Ok(mut signals) = Signals::new([SIGINT, SIGTERM]) else {
        return;
    };
    std::thread::spawn(move || {
        if let Some(signal) = signals.forever().next() {
            files::abandon();
            // Fails for signals without a default only.
            let _ = low_level::emulate_default_handler(signal);
        }
    });
}

/// Has a file that grows past the limit for files (`ulimit -f`) be an error of the write, as a full
/// disk is, and not the end of the program.
pub(super) fn outlive_file_limit() {
    // Where this is refused, the limit ends the program, as it does by default.
    let _ = flag::register(SIGXFSZ, Arc::new(AtomicBool::new(false)));
}
