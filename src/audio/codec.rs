//! Codecs of the media socket. G.711 is ITU-T G.711; the others are raw PCM.

/// How audio is coded on a leg, both directions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Codec {
    /// G.711 μ-law, 8 kHz.
    Ulaw,
    /// G.711 A-law, 8 kHz: the default of mainland carriers.
    Alaw,
    /// 16-bit PCM, little-endian, 8 kHz.
    Slin,
    /// 16-bit PCM, little-endian, 16 kHz.
    Slin16,
}

impl Codec {
    /// Every codec; [`Codec::index`] counts them.
    pub const ALL: [Self; 4] = [Self::Ulaw, Self::Alaw, Self::Slin, Self::Slin16];

    /// Its place in [`Codec::ALL`].
    pub const fn index(self) -> usize {
        self as usize
    }

    /// Bytes of one millisecond.
    pub const fn bytes_per_ms(self) -> usize {
        match self {
            Self::Ulaw | Self::Alaw => 8,
            Self::Slin => 16,
            Self::Slin16 => 32,
        }
    }
}
