//! How likely the next bit is 1, learned from the bits before it.
//!
//! Several contexts, each some of what stands before, guess by what has followed them so far; mixers
//! weigh the guesses, and learn whom to trust (M. Mahoney's PAQ, 2002 to 2005, and lpaq, 2007).

use alloc::vec;
use alloc::vec::Vec;

use wide::f32x4;

use crate::program::{Program, STATES};

/// What is packed: it says which contexts are of use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Kind {
    /// A WebAssembly module.
    Program = 0,
    /// Anything that people write.
    Text = 1,
}

impl Kind {
    pub(crate) const fn numbered(number: u8) -> Self {
        match number {
            0 => Self::Program,
            _ => Self::Text,
        }
    }
}

/// What odds are parts of.
pub(crate) const ODDS: u32 = 65_536;

/// The most contexts that a kind has.
const CONTEXTS: usize = 18;
/// Two of each context, one of what has stood before, and one that is always the same.
const INPUTS: usize = 2 * CONTEXTS + 4;
/// As many as a processor takes at once.
const LANES: usize = 4;
const QUADS: usize = INPUTS / LANES;
const MATCH: usize = 2 * CONTEXTS;
const SAME: usize = MATCH + 1;

/// A line of slots is for one context and half a byte: the first slot says for which, the others are for
/// the bits, by those of the same half that have been before them.
const LINE: usize = 16;
const LINES: usize = 1 << 20;

/// So many steps has a unit of the logit, ln(p ÷ (1−p)), in the tables.
const STEPS: f32 = 170.0;
/// In the tables the logit goes from −12 to 12, and the probability from 0 to 1.
const TABLE: usize = 4096;

/// How fast the weights of the guesses change.
const RATE: f32 = 0.01;
/// After so many bits a slot begins to forget.
const MEMORY: u32 = 60;
/// A longer match is as good.
const LONGEST: usize = 63;
/// A match begins where so many bytes are the same.
const SHORTEST: usize = 5;

/// What [`Model::odds`] has found, for [`Model::learn`].
struct Guess {
    inputs: [f32x4; QUADS],
    /// Where in each mixer the weights begin that were used, and what came of them.
    mixed: [(usize, f32); 3],
    /// The place in `refined`.
    refined: usize,
}

pub(crate) struct Model {
    bytes: Vec<u8>,
    kind: Kind,
    program: Program,
    /// The word that a text is in, and the one before it.
    words: [u32; 2],
    /// The bits of the byte so far, after a 1.
    node: u32,

    hashes: [u32; CONTEXTS],
    contexts: usize,
    /// Where the lines of the contexts begin.
    lines: [usize; CONTEXTS],
    /// Of each the probability of a 1 in the upper 22 bits, less a half, and how many bits it has met.
    slots: Vec<u32>,

    /// Where what is before the next byte has stood last, by its hash.
    seen: Vec<u32>,
    /// What has followed there, and for how many bytes it has been right.
    matched: usize,
    length: usize,
    /// The byte that is expected for that, after a 1; 0 if none is.
    expected: u32,
    /// How often that is right.
    hits: [f32; LONGEST + 1],

    /// By the bits before in the byte, by what the byte is, and by how long the match is.
    mixers: [Vec<f32x4>; 3],
    /// The state that chooses among the second mixer's weights.
    state: usize,
    /// What really came, by the last byte and the guess.
    refined: Vec<f32>,
    guess: Guess,

    shares: Vec<f32>,
    logits: Vec<f32>,
    probabilities: Vec<f32>,
}

/// Buckets of the logit, of 1 each, in `refined`.
const BUCKETS: usize = 24;

