//! Answers as bytes: CSV, JSON or JSON lines, written as they come.

use super::problem::Problem;
use super::wire::{Ended, QueryAnswer, Summary};
use crate::domain::Spectrum;
use crate::library::Library;
use crate::report::CsvReport;
use crate::search::Answer;
use axum::http::HeaderMap;
use axum::http::header::ACCEPT;
use serde::{Deserialize, Serialize};
use std::io::{self, Write};
use utoipa::ToSchema;

/// The form of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum Form {
    /// One document.
    Json,
    /// A document per line, sent as results come.
    Jsonl,
    /// The report of `mzseek search`.
    Csv,
}

impl Form {
    pub(super) fn media_type(self) -> &'static str {
        match self {
            Self::Json => "application/json",
            Self::Jsonl => "application/x-ndjson",
            Self::Csv => "text/csv",
        }
    }

    /// The form that `Accept` asks for.
    pub(super) fn accepted(headers: &HeaderMap) -> Result<Self, Problem> {
        let all = "application/json, application/x-ndjson or text/csv";
        accepted(headers, Self::Json, all, Self::named)
    }

    fn named(range: &str) -> Option<Self> {
        match range {
            "*/*" | "application/*" | "application/json" => Some(Self::Json),
            "application/x-ndjson" | "application/jsonl" | "application/x-jsonlines" => {
                Some(Self::Jsonl)
            }
            "text/csv" | "text/*" => Some(Self::Csv),
            _ => None,
        }
    }
}

/// What `Accept` asks for: of the ranges that `named` knows, in small letters, the one with the highest
/// weight; `otherwise` where none is named. `all` tells people what there is.
pub(super) fn accepted<F>(
    headers: &HeaderMap,
    otherwise: F,
    all: &str,
    named: impl Fn(&str) -> Option<F>,
) -> Result<F, Problem> {
    let mut best: Option<(f32, F)> = None;
    let mut n_named = 0;
    let texts = headers
        .get_all(ACCEPT)
        .iter()
        .map(|value| value.to_str().unwrap_or_default());
    for range in texts.flat_map(|text| text.split(',')) {
        let mut parts = range.split(';').map(str::trim);
        let Some(name) = parts.next().filter(|name| !name.is_empty()) else {
            continue;
        };
        n_named += 1;
        let weight = parts.find_map(|part| part.strip_prefix("q=")?.parse().ok());
        let weight: f32 = weight.unwrap_or(1.0);
        let least = best.as_ref().map_or(0.0, |(weight, _)| *weight);
        if let Some(form) = named(&name.to_ascii_lowercase())
            && weight > least
        {
            best = Some((weight, form));
        }
    }
    match best {
        Some((_, form)) => Ok(form),
        None if n_named == 0 => Ok(otherwise),
        None => {
            let text = format!("answers are {all}: name one of them in Accept");
            Err(Problem::new(super::problem::Kind::NotAcceptable, text))
        }
    }
}

/// Writes one answer after the other.
pub(super) enum Reply<W: Write> {
    Csv(Box<CsvReport<W>>),
    Json { out: W, n_written: usize },
    Jsonl { out: W },
}

impl<W: Write> Reply<W> {
    /// Begins an answer from `library` in its `version`.
    pub(super) fn begin(
        mut out: W,
        form: Form,
        (library, version): (&Library, &str),
        only_matched: bool,
    ) -> io::Result<Self> {
        Ok(match form {
            Form::Csv => {
                let csv = CsvReport::begin(out, only_matched)?;
                Self::Csv(Box::new(csv))
            }
            Form::Json => {
                let name = serde_json::to_string(&library.name())?;
                write!(
                    out,
                    "{{\"library\":{name},\"version\":\"{version}\",\"answers\":["
                )?;
                Self::Json { out, n_written: 0 }
            }
            Form::Jsonl => Self::Jsonl { out },
        })
    }

    /// Writes the answers to `queries`; without those that have no match where that is asked for.
    pub(super) fn answer(
        &mut self,
        library: &Library,
        query: &Spectrum,
        answer: &Answer,
        only_matched: bool,
    ) -> io::Result<()> {
        if only_matched && answer.matches.is_empty() {
            return Ok(());
        }
        match self {
            Self::Csv(csv) => Ok(csv.answer(library, query, answer)?),
            Self::Json { out, n_written } => {
                if *n_written > 0 {
                    out.write_all(b",")?;
                }
                *n_written += 1;
                serde_json::to_writer(&mut *out, &QueryAnswer::new(library, query, answer))?;
                Ok(())
            }
            Self::Jsonl { out } => {
                serde_json::to_writer(&mut *out, &QueryAnswer::new(library, query, answer))?;
                out.write_all(b"\n")
            }
        }
    }

    /// Ends the answer with what was done; CSV has no place for that.
    pub(super) fn end(self, summary: Summary) -> io::Result<W> {
        match self {
            Self::Csv(csv) => Ok(csv.end()?),
            Self::Json { mut out, .. } => {
                out.write_all(b"],\"summary\":")?;
                serde_json::to_writer(&mut out, &summary)?;
                out.write_all(b"}\n")?;
                out.flush()?;
                Ok(out)
            }
            Self::Jsonl { mut out } => {
                serde_json::to_writer(&mut out, &Ended::Summary(summary))?;
                out.write_all(b"\n")?;
                out.flush()?;
                Ok(out)
            }
        }
    }
}

impl<W: Write> std::fmt::Debug for Reply<W> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Csv(_) => "Csv",
            Self::Json { .. } => "Json",
            Self::Jsonl { .. } => "Jsonl",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    fn accepted(accept: &[&'static str]) -> Result<Form, Problem> {
        let mut headers = HeaderMap::new();
        for value in accept {
            headers.append(ACCEPT, HeaderValue::from_static(value));
        }
        Form::accepted(&headers)
    }

    #[test]
    fn the_heaviest_known_form_is_taken() {
        for (accept, form) in [
            (&[][..], Form::Json),
            (&["*/*"], Form::Json),
            (&["text/csv"], Form::Csv),
            (&["TEXT/CSV; charset=utf-8"], Form::Csv),
            (&["text/csv;q=0.5, application/x-ndjson"], Form::Jsonl),
            (&["text/html, */*;q=0.1"], Form::Json),
            (&["image/png", "text/csv;q=0.2"], Form::Csv),
        ] {
            assert_eq!(accepted(accept).unwrap(), form, "{accept:?}");
        }
        assert!(accepted(&["image/png"]).is_err());
        assert!(accepted(&["text/csv;q=0"]).is_err());
    }
}
