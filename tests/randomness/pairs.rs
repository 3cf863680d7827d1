//! Are two streams of samples independent?

use super::distributions::normal_two_sided;
use super::lattice::Lattice;
use super::masks::{CODES, Code, independence};
use super::sampler::CHUNK;
use super::verdict::PValue;

/// What a sample is paired with. Every sample belongs to one pair, so that the pairs of a kind are
/// independent of each other, and the laws of the statistics are the textbook's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Partner {
    /// The sample of the same chunk whose index differs in these bits.
    Bits(usize),
    /// The sample at the same position of the chunk whose number differs in the last bit.
    Chunk,
    /// The sample at the same position of the seed that differs in the last bit.
    Seed,
}

impl Partner {
    /// Every kind of pair that is tested. In blocks of 256, vectors of 4 lanes lie one after the other;
    /// two neighbouring vectors are the two coordinates of Box and Muller's pairs.
    pub(crate) const ALL: [Self; 9] = [
        Self::Bits(1),
        Self::Bits(2),
        Self::Bits(3),
        Self::Bits(4),
        Self::Bits(8),
        Self::Bits(256),
        Self::Bits(CHUNK / 2),
        Self::Chunk,
        Self::Seed,
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Bits(1) => "lanes 0-1 and 2-3",
            Self::Bits(2) => "lanes 0-2 and 1-3",
            Self::Bits(3) => "lanes 0-3 and 1-2",
            Self::Bits(4) => "coordinates of a pair",
            Self::Bits(8) => "next draw of a lane",
            Self::Bits(256) => "next block",
            Self::Bits(_) => "other half of a chunk",
            Self::Chunk => "next chunk",
            Self::Seed => "next seed",
        }
    }
}

/// Values with their codes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Coded<'a> {
    pub(crate) x: &'a [f32],
    pub(crate) codes: &'a [Code],
}

/// The counts of pairs of samples a and b in the table of both codes, and the sums of their products.
#[derive(Debug, Clone)]
pub(crate) struct Pairs {
    /// By the code of a, then that of b.
    table: Vec<u32>,
    /// Σ a·b.
    products: f64,
    /// Σ (a² - 1)(b² - 1).
    squares: f64,
}

impl Pairs {
    pub(crate) fn new() -> Self {
        Self {
            table: vec![0; CODES * CODES],
            products: 0.0,
            squares: 0.0,
        }
    }

    #[inline]
    fn add(&mut self, a: (f32, Code), b: (f32, Code)) {
        self.table[usize::from(a.1) * CODES + usize::from(b.1)] += 1;
        let (a, b) = (f64::from(a.0), f64::from(b.0));
        self.products += a * b;
        self.squares += (a * a - 1.0) * (b * b - 1.0);
    }

    /// Adds the pairs of two streams, position by position.
    pub(crate) fn add_streams(&mut self, a: Coded, b: Coded) {
        let a = a.x.iter().copied().zip(a.codes.iter().copied());
        let b = b.x.iter().copied().zip(b.codes.iter().copied());
        for (a, b) in a.zip(b) {
            self.add(a, b);
        }
    }

    /// Adds the pairs of one stream whose indices differ in `bits`.
    pub(crate) fn add_within(&mut self, stream: Coded, bits: usize) {
        // The first of a pair has a 0 where the highest of the bits is.
        let low = (1 << bits.ilog2()) - 1;
        for pair in 0..stream.x.len() / 2 {
            let first = (pair & !low) << 1 | (pair & low);
            let [a, b] = [first, first ^ bits].map(|index| (stream.x[index], stream.codes[index]));
            self.add(a, b);
        }
    }

    pub(crate) fn merge(&mut self, other: &Self) {
        for (count, more) in self.table.iter_mut().zip(&other.table) {
            *count += more;
        }
        self.products += other.products;
        self.squares += other.squares;
    }

    /// The tests of x alone: χ² in the table of 32 × 32 cells, and the correlations of x and of x².
    ///
    /// Of n independent pairs, Σ a·b has the variance n, and Σ (a² - 1)(b² - 1) has 4n.
    pub(crate) fn of_x(&self, name: &str) -> Vec<PValue> {
        let n = self
            .table
            .iter()
            .map(|count| f64::from(*count))
            .sum::<f64>();
        let table = self.collapsed(Lattice::CELLS, |a, b| (cell(a), cell(b)));
        let test = |what, p| PValue::new(format!("{name}: {what}"), p);
        vec![
            test("x and x", independence::<{ Lattice::CELLS }>(&table)),
            test(
                "correlation of x",
                normal_two_sided(self.products / n.sqrt()),
            ),
            test(
                "correlation of x²",
                normal_two_sided(self.squares / (4.0 * n).sqrt()),
            ),
        ]
    }

    /// The tests in which the masks take part: each with the other, and with the other's x.
    pub(crate) fn of_masks(&self, name: &str) -> Vec<PValue> {
        let tables = [
            (
                "mask and mask",
                self.collapsed(2, |a, b| (mask(a), mask(b))),
            ),
            ("x and mask", self.collapsed(2, |a, b| (cell(a), mask(b)))),
            ("mask and x", self.collapsed(2, |a, b| (cell(b), mask(a)))),
        ];
        tables
            .into_iter()
            .map(|(what, table)| PValue::new(format!("{name}: {what}"), independence::<2>(&table)))
            .collect()
    }

    /// The table of what `pick` takes of the two codes: a row and one of `columns` columns.
    fn collapsed(&self, columns: usize, pick: fn(usize, usize) -> (usize, usize)) -> Vec<u64> {
        let mut table = vec![0; CODES * CODES];
        let mut size = 0;
        for (count, index) in self.table.iter().zip(0..) {
            let (row, column) = pick(index / CODES, index % CODES);
            let index = row * columns + column;
            table[index] += u64::from(*count);
            size = size.max(index + 1);
        }
        table.truncate(size);
        table
    }
}

fn cell(code: usize) -> usize {
    code >> 1
}

fn mask(code: usize) -> usize {
    code & 1
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;

    /// Each x is its index, each code too: the table then says who was paired with whom.
    #[test]
    fn each_sample_is_in_one_pair() {
        let codes: Vec<Code> = (0..32).collect();
        let x: Vec<_> = codes.iter().map(|code| f32::from(*code)).collect();
        let stream = Coded {
            x: &x,
            codes: &codes,
        };
        for bits in [1, 2, 3, 4, 8, 16] {
            let mut pairs = Pairs::new();
            pairs.add_within(stream, bits);
            let mut seen = [0; 32];
            for (count, index) in pairs.table.iter().zip(0..) {
                if *count > 0 {
                    let (a, b) = (index / CODES, index % CODES);
                    assert_eq!((*count, a ^ b), (1, bits));
                    assert!(a < b);
                    seen[a] += 1;
                    seen[b] += 1;
                }
            }
            assert_eq!(seen, [1; 32]);
        }
    }
}
