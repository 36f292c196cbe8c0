//! The files behind what a user names: files, folders, patterns and standard input.

use super::ReadError;
use super::foreign;
use super::input::{STDIN, not_spectra};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A file to be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InputFile {
    /// Its path, or `-` for standard input.
    pub path: PathBuf,
    /// Whether it was found in a folder or by a pattern: it may be something else than spectra.
    pub is_found: bool,
}

/// The files behind `names`, in order; those of a folder, at any depth, by name.
///
/// A name with `*`, `?` or `[` that is no file is a pattern, as in `runs/*.mzML`. Files and folders
/// whose names begin with a dot are passed over where they were not named themselves.
///
/// # Errors
/// A folder that cannot be listed, or a vendor's run folder; a pattern or a folder without any file.
pub fn list(names: &[PathBuf]) -> Result<Vec<InputFile>, ReadError> {
    let mut files = Vec::new();
    for name in names {
        let before = files.len();
        if name.is_dir() {
            folder(name, &mut files)?;
        } else if let Some(pattern) = pattern(name) {
            for path in glob::glob(pattern).into_iter().flatten().flatten() {
                if path.is_dir() {
                    folder(&path, &mut files)?;
                } else {
                    files.push(found(path));
                }
            }
        } else {
            files.push(InputFile {
                path: name.clone(),
                is_found: false,
            });
        }
        if files.len() == before {
            let text = "there is no file in this folder, or of such a name";
            return Err(ReadError::Open {
                file: name.as_path().into(),
                source: io::Error::new(io::ErrorKind::NotFound, text),
            });
        }
    }
    Ok(files)
}

fn found(path: PathBuf) -> InputFile {
    InputFile {
        path,
        is_found: true,
    }
}

/// A name that is a pattern and not a file.
fn pattern(name: &Path) -> Option<&str> {
    let text = name.to_str()?;
    (text != STDIN && text.contains(['*', '?', '[']) && !name.exists()).then_some(text)
}

fn folder(path: &Path, files: &mut Vec<InputFile>) -> Result<(), ReadError> {
    let failed = |e: &io::Error| ReadError::Open {
        file: path.into(),
        source: e.kind().into(),
    };
    if foreign::is_vendor_folder(path) {
        let file: Arc<Path> = path.into();
        return Err(not_spectra(&file, foreign::folder(path)));
    }
    let mut entries = Vec::new();
    for entry in fs_err::read_dir(path).map_err(|e| failed(&e))? {
        entries.push(entry.map_err(|e| failed(&e))?.path());
    }
    entries.sort();
    for entry in entries {
        let name = entry.file_name().unwrap_or_default().to_string_lossy();
        if name.starts_with('.') {
        } else if entry.is_dir() {
            folder(&entry, files)?;
        } else {
            files.push(found(entry));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_and_patterns_become_files_in_order() {
        let root = tempfile::tempdir().unwrap();
        let at = |name: &str| root.path().join(name);
        fs_err::create_dir(at("deep")).unwrap();
        for name in ["b.msp", "a.mgf", ".hidden", "deep/c.mgf"] {
            fs_err::write(at(name), "x").unwrap();
        }
        let names = |given: &[PathBuf]| -> Vec<PathBuf> {
            list(given)
                .unwrap()
                .into_iter()
                .map(|file| file.path)
                .collect()
        };
        assert_eq!(
            names(&[root.path().to_owned()]),
            [at("a.mgf"), at("b.msp"), at("deep/c.mgf")]
        );
        assert_eq!(names(&[at("*.mgf")]), [at("a.mgf")]);
        assert_eq!(names(&[at("**/*.mgf")]), [at("a.mgf"), at("deep/c.mgf")]);
        assert_eq!(
            names(&[at("absent.mgf"), STDIN.into()]),
            [at("absent.mgf"), STDIN.into()]
        );
        assert!(list(&[at("*.none")]).is_err());
        fs_err::create_dir(at("deep/run.d")).unwrap();
        fs_err::write(at("deep/run.d/analysis.tdf"), "x").unwrap();
        let error = list(&[root.path().to_owned()]).unwrap_err().to_string();
        assert!(
            error.contains("run.d") && error.contains("msconvert"),
            "{error}"
        );
    }
}