impl Model {
    /// For so many bytes.
    pub(crate) fn new(length: usize) -> Self {
        let probabilities = probabilities();
        let squash = |bucket: usize| squash(&probabilities, bucket as f32 - 11.5);
        let buckets: Vec<f32> = (0..BUCKETS).map(squash).collect();
        let weights = |sets: usize| vec![f32x4::splat(0.13); QUADS * sets];
        Self {
            bytes: Vec::with_capacity(length),
            kind: Kind::Text,
            program: Program::new(),
            words: [0; 2],
            node: 1,
            hashes: [0; CONTEXTS],
            contexts: 0,
            lines: [0; CONTEXTS],
            slots: vec![0; LINES * LINE],
            seen: vec![0; 1 << 18],
            matched: 0,
            length: 0,
            expected: 0,
            hits: [0.9; LONGEST + 1],
            mixers: [
                weights(256),
                weights(STATES + 256),
                weights(32 * (LONGEST + 1)),
            ],
            state: 0,
            refined: buckets.repeat(65_536),
            guess: Guess {
                inputs: [f32x4::ZERO; QUADS],
                mixed: [(0, 0.5); 3],
                refined: 0,
            },
            shares: (0..=MEMORY)
                .map(|count| 1.0 / (count as f32 + 1.3))
                .collect(),
            logits: logits(&probabilities),
            probabilities,
        }
    }

    /// From here on it is something else.
    pub(crate) fn begin(&mut self, kind: Kind) {
        self.kind = kind;
        self.program = Program::new();
        self.begin_byte();
    }

