//! Samplers that are broken on purpose, and what has to notice.

use std::fmt::{self, Display};

use super::pairs::Partner;
use super::sampler::{CHUNK, Draws, Dropout, Sampler};

/// What is wrong.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Defect {
    /// x + 0.002.
    Shifted,
    /// 1.0005·x.
    Scaled,
    /// x + 0.002·(x² - 1).
    Skewed,
    /// What lies beyond 4 σ is put there.
    Clipped,
    /// What lies beyond 4 σ is put half as far out again.
    Stretched,
    /// x is a multiple of 1/256.
    Rounded,
    /// Of each pair of coordinates the second is correlated with the first, by 0.005.
    Correlated,
    /// One block of 1000 is the one before, and one the one after it: of 500 pairs, one is equal.
    BlockRepeated,
    /// Each half of a chunk is the same.
    HalfRepeated,
    /// Each two chunks are the same.
    ChunkRepeated,
    /// Each two seeds are the same.
    SeedRepeated,
    /// Units are dropped more often by 2⁻¹⁰.
    OftenDropped,
    /// One unit of 128 is dropped where its x is below a bound.
    MaskOfOwnX,
    /// One sample of `every` takes something from its partner.
    Linked {
        partner: Partner,
        link: Link,
        every: u64,
    },
}

/// What a sample takes from its partner. The law of the sample remains what it was.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Link {
    /// x.
    X,
    /// x, with a sign of its own.
    AbsoluteX,
    /// The mask.
    Mask,
    /// Dropped where the partner's x is below a bound.
    MaskOfX,
}

/// A broken sampler, the sample on which it is to be noticed, and by which tests.
#[derive(Debug)]
pub(crate) struct Case {
    pub(crate) defect: Defect,
    pub(crate) trials: u64,
    pub(crate) chunks: u64,
    pub(crate) noticed_by: Vec<String>,
}

impl Case {
    fn new(defect: Defect, trials: u64, chunks: u64, noticed_by: &[&str]) -> Self {
        Self {
            defect,
            trials,
            chunks,
            noticed_by: noticed_by.iter().map(|&test| test.into()).collect(),
        }
    }

    fn linked(partner: Partner, link: Link) -> Self {
        let tests: &[_] = match link {
            Link::X => &["x and x", "correlation of x", "correlation of x²"],
            Link::AbsoluteX => &["x and x", "correlation of x²"],
            Link::Mask => &["mask and mask"],
            Link::MaskOfX => &["x and mask", "mask and x"],
        };
        let name = |test| format!("{}: {test}", partner.name());
        let mut noticed_by: Vec<_> = tests.iter().map(name).collect();
        // These pairs lie within the eight masks of a pattern.
        if let (Link::Mask, Partner::Bits(1..8)) = (link, partner) {
            noticed_by.push("mask: patterns of 8".into());
        }
        Self {
            defect: Defect::Linked {
                partner,
                link,
                every: 64,
            },
            trials: 1,
            chunks: 2,
            noticed_by,
        }
    }

    /// Whether the tests that notice must be these and no others: a link leaves everything else as it
    /// was, while what distorts x or repeats much has many symptoms.
    pub(crate) fn is_linked(&self) -> bool {
        matches!(self.defect, Defect::Linked { .. })
    }

    /// Every case.
    pub(crate) fn all() -> Vec<Self> {
        let repeated = |partner: Partner| {
            let tests = [
                "x and x",
                "correlation of x",
                "correlation of x²",
                "mask and mask",
            ];
            tests.map(|test| format!("{}: {test}", partner.name()))
        };
        let [block, half, chunk, seed] = [
            Partner::Bits(256),
            Partner::Bits(CHUNK / 2),
            Partner::Chunk,
            Partner::Seed,
        ]
        .map(repeated);
        let [block, half, chunk, seed] =
            [&block, &half, &chunk, &seed].map(|tests| tests.each_ref().map(String::as_str));
        let lanes = Partner::Bits(1);
        let mut cases = vec![
            Self::new(
                Defect::Shifted,
                2,
                8,
                &[
                    "x: Kolmogorov–Smirnov",
                    "x: Anderson–Darling",
                    "x: moment 1",
                ],
            ),
            Self::new(Defect::Scaled, 8, 8, &["x: moment 2"]),
            Self::new(Defect::Skewed, 1, 8, &["x: moment 3", "x: moment 5"]),
            Self::new(
                Defect::Clipped,
                4,
                8,
                &[
                    "x: fine bins",
                    "x: bins beyond 4 σ",
                    "x: moment 6",
                    "x: rate beyond 4.5 σ",
                    "x: rate beyond 5 σ",
                ],
            ),
            Self::new(
                Defect::Stretched,
                1,
                2,
                &["x: moment 4", "x: rate beyond 5.5 σ", "x: rate beyond 6 σ"],
            ),
            Self::new(Defect::Rounded, 1, 2, &["x: fine bins"]),
            Self::new(
                Defect::Correlated,
                1,
                8,
                &["coordinates of a pair: correlation of x"],
            ),
            Self::new(Defect::BlockRepeated, 2, 8, &block),
            Self::new(Defect::HalfRepeated, 1, 2, &half),
            Self::new(Defect::ChunkRepeated, 1, 2, &chunk),
            Self::new(Defect::SeedRepeated, 1, 2, &seed),
            Self::new(Defect::OftenDropped, 1, 8, &["mask: rate"]),
            Self::new(Defect::MaskOfOwnX, 2, 2, &["mask and its own x"]),
            // Of each 500 pairs of lanes, one is equal.
            Self {
                defect: Defect::Linked {
                    partner: lanes,
                    link: Link::X,
                    every: 1000,
                },
                trials: 4,
                chunks: 8,
                ..Self::linked(lanes, Link::X)
            },
        ];
        for partner in Partner::ALL {
            for link in [Link::X, Link::AbsoluteX, Link::Mask, Link::MaskOfX] {
                cases.push(Self::linked(partner, link));
            }
        }
        cases
    }
}

