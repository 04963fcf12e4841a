//! What this processor has more than every other of its kind.

/// How this processor computes.
#[derive(Clone, Copy, Debug)]
pub(super) enum Processor {
    /// As any does.
    Any,
    /// x86-64 with AVX2 and FMA.
    #[cfg(target_arch = "x86_64")]
    Avx2(Avx2),
}

impl Processor {
    /// The best there is. Cheap: the standard library remembers what it found.
    #[inline]
    pub(super) fn detect() -> Self {
        #[cfg(target_arch = "x86_64")]
        if let Some(avx2) = Avx2::detect() {
            return Self::Avx2(avx2);
        }
        Self::Any
    }

    /// Does `work` with all that this processor has.
    #[inline(always)]
    pub(super) fn does<W: Work>(self, work: W) -> W::Done {
        match self {
            Self::Any => work.done(),
            #[cfg(target_arch = "x86_64")]
            Self::Avx2(avx2) => avx2.does(work),
        }
    }
}

/// Work that gains from what a processor has. A trait and no closure, because only a method can be told to become part of
/// whatever calls it: else it would be compiled for any processor.
pub(super) trait Work {
    /// What comes of it.
    type Done;
    /// Does it: `#[inline(always)]`, as all that it calls where it matters.
    fn done(self) -> Self::Done;
}

/// Proof that this processor has AVX2 and FMA: there is no other way to get one than [`Avx2::detect`].
#[cfg(target_arch = "x86_64")]
#[derive(Clone, Copy, Debug)]
pub(super) struct Avx2(());

#[cfg(target_arch = "x86_64")]
impl Avx2 {
    #[inline]
    pub(super) fn detect() -> Option<Self> {
        (is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma")).then_some(Self(()))
    }

    #[allow(unsafe_code, reason = "code for AVX2 is called where it was found")]
    #[inline(always)]
    fn does<W: Work>(self, work: W) -> W::Done {
        #[target_feature(enable = "avx2,fma")]
        fn done<W: Work>(work: W) -> W::Done {
            work.done()
        }
        // SAFETY: whoever has an `Avx2` has made sure of both.
        unsafe { done(work) }
    }
}