    pub(crate) fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    /// How likely the next bit is 1, in parts of [`ODDS`].
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "probabilities are between 0 and 1"
    )]
    pub(crate) fn odds(&mut self) -> u32 {
        let (bits, offset) = self.place();
        let mut inputs = [0.0; INPUTS];
        for (line, inputs) in self.lines[..self.contexts]
            .iter()
            .zip(inputs.chunks_exact_mut(2))
        {
            let slot = self.slots[line + offset];
            let (probability, count) = ((slot ^ HALF) >> 20, slot & COUNT);
            if count > 0 {
                let trust = (0.6 + 0.1 * count as f32).min(1.0);
                inputs[0] = self.logits[probability as usize] * trust;
                inputs[1] = (probability as f32 / 2048.0 - 1.0) * 0.06 * count.min(30) as f32;
            }
        }
        if self.expected >> (8 - bits) != self.node {
            self.expected = 0;
        }
        if self.expected != 0 {
            let logit = self.logits[(self.hits[self.length] * TABLE as f32) as usize];
            let is_1 = self.expected >> (7 - bits) & 1 == 1;
            inputs[MATCH] = if is_1 { logit } else { -logit };
        }
        inputs[SAME] = 0.3;
        let (quads, _) = inputs.as_chunks();
        let mut inputs = [f32x4::ZERO; QUADS];
        for (inputs, quad) in inputs.iter_mut().zip(quads) {
            *inputs = f32x4::new(*quad);
        }

        let length = if self.expected == 0 { 0 } else { self.length };
        let before = match self.kind {
            Kind::Program => self.program.before[0].min(30),
            Kind::Text => 31,
        };
        let chosen = [
            self.node as usize,
            self.state,
            length + (LONGEST + 1) * before as usize,
        ];
        let mut sum = 0.0;
        for ((mixer, chosen), mixed) in self.mixers.iter().zip(chosen).zip(&mut self.guess.mixed) {
            let start = QUADS * chosen;
            let products = mixer[start..start + QUADS].iter().zip(inputs);
            let sums = products.fold(f32x4::ZERO, |sums, (weights, inputs)| {
                sums + *weights * inputs
            });
            let [one, two, three, four] = sums.to_array();
            let logit = one + two + three + four;
            *mixed = (start, squash(&self.probabilities, logit));
            sum += logit;
        }
        let logit = sum / 3.0;
        let bucket = ((logit + 12.0) as usize).min(BUCKETS - 1);
        let refined = (self.byte(1) << 8 | self.node) as usize * BUCKETS + bucket;
        self.guess.inputs = inputs;
        self.guess.refined = refined;
        let odds = 0.75 * squash(&self.probabilities, logit) + 0.25 * self.refined[refined];
        ((odds * ODDS as f32) as u32).clamp(1, ODDS - 1)
    }

    /// The bit whose odds were asked for.
    #[allow(clippy::cast_possible_truncation, reason = "a byte is made of 8 bits")]
    pub(crate) fn learn(&mut self, bit: u32) {
        let (bits, offset) = self.place();
        let came = bit as f32;
        let Guess {
            inputs,
            mixed,
            refined,
        } = &self.guess;
        for (mixer, (start, guess)) in self.mixers.iter_mut().zip(mixed) {
            let change = f32x4::splat((came - guess) * RATE);
            for (weights, inputs) in mixer[*start..*start + QUADS].iter_mut().zip(inputs) {
                *weights += change * *inputs;
            }
        }
        let refined = &mut self.refined[*refined];
        *refined += (came - *refined) * 0.02;
        for line in &self.lines[..self.contexts] {
            let slot = &mut self.slots[line + offset];
            *slot = met(*slot, bit, &self.shares);
        }
        if self.expected != 0 {
            let is_right = self.expected >> (7 - bits) & 1 == bit;
            let hits = &mut self.hits[self.length];
            *hits += (f32::from(u8::from(is_right)) - *hits) * 0.02;
            *hits = hits.clamp(0.01, 0.9995);
        }
        self.node = self.node << 1 | bit;
        if bits == 3 {
            self.find_lines();
        }
        if bits == 7 {
            let byte = self.node as u8;
            self.bytes.push(byte);
            self.program.read(byte);
            self.find_match();
            self.begin_byte();
        }
    }

    /// How many bits of the byte there are, and which slot of a line is for the next.
    const fn place(&self) -> (u32, usize) {
        let bits = 31 - self.node.leading_zeros();
        let first = 1 << (bits % 4);
        (bits, (self.node & (first - 1) | first) as usize)
    }

    /// The byte so many places before the next.
    fn byte(&self, back: usize) -> u32 {
        let index = self.bytes.len().checked_sub(back);
        let byte = index.and_then(|index| self.bytes.get(index));
        byte.copied().map_or(0, u32::from)
    }

    fn begin_byte(&mut self) {
        self.node = 1;
        let [a, b, c, d, e] = [1, 2, 3, 4, 5].map(|back| self.byte(back));
        let four = a | b << 8 | c << 16 | d << 24;
        let always = [
            a,
            four & 0xffff,
            four & 0x00ff_ffff,
            four >> 8,
            four & 0x00ff_00ff,
        ];
        let hashes = match self.kind {
            Kind::Program => {
                let program = &self.program;
                let state = program.state();
                self.state = state as usize;
                let next = hash(state, program.number);
                let [first, second, third, fourth] = program.before;
                let two = first + (second << 10);
                let three = two + (third << 20);
                let [local, other] = program.locals_named;
                let [operand, earlier] = program.operands_before();
                [
                    next,
                    hash(next, first),
                    hash(next, two),
                    hash(next, three),
                    hash(hash(next, three), fourth),
                    hash(hash(next, local), other),
                    hash(hash(next, first), program.called),
                    hash(hash(next, two), local),
                    hash(hash(next, two), four & 0xffff),
                    hash(next, operand),
                    hash(hash(next, operand), earlier),
                    hash(hash(next, first), program.operand),
                    hash(next, program.long_before),
                ]
            }
            Kind::Text => {
                let [word, before] = &mut self.words;
                let is_letter = a >= 128 || u8::try_from(a).is_ok_and(|a| a.is_ascii_alphabetic());
                if is_letter {
                    *word = hash(*word, a);
                } else if *word != 0 {
                    *before = core::mem::take(word);
                }
                self.state = STATES + a as usize;
                [
                    0,
                    four,
                    hash(four, e),
                    hash(hash(four, e), self.byte(6)),
                    self.words[0],
                    hash(self.words[0], self.words[1]),
                    hash(hash(self.words[0], self.words[1]), a),
                    0,
                    0,
                    0,
                    0,
                    0,
                    0,
                ]
            }
        };
        let kind = self.kind as u32;
        self.contexts = CONTEXTS - if self.kind == Kind::Text { 6 } else { 0 };
        for (index, value) in (0..).zip(always.into_iter().chain(hashes)) {
            self.hashes[index as usize] = hash(value, index << 1 | kind);
        }
        self.expected = match self.length {
            0 => 0,
            _ => 256 | u32::from(self.bytes[self.matched]),
        };
        self.find_lines();
    }

    /// The lines for the next half of a byte. Of two that a context can have, it gets its own, or else
    /// the one that is met less.
    fn find_lines(&mut self) {
        for (line, value) in self.lines[..self.contexts].iter_mut().zip(self.hashes) {
            let value = hash(value, self.node);
            let mark = value | 1;
            let first = (value >> 4) as usize % LINES * LINE;
            let second = first ^ LINE;
            *line = if self.slots[first] == mark {
                first
            } else if self.slots[second] == mark {
                second
            } else {
                let count = |line: usize| self.slots[line + 1] & COUNT;
                let line = if count(first) > count(second) {
                    second
                } else {
                    first
                };
                self.slots[line..line + LINE].fill(0);
                self.slots[line] = mark;
                line
            };
        }
    }

    /// Follows the place that is like this one, or looks for another.
    fn find_match(&mut self) {
        let length = self.bytes.len();
        let goes_on = self.length > 0 && u32::from(self.bytes[self.matched]) == self.byte(1);
        self.length = if goes_on {
            (self.length + 1).min(LONGEST)
        } else {
            0
        };
        self.matched += 1;
        let last = (1..=SHORTEST).fold(0, |value, back| hash(value, self.byte(back)));
        let seen = &mut self.seen[last as usize % (1 << 18)];
        let before = *seen as usize;
        *seen = u32::try_from(length).unwrap_or(0);
        if self.length == 0 && before > 0 {
            self.matched = before;
            let pairs = self.bytes[..before]
                .iter()
                .rev()
                .zip(self.bytes.iter().rev());
            self.length = pairs
                .take(32)
                .take_while(|(one, other)| one == other)
                .count();
        }
    }
}

