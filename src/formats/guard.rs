//! Turns panics of a dependency into errors, without their message on the terminal.

use std::cell::Cell;
use std::panic::{self, AssertUnwindSafe};
use std::sync::Once;

thread_local! {
    static GUARDED: Cell<bool> = const { Cell::new(false) };
}

static QUIET_HOOK: Once = Once::new();

/// Runs `work`; a panic in it becomes an error with the panic's message.
///
/// What `work` changed may be half done after an error: the caller throws it away.
pub(super) fn guarded<T>(work: impl FnOnce() -> T) -> Result<T, String> {
    QUIET_HOOK.call_once(|| {
        let previous = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if !GUARDED.get() {
                previous(info);
            }
        }));
    });
    let outer = GUARDED.replace(true);
    let outcome = panic::catch_unwind(AssertUnwindSafe(work));
    GUARDED.set(outer);
    outcome.map_err(|payload| {
        let text = payload.downcast_ref::<String>().map(String::as_str);
        let text = text.or_else(|| payload.downcast_ref::<&str>().copied());
        text.unwrap_or("the parser gave up")
            .lines()
            .next()
            .unwrap_or_default()
            .to_owned()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn panics_become_text() {
        assert_eq!(guarded(|| 3), Ok(3));
        let expected: Result<(), String> = Err("no 7".to_owned());
        assert_eq!(guarded(|| panic!("no {}", 7)), expected);
        assert!(!GUARDED.get());
        assert_eq!(
            guarded(|| (guarded(|| 1), GUARDED.get())),
            Ok((Ok(1), true))
        );
    }
}
