//! From a thread that works to a connection that waits: bytes, with a clear end.

use super::problem::Problem;
use super::wire::Summary;
use bytes::Bytes;
use futures_core::Stream;
use std::io::{self, Write};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::io::{AsyncRead, ReadBuf};
use tokio::runtime::Handle;
use tokio::sync::mpsc::{self, Receiver, Sender};

/// What comes through.
#[derive(Debug)]
pub(super) enum Piece {
    Bytes(Bytes),
    /// Everything came.
    End(Summary),
    /// There will not be more, and why.
    Failed(Problem),
}

/// Bytes sent at once.
const CHUNK: usize = 32 * 1024;
/// Chunks that wait for a slow client.
const WAITING: usize = 8;

/// The end that is written to, on a thread that may wait.
#[derive(Debug)]
pub(super) struct Pipe {
    sender: Sender<Piece>,
    buffer: Vec<u8>,
    patience: Duration,
}

/// A pipe that waits for its reader at most `patience`.
pub(super) fn pipe(patience: Duration) -> (Pipe, Receiver<Piece>) {
    let (sender, receiver) = mpsc::channel(WAITING);
    let pipe = Pipe {
        sender,
        buffer: Vec::new(),
        patience,
    };
    (pipe, receiver)
}

impl Pipe {
    /// Another end for the last word.
    pub(super) fn sender(&self) -> Sender<Piece> {
        self.sender.clone()
    }
}

impl Write for Pipe {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.buffer.extend_from_slice(bytes);
        if self.buffer.len() >= CHUNK {
            self.flush()?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.buffer.is_empty() {
            return Ok(());
        }
        let piece = Piece::Bytes(std::mem::take(&mut self.buffer).into());
        let sent = self.sender.send_timeout(piece, self.patience);
        let sent = Handle::current().block_on(sent);
        sent.map_err(|_| io::Error::from(io::ErrorKind::BrokenPipe))
    }
}

/// The bytes of `file`, read as they are wanted.
pub(super) fn chunks(file: tokio::fs::File) -> Chunks {
    Chunks {
        file,
        buffer: vec![0; CHUNK].into(),
    }
}

/// A file as a stream.
#[derive(Debug)]
pub(super) struct Chunks {
    file: tokio::fs::File,
    buffer: Box<[u8]>,
}

impl Stream for Chunks {
    type Item = io::Result<Bytes>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let Self { file, buffer } = self.get_mut();
        let mut into = ReadBuf::new(buffer);
        Pin::new(file)
            .poll_read(context, &mut into)
            .map(|read| match read {
                Ok(()) if into.filled().is_empty() => None,
                Ok(()) => Some(Ok(Bytes::copy_from_slice(into.filled()))),
                Err(error) => Some(Err(error)),
            })
    }
}
