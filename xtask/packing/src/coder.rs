//! Arithmetic coding: bits take as little room as they are likely.

use alloc::vec::Vec;

use crate::model::{Kind, Model, ODDS};

/// Packs parts one after the other. Before them stands how many there are, then of each its kind (a
/// byte) and its length (four bytes, the lowest first).
#[must_use]
pub fn pack(parts: &[(Kind, &[u8])]) -> Vec<u8> {
    let length = |number: usize| u32::try_from(number).expect("a page is not that large");
    let mut packed = alloc::vec![u8::try_from(parts.len()).expect("there are few parts")];
    for (kind, bytes) in parts {
        packed.push(*kind as u8);
        packed.extend(length(bytes.len()).to_le_bytes());
    }
    let mut model = Model::new(parts.iter().map(|(_, bytes)| bytes.len()).sum());
    let mut range = Range::new();
    for (kind, bytes) in parts {
        model.begin(*kind);
        for byte in *bytes {
            for place in (0..8).rev() {
                let bit = u32::from(byte >> place) & 1;
                range.narrow(model.odds(), bit);
                model.learn(bit);
                while let Some(byte) = range.settled() {
                    packed.push(byte);
                }
            }
        }
    }
    packed.extend(range.low.to_be_bytes());
    packed
}

/// The parts that [`pack`] has packed, one after the other.
#[must_use]
pub fn unpack(packed: &[u8]) -> Vec<u8> {
    let (&count, rest) = packed.split_first().unwrap_or((&0, &[]));
    let (header, coded) = rest.split_at(rest.len().min(5 * usize::from(count)));
    let parts = header.chunks_exact(5).map(|part| {
        let length = part.iter().skip(1).rev();
        let length = length.fold(0, |length, byte| length << 8 | usize::from(*byte));
        (Kind::numbered(part[0]), length)
    });
    let mut model = Model::new(parts.clone().map(|(_, length)| length).sum());
    let mut range = Range::new();
    let mut coded = coded.iter().copied();
    let mut next = || u32::from(coded.next().unwrap_or(0));
    let mut code = (0..4).fold(0, |code, _| code << 8 | next());
    for (kind, length) in parts {
        model.begin(kind);
        for _ in 0..8 * length {
            let odds = model.odds();
            let bit = u32::from(code <= range.middle(odds));
            range.narrow(odds, bit);
            model.learn(bit);
            while range.settled().is_some() {
                code = code << 8 | next();
            }
        }
    }
    model.into_bytes()
}

/// Between these lies what the bits so far are coded as.
struct Range {
    low: u32,
    high: u32,
}

impl Range {
    const fn new() -> Self {
        Self {
            low: 0,
            high: u32::MAX,
        }
    }

    /// The end of the part for a 1, of odds that are less than [`ODDS`] and more than 0.
    #[allow(clippy::cast_possible_truncation, reason = "it is less than the range")]
    fn middle(&self, odds: u32) -> u32 {
        let size = u64::from(self.high - self.low);
        self.low + (size * u64::from(odds) / u64::from(ODDS)) as u32
    }

    fn narrow(&mut self, odds: u32, bit: u32) {
        let middle = self.middle(odds);
        if bit == 1 {
            self.high = middle;
        } else {
            self.low = middle + 1;
        }
    }

    /// The first byte, once both ends have the same.
    fn settled(&mut self) -> Option<u8> {
        let [first, ..] = self.low.to_be_bytes();
        if first != self.high.to_be_bytes()[0] {
            return None;
        }
        self.low <<= 8;
        self.high = self.high << 8 | 0xff;
        Some(first)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(8))]
        /// Also what only pretends to be a program.
        #[test]
        fn what_was_packed_comes_out(program: Vec<u8>, text in ".{0,300}", bytes: Vec<u8>) {
            let parts = [
                (Kind::Program, program.as_slice()),
                (Kind::Text, text.as_bytes()),
                (Kind::Program, &[]),
                (Kind::Text, &bytes),
            ];
            let all = parts.map(|(_, part)| part).concat();
            prop_assert_eq!(unpack(&pack(&parts)), all);
        }
    }

    #[test]
    fn what_repeats_takes_hardly_any_room() {
        let text = "The same sentence. ".repeat(1000);
        let packed = pack(&[(Kind::Text, text.as_bytes())]);
        assert!(packed.len() < 100, "{}", packed.len());
        assert_eq!(unpack(&packed), text.as_bytes());
    }
}
