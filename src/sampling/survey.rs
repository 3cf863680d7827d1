//! The same units under every rule: what each makes of the mean, the spread and the shape.

use super::experiment::Comparison;
use super::moments::as_f64;
use super::units::{Streams, Units};
use crate::settings::{Scaling, Seed, Settings};
use crate::theory::{Exact, Moments, Rule, ShapeErrors};

/// What a million units measure under every rule. They are the same for all rules.
///
/// ```
/// use dropout_moments::sampling::Survey;
/// use dropout_moments::settings::{Seed, Settings};
///
/// let settings = Settings::default();
/// let survey = Survey::run(&settings, Seed(7));
/// let numbers = survey.to_numbers();
/// assert_eq!(Survey::from_numbers(&settings, &numbers), Some(survey));
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Survey([Measured; 5]);

/// Of d under one rule.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Measured {
    exact: Moments,
    /// Σ zᵏ for k from 1 to 4, of z = (d - E d)/σ_d with the exact moments.
    powers: [f64; 4],
    zeros: f64,
}

impl Survey {
    /// The rules, in the order of the table.
    pub const RULES: [Scaling; 5] = [
        Scaling::None,
        Scaling::Inverted,
        Scaling::Sqrt,
        Scaling::Gaussian,
        Scaling::Alpha,
    ];

    /// How many units there are.
    pub const SAMPLES: u64 = 1_000_000;

    /// Draws the units and applies every rule to them, whatever rule the settings name.
    #[must_use]
    pub fn run(settings: &Settings, seed: Seed) -> Self {
        let (input, p) = (&settings.input, settings.drop_probability);
        let mut survey = Self::empty(settings);
        let rules = Self::RULES.map(|scaling| Rule::new(scaling, p));
        let samples = usize::try_from(Self::SAMPLES).unwrap_or(usize::MAX);
        Units::new(input, p).draw(&mut Streams::new(seed, 0), samples, |unit| {
            for (measured, rule) in survey.0.iter_mut().zip(rules) {
                measured.add(unit.after(rule).0);
            }
        });
        survey
    }

    /// What was measured, as numbers.
    #[must_use]
    pub fn to_numbers(&self) -> Vec<f64> {
        let numbers = |measured: &Measured| {
            let [a, b, c, d] = measured.powers;
            [a, b, c, d, measured.zeros]
        };
        self.0.iter().flat_map(numbers).collect()
    }

    /// Reads back what [`to_numbers`](Self::to_numbers) wrote, with the same settings; `None` where
    /// it did not.
    #[must_use]
    pub fn from_numbers(settings: &Settings, numbers: &[f64]) -> Option<Self> {
        let (rules, rest) = numbers.as_chunks();
        let mut survey = Self::empty(settings);
        if rules.len() != survey.0.len() || !rest.is_empty() {
            return None;
        }
        for (measured, &[a, b, c, d, zeros]) in survey.0.iter_mut().zip(rules) {
            (measured.powers, measured.zeros) = ([a, b, c, d], zeros);
        }
        Some(survey)
    }

    fn empty(settings: &Settings) -> Self {
        Self(Self::RULES.map(|scaling| Measured {
            exact: Exact::new(&settings.input, settings.drop_probability, scaling).d,
            powers: [0.0; 4],
            zeros: 0.0,
        }))
    }

    /// Under rule number `rule`: the mean, the standard deviation, the mean of d², the skewness, the
    /// excess kurtosis and the fraction of zeros.
    fn measured(&self, rule: usize) -> [Option<f64>; 6] {
        self.0.get(rule).map_or([None; 6], Measured::moments)
    }
}

impl Measured {
    fn unit(&self) -> f64 {
        if self.exact.variance > 0.0 {
            self.exact.standard_deviation()
        } else {
            1.0
        }
    }

    fn add(&mut self, d: f64) {
        let z = (d - self.exact.mean) / self.unit();
        let square = z * z;
        for (sum, power) in self
            .powers
            .iter_mut()
            .zip([z, square, square * z, square * square])
        {
            *sum += power;
        }
        self.zeros += f64::from(u8::from(d == 0.0));
    }

    fn moments(&self) -> [Option<f64>; 6] {
        let n = as_f64(Survey::SAMPLES);
        // z lies around 0, so that subtracting its mean costs no digits.
        let [m, s2, s3, s4] = self.powers.map(|sum| sum / n);
        let square = m * m;
        let variance = (s2 - square).max(0.0);
        let third = s3 - 3.0 * m * s2 + 2.0 * m * square;
        let fourth = s4 - 4.0 * m * s3 + 6.0 * square * s2 - 3.0 * square * square;
        let varies = variance > 0.0;
        let unit = self.unit();
        let mean = self.exact.mean + unit * m;
        [
            Some(mean),
            Some(unit * (variance * n / (n - 1.0)).sqrt()),
            Some(mean * mean + unit * unit * variance),
            varies.then(|| third / (variance * variance.sqrt())),
            varies.then(|| fourth / (variance * variance) - 3.0),
            Some(self.zeros / n),
        ]
    }
}

impl Comparison {
    /// What a survey says of d under rule number `rule`, whose exact moments are `exact`: `mean`,
    /// `std`, `second-moment` (E d²), `skewness`, `kurtosis` (the excess) and `zeros`, with measured
    /// values if there is a survey.
    #[must_use]
    pub fn of_rule(
        settings: &Settings,
        exact: &Exact,
        rule: usize,
        survey: Option<&Survey>,
    ) -> [Self; 6] {
        let errors = exact.standard_errors(Survey::SAMPLES);
        let shape = ShapeErrors::new(&settings.input, exact, Survey::SAMPLES);
        let measured = survey.map_or([None; 6], |survey| survey.measured(rule));
        let d = &exact.d;
        let rows = [
            ("mean", Some(d.mean), Some(errors.d_mean)),
            (
                "std",
                Some(d.standard_deviation()),
                Some(errors.d_standard_deviation),
            ),
            (
                "second-moment",
                Some(d.second_moment()),
                Some(shape.second_moment),
            ),
            ("skewness", d.skewness(), shape.skewness),
            ("kurtosis", d.excess_kurtosis(), shape.excess_kurtosis),
            ("zeros", Some(exact.d_zeros), Some(errors.zeros)),
        ];
        Self::of(rows, measured)
    }
}
