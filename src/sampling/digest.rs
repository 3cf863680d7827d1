//! A digest of numbers, to the last bit.

/// FNV-1a, 64 bits (Fowler, Noll, Vo, 1991), over the bits of numbers.
///
/// ```
/// use dropout_moments::sampling::Digest;
///
/// let mut digest = Digest::default();
/// digest.add([0.1 + 0.2]);
/// let mut other = Digest::default();
/// other.add([0.3]);
/// assert_ne!(digest, other);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Digest(pub u64);

/// The digest of nothing.
impl Default for Digest {
    fn default() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }
}

impl Digest {
    /// Adds numbers.
    pub fn add(&mut self, numbers: impl IntoIterator<Item = f64>) {
        for number in numbers {
            for byte in number.to_bits().to_le_bytes() {
                self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
            }
        }
    }
}
