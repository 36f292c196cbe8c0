//! `mzdata`'s mzML parser, fed one element at a time.

use crate::formats::Fault;
use crate::formats::guard::guarded;
use crate::formats::text::snippet;
use mzdata::io::DetailLevel;
use mzdata::io::mzml::{MzMLParserState, MzMLReaderType};
use mzdata::params::ParamLike;
use mzdata::prelude::*;
use mzdata::spectrum::MultiLayerSpectrum;
use std::collections::HashMap;
use std::io::{self, Read};
use std::sync::{Arc, Mutex, PoisonError};

const BUFFER_BYTES: usize = 64 * 1024;

/// The term for "some instrument", which says nothing.
const ANY_INSTRUMENT: u32 = 1_000_031;

/// A parser that has read the header and expects one element at a time.
pub(super) struct Parser {
    reader: MzMLReaderType<Feed>,
    feed: Feed,
    instruments: HashMap<u32, String>,
}

/// The stream the parser reads: what was put in, and then the end. It never sees two elements at
/// once, so nothing of one can end up in the other.
#[derive(Clone, Default)]
struct Feed(Arc<Mutex<io::Cursor<Vec<u8>>>>);

impl Feed {
    fn put(&self, bytes: Vec<u8>) -> Vec<u8> {
        let mut inner = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::replace(&mut *inner, io::Cursor::new(bytes)).into_inner()
    }
}

impl Read for Feed {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .read(into)
    }
}

impl Parser {
    /// Reads the header, which ends with the start tag of the list of spectra.
    pub(super) fn new(header: &[u8]) -> Result<Self, Fault> {
        let feed = Feed::default();
        feed.put(header.to_vec());
        let source = feed.clone();
        let open = || {
            // Lazy: arrays stay as they are in the file, to be decoded within bounds.
            let level = DetailLevel::Lazy;
            MzMLReaderType::with_buffer_capacity_and_detail_level(source, BUFFER_BYTES, level)
        };
        let reader = guarded(open)
            .map_err(|panic| Fault::Element(format!("what stands before the spectra: {panic}")))?;
        if reader.state != MzMLParserState::SpectrumList {
            let reason = "what stands before the spectra cannot be read".to_owned();
            return Err(Fault::Element(reason));
        }
        let instruments = guarded(|| instrument_names(&reader)).unwrap_or_default();
        Ok(Self {
            reader,
            feed,
            instruments,
        })
    }

    /// Parses one element; its buffer is exchanged for that of the one before. After an error the
    /// parser is not to be used again.
    pub(super) fn parse(&mut self, element: &mut Vec<u8>) -> Result<MultiLayerSpectrum, Fault> {
        let spent = self.feed.put(std::mem::take(element));
        *element = spent;
        let mut scan = MultiLayerSpectrum::default();
        match guarded(|| self.reader.read_into(&mut scan)) {
            Ok(Ok(_)) => Ok(scan),
            Ok(Err(error)) => Err(Fault::Element(snippet(error.to_string().as_bytes()))),
            Err(panic) => Err(Fault::Element(snippet(panic.as_bytes()))),
        }
    }

    /// Name of the instrument a scan was measured on, or nothing.
    pub(super) fn instrument_of(&self, scan: &MultiLayerSpectrum) -> &str {
        let id = scan
            .description
            .acquisition
            .scans
            .first()
            .map(|s| s.instrument_configuration_id);
        id.and_then(|id| self.instruments.get(&id))
            .map_or("", String::as_str)
    }
}

/// The model of each instrument configuration: the first term without a value.
fn instrument_names(reader: &MzMLReaderType<Feed>) -> HashMap<u32, String> {
    reader
        .instrument_configurations()
        .iter()
        .filter_map(|(&id, configuration)| {
            let is_model = |accession: u32| accession != ANY_INSTRUMENT;
            let model = configuration.params.iter().find(|param| {
                param.accession.is_some_and(is_model) && param.value.to_string().is_empty()
            })?;
            Some((id, model.name().to_owned()))
        })
        .collect()
}
