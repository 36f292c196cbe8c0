//! The service, asked over loopback.

mod access;
mod answers;
mod faults;
mod jobs;
mod libraries;
mod limits;
mod mirror;
mod server;