impl Display for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.defect)
    }
}

/// The experiment at p = 1/3 with a defect.
#[derive(Debug)]
pub(crate) struct Broken {
    sampler: Dropout,
    defect: Defect,
}

impl Broken {
    pub(crate) fn new(p: f64, defect: Defect) -> Self {
        let more = match defect {
            Defect::OftenDropped => 1.0 / 1024.0,
            _ => 0.0,
        };
        Self {
            sampler: Dropout::new(p + more),
            defect,
        }
    }
}

/// Φ of this is 1/3, so that a mask that is set where x is below keeps its rate.
const THIRD: f32 = -0.430_727_3;

impl Sampler for Broken {
    fn draw(&self, seed: u64, chunk: u64, draws: &mut Draws) {
        let (seed_drawn, chunk_drawn) = match self.defect {
            Defect::SeedRepeated => (seed & !1, chunk),
            Defect::ChunkRepeated => (seed, chunk & !1),
            _ => (seed, chunk),
        };
        self.sampler.draw(seed_drawn, chunk_drawn, draws);
        let Draws { x, dropped } = draws;
        let each = |x: &mut [f32], change: fn(f32) -> f32| {
            for x in x {
                *x = change(*x);
            }
        };
        let chosen = |every, index| mixed(seed, chunk, index).is_multiple_of(every);
        match self.defect {
            Defect::SeedRepeated | Defect::ChunkRepeated | Defect::OftenDropped => (),
            Defect::Shifted => each(x, |x| x + 0.002),
            Defect::Scaled => each(x, |x| 1.0005 * x),
            Defect::Skewed => each(x, |x| x + 0.002 * (x * x - 1.0)),
            Defect::Clipped => each(x, |x| x.clamp(-4.0, 4.0)),
            Defect::Stretched => each(x, |x| if x.abs() > 4.0 { 1.5 * x } else { x }),
            Defect::Rounded => each(x, |x| (256.0 * x).round() / 256.0),
            Defect::Correlated => {
                let (share, rest) = (0.005_f32, (1.0 - 0.005_f32.powi(2)).sqrt());
                for row in x.as_chunks_mut::<8>().0 {
                    for lane in 0..4 {
                        row[lane + 4] = share * row[lane] + rest * row[lane + 4];
                    }
                }
            }
            Defect::BlockRepeated => {
                for block in 0..CHUNK / 256 {
                    if chosen(1000, block) {
                        let other = (block ^ 1) * 256;
                        x.copy_within(other..other + 256, block * 256);
                        dropped.copy_within(other..other + 256, block * 256);
                    }
                }
            }
            Defect::HalfRepeated => {
                x.copy_within(..CHUNK / 2, CHUNK / 2);
                dropped.copy_within(..CHUNK / 2, CHUNK / 2);
            }
            Defect::MaskOfOwnX => {
                for index in 0..CHUNK {
                    if chosen(128, index) {
                        dropped[index] = x[index] < THIRD;
                    }
                }
            }
            Defect::Linked {
                partner,
                link,
                every,
            } => {
                let mut other = Draws::default();
                let bits = match partner {
                    Partner::Bits(bits) => {
                        other.x.clone_from(x);
                        other.dropped.clone_from(dropped);
                        bits
                    }
                    Partner::Chunk => {
                        self.sampler.draw(seed, chunk ^ 1, &mut other);
                        0
                    }
                    Partner::Seed => {
                        self.sampler.draw(seed ^ 1, chunk, &mut other);
                        0
                    }
                };
                for index in 0..CHUNK {
                    if !chosen(every, index) {
                        continue;
                    }
                    let theirs = index ^ bits;
                    match link {
                        Link::X => x[index] = other.x[theirs],
                        Link::AbsoluteX => x[index] = other.x[theirs].abs().copysign(x[index]),
                        Link::Mask => dropped[index] = other.dropped[theirs],
                        Link::MaskOfX => dropped[index] = other.x[theirs] < THIRD,
                    }
                }
            }
        }
    }
}

/// A number that has nothing to do with the sampler: SplitMix64 (Steele, Lea and Flood 2014) of where
/// a sample is.
fn mixed(seed: u64, chunk: u64, index: usize) -> u64 {
    let place = (seed << 40 | chunk << 20) + index as u64;
    let mut word = place.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    word = (word ^ word >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    word = (word ^ word >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    word ^ word >> 31
}
