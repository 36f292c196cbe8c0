//! The calibration of an index in its file: one array for each number of a setting.

use crate::index::{Calibration, Setting};
use crate::library::{ArraySink, Container, LibraryError, Writer};

/// The arrays of the calibration.
const SECTIONS: [&str; 4] = [
    "calibration/n_probe",
    "calibration/per_hit",
    "calibration/recall",
    "calibration/cost",
];

/// Writes the settings, if there are any.
pub(super) fn write(calibration: &Calibration, writer: &mut Writer) -> Result<(), LibraryError> {
    let settings = calibration.settings();
    if settings.is_empty() {
        return Ok(());
    }
    let counts = |of: fn(&Setting) -> usize| -> Vec<u32> {
        settings.iter().map(|setting| of(setting) as u32).collect()
    };
    let parts = |of: fn(&Setting) -> f64| -> Vec<f64> { settings.iter().map(of).collect() };
    let [n_probe, per_hit, recall, cost] = SECTIONS;
    writer.put(n_probe, &counts(|setting| setting.n_probe))?;
    writer.put(per_hit, &counts(|setting| setting.per_hit))?;
    writer.put(recall, &parts(|setting| setting.recall))?;
    writer.put(cost, &parts(|setting| setting.cost))
}

/// Reads them; there are none where recall was not measured.
pub(super) fn read(container: &Container) -> Result<Calibration, LibraryError> {
    let [n_probe, per_hit, recall, cost] = SECTIONS;
    if !container.sections().any(|section| section.name == n_probe) {
        return Ok(Calibration::default());
    }
    let calibration = Calibration::from_parts(
        &container.slab(n_probe)?,
        &container.slab(per_hit)?,
        &container.slab(recall)?,
        &container.slab(cost)?,
    );
    calibration.map_err(|e| container.damaged("calibration", &e.to_string()))
}
