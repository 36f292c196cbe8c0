//! Inner loops chosen at run time by what the processor can do, each beside its plain twin.
//!
//! Two ways lead from one source to wide registers. [`widened`] compiles a plain loop once more for
//! each level, so the twins are one text and give the same bits: floating-point sums keep their
//! order, and products are fused with them where the text says so and nowhere else. Byte permutes,
//! which no compiler finds by itself, are written with intrinsics and compute whole numbers, so they
//! too agree to the bit.

pub(in crate::index) mod bytes;
pub(in crate::index) mod codewords;
pub(in crate::index) mod columns;
pub(in crate::index) mod products;
pub(in crate::index) mod scan;
pub(in crate::index) mod threshold;

use std::sync::OnceLock;

/// What the processor can do, from nothing special upwards.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::index) enum Level {
    /// Whatever the program was compiled for.
    Plain,
    /// 256-bit registers, byte shuffles, products fused with sums (AVX2 and FMA).
    #[cfg(target_arch = "x86_64")]
    Avx2,
    /// 512-bit registers, byte permutes over two of them and products of bytes (AVX-512 F, BW, VL,
    /// VBMI, VNNI).
    #[cfg(target_arch = "x86_64")]
    Vbmi,
    /// 128-bit registers and byte shuffles, which every such processor has.
    #[cfg(target_arch = "aarch64")]
    Neon,
}

impl Level {
    /// The highest level of this processor.
    pub(in crate::index) fn detected() -> Self {
        static LEVEL: OnceLock<Level> = OnceLock::new();
        *LEVEL.get_or_init(Self::detect)
    }

    #[cfg(target_arch = "x86_64")]
    fn detect() -> Self {
        if is_x86_feature_detected!("avx512f")
            && is_x86_feature_detected!("avx512bw")
            && is_x86_feature_detected!("avx512vl")
            && is_x86_feature_detected!("avx512vbmi")
            && is_x86_feature_detected!("avx512vnni")
        {
            Self::Vbmi
        } else if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") {
            Self::Avx2
        } else {
            Self::Plain
        }
    }

    #[cfg(target_arch = "aarch64")]
    fn detect() -> Self {
        Self::Neon
    }

    #[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
    fn detect() -> Self {
        Self::Plain
    }

    /// Every level of this processor, for tests that compare them.
    #[cfg(test)]
    pub(in crate::index) fn all() -> Vec<Self> {
        #[cfg(target_arch = "x86_64")]
        let levels = [Self::Plain, Self::Avx2, Self::Vbmi];
        #[cfg(target_arch = "aarch64")]
        let levels = [Self::Plain, Self::Neon];
        #[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
        let levels = [Self::Plain];
        levels
            .into_iter()
            .filter(|level| *level <= Self::detected())
            .collect()
    }
}

/// Defines `$name(level, ...)`, which runs the plain loop `$body` as compiled for `level`.
macro_rules! widened {
    ($(#[$doc:meta])* $vis:vis fn $name:ident($($arg:ident: $type:ty),* $(,)?) -> $out:ty = $body:ident) => {
        $(#[$doc])*
        $vis fn $name(level: $crate::index::kernels::Level, $($arg: $type),*) -> $out {
            #[cfg(target_arch = "x86_64")]
            {
                #[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vbmi")]
                fn vbmi($($arg: $type),*) -> $out {
                    $body($($arg),*)
                }
                #[target_feature(enable = "avx2,fma")]
                fn avx2($($arg: $type),*) -> $out {
                    $body($($arg),*)
                }
                match level {
                    $crate::index::kernels::Level::Plain => $body($($arg),*),
                    #[expect(unsafe_code, reason = "a function for a detected processor")]
                    // SAFETY: a level other than plain exists only where it was detected.
                    $crate::index::kernels::Level::Avx2 => unsafe { avx2($($arg),*) },
                    #[expect(unsafe_code, reason = "a function for a detected processor")]
                    // SAFETY: as above.
                    $crate::index::kernels::Level::Vbmi => unsafe { vbmi($($arg),*) },
                }
            }
            #[cfg(not(target_arch = "x86_64"))]
            {
                let _ = level;
                $body($($arg),*)
            }
        }
    };
}
pub(in crate::index) use widened;

/// Asks memory for `values`, which will be read in a while: into the second-level cache, which can
/// wait for more lines at a time than the first.
pub(crate) fn prefetch<T>(values: &[T]) {
    #[cfg(target_arch = "x86_64")]
    {
        use std::arch::x86_64::{_MM_HINT_T1, _mm_prefetch};
        const CACHE_LINE: usize = 64;
        let bytes = size_of_val(values);
        for offset in (0..bytes).step_by(CACHE_LINE) {
            #[expect(unsafe_code, reason = "a hint takes a pointer")]
            // SAFETY: a prefetch reads nothing, whatever it points to; SSE is part of x86-64.
            unsafe {
                _mm_prefetch::<_MM_HINT_T1>(values.as_ptr().cast::<i8>().wrapping_add(offset));
            }
        }
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = values;
}
