//! What networks are trained on.

use std::f64::consts::TAU;

use super::configuration::single;
use super::stream::{Purpose, Stream};
use crate::settings::Seed;

/// Images with their classes; an image is any list of numbers.
#[derive(Debug, Clone, PartialEq)]
pub struct DataSet {
    /// The images, one after the other.
    values: Vec<f32>,
    labels: Vec<u8>,
    /// How many numbers an image has.
    pub(super) width: usize,
    pub(super) classes: usize,
}

/// A data set in three parts, none of which shares an image with another.
#[derive(Debug, Clone, PartialEq)]
pub struct Split {
    /// What is trained on.
    pub training: DataSet,
    /// What settings are chosen by.
    pub validation: DataSet,
    /// What counts at the end.
    pub test: DataSet,
}

/// Bytes that are not `www/digits.bin`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotADataSet;

impl std::fmt::Display for NotADataSet {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("these bytes are not the handwritten digits")
    }
}

impl std::error::Error for NotADataSet {}

/// The digits: so many images of 8 × 8 pixels.
const IMAGES: usize = 1797;
const PIXELS: usize = 64;
/// A record of the file: the digit, then the pixels, 5 bits each, the first in the lowest bits.
const RECORD: usize = 1 + PIXELS * 5 / 8;
/// The darkest of the 17 grey levels.
const DARKEST: u8 = 16;

/// So many points has an arm of the spirals.
const POINTS: usize = 300;
/// How far points lie from their arm.
const SPREAD: f32 = 0.04;

impl DataSet {
    /// How many images there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.labels.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.labels.is_empty()
    }

    /// Each image with its class.
    pub fn iter(&self) -> impl Iterator<Item = (&[f32], u8)> {
        let images = self.values.chunks_exact(self.width.max(1));
        images.zip(self.labels.iter().copied())
    }

    /// The first of each so many images.
    #[must_use]
    pub fn one_of(&self, images: usize) -> Self {
        let mut few = Self::empty(self.width, self.classes);
        for (image, label) in self.iter().step_by(images.max(1)) {
            few.push(image, label);
        }
        few
    }

    /// The images of these numbers, one after the other, and their classes.
    pub(super) fn gather(&self, numbers: &[usize]) -> (Vec<f32>, Vec<usize>) {
        let mut values = Vec::with_capacity(numbers.len() * self.width);
        for number in numbers {
            let start = number * self.width;
            values.extend_from_slice(&self.values[start..start + self.width]);
        }
        let classes = numbers.iter().map(|&it| usize::from(self.labels[it]));
        (values, classes.collect())
    }

    fn empty(width: usize, classes: usize) -> Self {
        Self {
            values: Vec::new(),
            labels: Vec::new(),
            width,
            classes,
        }
    }

    fn push(&mut self, image: &[f32], label: u8) {
        self.values.extend_from_slice(image);
        self.labels.push(label);
    }

    /// The mean and the standard deviation of all numbers of all images.
    fn moments(&self) -> [f64; 2] {
        let values = || self.values.iter().copied().map(f64::from);
        #[expect(clippy::cast_precision_loss, reason = "fewer than 2⁵³ numbers")]
        let count = self.values.len() as f64;
        let mean = values().sum::<f64>() / count;
        let squares: f64 = values().map(|it| (it - mean) * (it - mean)).sum();
        [mean, (squares / count).sqrt()]
    }
}

impl Split {
    /// The handwritten digits of `www/digits.bin`: of each class three fifths for training, a fifth for
    /// validation and one for the test, by their place in the file (the fourth and the fifth of each five of
    /// a class). The numbers are the grey levels, standardised by the one mean and standard deviation of
    /// the training part.
    ///
    /// They are the test part of "Optical Recognition of Handwritten Digits" (Alpaydin and Kaynak 1998, UCI
    /// machine learning repository, CC BY 4.0), in the order of scikit-learn's `load_digits`.
    ///
    /// # Errors
    /// When the bytes are not that file.
    pub fn digits(bytes: &[u8]) -> Result<Self, NotADataSet> {
        if bytes.len() != IMAGES * RECORD {
            return Err(NotADataSet);
        }
        let mut split = Self::empty(PIXELS, 10);
        let mut seen = [0_usize; 10];
        for record in bytes.chunks_exact(RECORD) {
            let (&label, packed) = record.split_first().ok_or(NotADataSet)?;
            let place = seen.get_mut(usize::from(label)).ok_or(NotADataSet)?;
            let mut image = [0.0; PIXELS];
            for (pixels, bytes) in image.chunks_exact_mut(8).zip(packed.chunks_exact(5)) {
                let bits = bytes.iter().rev();
                let mut bits = bits.fold(0, |bits, &byte| (bits << 8) | u64::from(byte));
                for pixel in pixels {
                    let level = u8::try_from(bits % 32).unwrap_or(u8::MAX);
                    if level > DARKEST {
                        return Err(NotADataSet);
                    }
                    *pixel = f32::from(level);
                    bits /= 32;
                }
            }
            split.part(*place).push(&image, label);
            *place += 1;
        }
        split.standardise();
        Ok(split)
    }

    /// Two spirals, one a class, each one and a half turns about the centre, with normal noise: a
    /// classic that no linear network can learn (Lang and Witbrock 1988). Three fifths are for training, a
    /// fifth for validation and one for the test.
    #[must_use]
    pub fn spirals(seed: Seed) -> Self {
        let mut split = Self::empty(2, 2);
        let mut noise = vec![0.0; 4 * POINTS];
        Stream::new(seed, Purpose::Data, 0).normals(&mut noise);
        for (index, noise) in noise.chunks_exact(2).enumerate() {
            let (arm, place) = (index % 2, index / 2);
            #[expect(clippy::cast_precision_loss, reason = "fewer than 2⁵³ points")]
            let way = (place as f64 + 0.5) / POINTS as f64;
            // The way's root spreads the points evenly along the arm.
            let turn = way.sqrt();
            let angle = TAU * (1.5 * turn + if arm == 0 { 0.0 } else { 0.5 });
            let point = [libm::cos(angle), libm::sin(angle)];
            let point = [0, 1].map(|axis| single(turn * point[axis]) + SPREAD * noise[axis]);
            split.part(place).push(&point, u8::from(arm == 1));
        }
        split.standardise();
        split
    }

    fn empty(width: usize, classes: usize) -> Self {
        let empty = DataSet::empty(width, classes);
        Self {
            training: empty.clone(),
            validation: empty.clone(),
            test: empty,
        }
    }

    /// The part for the image at this place of its class.
    fn part(&mut self, place: usize) -> &mut DataSet {
        match place % 5 {
            3 => &mut self.validation,
            4 => &mut self.test,
            _ => &mut self.training,
        }
    }

    fn standardise(&mut self) {
        let [mean, deviation] = self.training.moments();
        for part in [&mut self.training, &mut self.validation, &mut self.test] {
            for value in &mut part.values {
                *value = single((f64::from(*value) - mean) / deviation);
            }
        }
    }
}
