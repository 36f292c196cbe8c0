//! The learned probabilities in the file: two arrays for each kind of search.

use super::LibraryError;
use super::container::Container;
use super::writer::Writer;
use crate::confidence::{Mode, Model};

fn sections(mode: Mode) -> (String, String) {
    let word = mode.word();
    (
        format!("confidence/{word}/weights"),
        format!("confidence/{word}/reliability"),
    )
}

/// Writes `models`, if there are any.
pub(super) fn write(models: &[Model], writer: &mut Writer) -> Result<(), LibraryError> {
    for model in models {
        let (weights, reliability) = sections(model.mode());
        let parts = model.to_parts();
        writer.put(&weights, &parts.0)?;
        writer.put(&reliability, &parts.1)?;
    }
    Ok(())
}

/// Reads them; there are none where the library could not teach them.
pub(super) fn read(container: &Container) -> Result<Vec<Model>, LibraryError> {
    let mut models = Vec::new();
    for mode in Mode::ALL {
        let (weights, reliability) = sections(mode);
        if container.sections().any(|section| section.name == weights) {
            let (parts, held) = (container.slab(&weights)?, container.slab(&reliability)?);
            let model = Model::from_parts(mode, &parts, &held);
            models.push(model.map_err(|fault| container.damaged(&weights, fault))?);
        }
    }
    Ok(models)
}
