//! What a measurement costs: time on the wall, time on processors, memory at its peak.

use std::time::{Duration, Instant};

/// A stopwatch for both kinds of time.
#[derive(Debug)]
pub(super) struct Clock {
    wall: Instant,
    cpu: Option<Duration>,
}

/// What a stopwatch shows.
#[derive(Debug, Clone, Copy)]
pub(super) struct Elapsed {
    /// Seconds on the wall.
    pub(super) wall_s: f64,
    /// Seconds of all threads of this process together, where the system tells.
    pub(super) cpu_s: Option<f64>,
}

impl Clock {
    pub(super) fn start() -> Self {
        Self {
            wall: Instant::now(),
            cpu: cpu_time(),
        }
    }

    pub(super) fn stop(&self) -> Elapsed {
        let cpu = cpu_time()
            .zip(self.cpu)
            .map(|(now, then)| now.saturating_sub(then));
        Elapsed {
            wall_s: self.wall.elapsed().as_secs_f64(),
            cpu_s: cpu.map(|cpu| cpu.as_secs_f64()),
        }
    }
}

#[cfg(unix)]
fn cpu_time() -> Option<Duration> {
    let now = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    Some(Duration::new(
        now.tv_sec.try_into().ok()?,
        now.tv_nsec.try_into().ok()?,
    ))
}

#[cfg(not(unix))]
fn cpu_time() -> Option<Duration> {
    None
}

/// Forgets the peak so far, where the system can.
pub(super) fn forget_peak() {
    // Linux takes "5" as: begin anew with what is used now. Elsewhere the peak is that of the run.
    let _ = fs_err::write("/proc/self/clear_refs", "5");
}

/// The most memory held at once, in MB, mapped files included, where the system tells.
pub(super) fn peak_mb() -> Option<u64> {
    let status = fs_err::read_to_string("/proc/self/status").ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kilobytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kilobytes / 1024)
}

/// The middle of some numbers, the higher of two middles; none of none.
pub(super) fn median(mut numbers: Vec<f64>) -> Option<f64> {
    numbers.sort_by(f64::total_cmp);
    numbers.get(numbers.len() / 2).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_in_the_middle() {
        assert_eq!(median(vec![3.0, 1.0, 2.0]), Some(2.0));
        assert_eq!(median(Vec::new()), None);
    }

    #[test]
    fn clocks_go_forward() {
        let clock = Clock::start();
        let mut sum = 0_u64;
        for i in 0..2_000_000_u64 {
            sum = std::hint::black_box(sum.wrapping_add(i));
        }
        let elapsed = clock.stop();
        assert!(elapsed.wall_s > 0.0 && elapsed.cpu_s.is_none_or(|cpu| cpu > 0.0));
    }
}
