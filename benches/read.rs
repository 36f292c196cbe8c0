//! How many MB/s do the readers parse?
fn main() {}
