//! The processor time and memory that this thread has used.

use std::alloc::System;
use std::ops::{AddAssign, Div, Sub};
use std::time::Duration;

use cpu_time::ThreadTime;
use stats_alloc::{INSTRUMENTED_SYSTEM, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// Used processor time and memory.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Usage {
    /// Processor time, not elapsed time: other processes do not count.
    pub(crate) cpu: Duration,
    /// Calls of the allocator for more memory.
    pub(crate) allocations: f64,
    /// The bytes that they requested.
    pub(crate) bytes: f64,
}

impl Usage {
    /// The usage so far.
    #[expect(clippy::cast_precision_loss, reason = "far below what a double holds exactly")]
    pub(crate) fn so_far() -> Self {
        let memory = ALLOCATOR.stats();
        Self {
            cpu: ThreadTime::now().as_duration(),
            allocations: (memory.allocations + memory.reallocations) as f64,
            bytes: memory.bytes_allocated as f64,
        }
    }

    /// The usage since `earlier`.
    pub(crate) fn since(earlier: Self) -> Self {
        Self::so_far() - earlier
    }
}

impl Sub for Usage {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        Self {
            cpu: self.cpu.saturating_sub(other.cpu),
            allocations: self.allocations - other.allocations,
            bytes: self.bytes - other.bytes,
        }
    }
}

impl AddAssign for Usage {
    fn add_assign(&mut self, other: Self) {
        self.cpu += other.cpu;
        self.allocations += other.allocations;
        self.bytes += other.bytes;
    }
}

impl Div<u32> for Usage {
    type Output = Self;

    fn div(self, count: u32) -> Self {
        Self {
            cpu: self.cpu / count,
            allocations: self.allocations / f64::from(count),
            bytes: self.bytes / f64::from(count),
        }
    }
}
