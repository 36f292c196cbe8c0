#![no_main]

#[path = "../allocation.rs"]
mod allocation;

libfuzzer_sys::fuzz_target!(|text: &str| {
    allocation::bounded(text.len(), || {
        let Ok(condition) = text.parse::<mzseek::library::Condition>() else {
            return;
        };
        // What was understood is told again in the same words.
        let told = condition.to_string();
        assert_eq!(
            told.parse::<mzseek::library::Condition>()
                .map(|c| c.to_string())
                .ok(),
            Some(told)
        );
    });
});