/// In a slot.
const HALF: u32 = 1 << 31;
const COUNT: u32 = 1023;

/// A slot after one more bit, of which it takes a share that depends on how many it has met.
#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a probability stays between its least and its greatest value"
)]
fn met(slot: u32, bit: u32, shares: &[f32]) -> u32 {
    const GREATEST: f32 = 4_194_303.0;
    let (probability, count) = ((slot ^ HALF) >> 10, slot & COUNT);
    let target = bit as f32 * GREATEST;
    let probability = probability as f32;
    let probability = probability + (target - probability) * shares[count as usize];
    ((probability as u32) << 10 ^ HALF) | (count + 1).min(MEMORY)
}

fn hash(one: u32, other: u32) -> u32 {
    let sum = one
        .wrapping_mul(0x2c1b_3c6d)
        .wrapping_add(other.wrapping_mul(0x297a_2d39))
        .wrapping_add(0x9e37_79b1);
    let mixed = (sum ^ sum >> 15).wrapping_mul(0x85eb_ca6b);
    mixed ^ mixed >> 13
}

/// The probability for each step of the logit.
#[allow(
    clippy::cast_possible_truncation,
    reason = "it is rounded to what is kept"
)]
fn probabilities() -> Vec<f32> {
    let mut table = vec![0.5; TABLE];
    // exp is not the same everywhere to the last bit; this is: a step more multiplies the odds so.
    let step = 1.005_899_685_f64;
    let mut odds = 1.0;
    for distance in 0..TABLE / 2 {
        table[TABLE / 2 + distance] = (odds / (1.0 + odds)) as f32;
        table[TABLE / 2 - distance] = (1.0 / (1.0 + odds)) as f32;
        odds *= step;
    }
    table
}

/// The logit for each of [`TABLE`] probabilities.
fn logits(probabilities: &[f32]) -> Vec<f32> {
    let mut step = 1;
    let logit = |index: usize| {
        let probability = (index as f32 + 0.5) / TABLE as f32;
        while step < TABLE - 2 && probabilities[step] < probability {
            step += 1;
        }
        (step as f32 - (TABLE / 2) as f32) / STEPS
    };
    (0..TABLE).map(logit).collect()
}

#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "it is in the table"
)]
fn squash(probabilities: &[f32], logit: f32) -> f32 {
    let middle = (TABLE / 2) as f32;
    let index = (logit * STEPS + middle).max(1.0) as usize;
    probabilities[index.min(TABLE - 1)]
}
