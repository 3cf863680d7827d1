//! What a simulated network measures: standard deviations, means and correlations, with the errors
//! that a finite network has.

use wide::f32x4;

use super::simulation::{Simulation, vector};
use crate::theory::LayerMoments;

/// How many sums there are of each unit: z², its likes in evaluation, and their product; then of what
/// the next layer gets the values, the squares and the product.
const SUMS: usize = 8;

/// Sums over the inputs of a part, for each unit of a layer, in units of what is expected.
///
/// 64 terms leave f32 enough digits: the sums are good to 10⁻⁶.
#[derive(Debug)]
pub(super) struct Sums {
    units: Vec<[f32x4; SUMS]>,
    /// 1/std of z, and 1/rms of what the next layer gets; in training and in evaluation.
    scales: [[f32x4; 2]; 2],
}

impl Sums {
    pub(super) fn new(expected: &LayerMoments, vectors: usize) -> Self {
        Self {
            units: vec![[f32x4::ZERO; SUMS]; vectors],
            scales: scales(expected).map(|of_both| of_both.map(|scale| vector(1.0 / scale))),
        }
    }

    /// Adds z and what the next layer gets of one input, each in training and in evaluation.
    pub(super) fn add(&mut self, z: [&[f32x4]; 2], given: [&[f32x4]; 2]) {
        let [[zt, ze], [dt, he]] = self.scales;
        let modes = z[0].iter().zip(z[1]).zip(given[0].iter().zip(given[1]));
        for (sums, ((&z, &eval_z), (&d, &h))) in self.units.iter_mut().zip(modes) {
            let (z, eval_z, d, h) = (zt * z, ze * eval_z, dt * d, he * h);
            for (sum, term) in sums.iter_mut().zip([
                z * z,
                eval_z * eval_z,
                z * eval_z,
                d,
                h,
                d * d,
                h * h,
                d * h,
            ]) {
                *sum += term;
            }
        }
    }

    /// The sums, unit by unit.
    pub(super) fn of_units(&self) -> impl Iterator<Item = [f64; SUMS]> {
        self.units.iter().flat_map(|sums| {
            let lanes = sums.map(f32x4::to_array);
            std::array::from_fn::<_, 4, _>(|lane| lanes.map(|sum| f64::from(sum[lane])))
        })
    }
}

/// The expected std of z and rms of what the next layer gets, each in training and in evaluation.
fn scales(expected: &LayerMoments) -> [[f64; 2]; 2] {
    let modes = [expected.training, expected.evaluation];
    [
        modes.map(|mode| mode.standard_deviation()),
        modes.map(|mode| mode.second_moment.sqrt()),
    ]
}

/// The sums of those parts of a simulation that are done.
#[derive(Debug, Clone)]
pub struct SimulationEstimate {
    sums: Vec<f64>,
    inputs: usize,
}

/// What was measured of a layer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LayerEstimate {
    /// In training.
    pub training: ModeEstimate,
    /// In evaluation.
    pub evaluation: ModeEstimate,
    /// The correlation of z in training with z in evaluation, and its standard error; `None` where
    /// one of them is 0 throughout.
    pub correlation: Option<(f64, f64)>,
}

/// What was measured of a layer in one of the modes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ModeEstimate {
    /// The standard deviation of z around its expected mean, 0, over all units and inputs.
    pub standard_deviation: f64,
    /// The standard error of its logarithm.
    pub relative_error: f64,
    /// The mean of what the next layer gets.
    pub mean: f64,
    /// Its standard error.
    pub mean_error: f64,
    /// The standard deviation of what the next layer gets.
    pub activation_standard_deviation: f64,
}

impl SimulationEstimate {
    /// Of no part yet.
    #[must_use]
    pub fn new(simulation: &Simulation) -> Self {
        let numbers = simulation.expected().len() * simulation.width() * SUMS;
        Self {
            sums: vec![0.0; numbers],
            inputs: 0,
        }
    }

    /// Adds what [`Simulation::run_part`] gave. The parts are added in their order, for the same bits.
    /// `None` where these are not its numbers.
    pub fn add(&mut self, numbers: &[f64]) -> Option<()> {
        if numbers.len() != self.sums.len() {
            return None;
        }
        for (sum, number) in self.sums.iter_mut().zip(numbers) {
            *sum += number;
        }
        self.inputs += Simulation::ROWS;
        Some(())
    }

    /// How many inputs there were.
    #[must_use]
    pub fn inputs(&self) -> usize {
        self.inputs
    }

    /// The input and each layer that was simulated; none as long as no part is done.
    ///
    /// # Precision
    /// The errors are those of one network of finite width against the limit of infinite width. Given
    /// what a layer gets, its units are independent and of one law. So the spread between the units'
    /// sums over the batch, over √width, is the error that this layer adds: by its weights, which all
    /// inputs share, and by its masks. Errors of earlier layers are carried on by the theory's
    /// derivatives. Variances so add up layer by layer, in proportion to layers/width.
    #[must_use]
    pub fn layers(&self, simulation: &Simulation) -> Vec<LayerEstimate> {
        let mut layers = Vec::new();
        if self.inputs == 0 {
            return layers;
        }
        let of_layers = self.sums.chunks_exact(simulation.width() * SUMS);
        // The variances, over networks, of ln Σd² in both modes and of the correlation.
        let (mut before, mut correlation_before) = ([0.0; 2], 0.0);
        for (sums, expected) in of_layers.zip(simulation.expected()) {
            let (units, _) = sums.as_chunks::<SUMS>();
            let sensitivity = simulation.propagation().sensitivity(expected);
            let z = Spread::of(units, [0, 1, 2]);
            let given = Spread::of(units, [5, 6, 7]);
            let [z_scales, scales] = scales(expected);
            let modes = [0, 1].map(|mode| {
                let (mean, variance) = mean_and_error(units.iter().map(|it| it[3 + mode]));
                let per_input = scales[mode] / self.inputs as f64;
                let passed_on = sensitivity.mean[mode] * sensitivity.mean[mode] * before[mode];
                let second = given.means[mode] * scales[mode] * per_input;
                let mean = mean * per_input;
                ModeEstimate {
                    standard_deviation: z_scales[mode]
                        * (z.means[mode] / self.inputs as f64).sqrt(),
                    relative_error: 0.5 * (before[mode] + z.relative_variances[mode]).sqrt(),
                    mean,
                    mean_error: (variance * per_input * per_input + passed_on).sqrt(),
                    activation_standard_deviation: (second - mean * mean).max(0.0).sqrt(),
                }
            });
            let correlation = z.correlation.map(|(correlation, variance)| {
                (correlation, (correlation_before + variance).sqrt())
            });
            for (before, (answer, own)) in before.iter_mut().zip(
                sensitivity
                    .second_moment
                    .iter()
                    .zip(given.relative_variances),
            ) {
                *before = answer * answer * *before + own;
            }
            let own = given.correlation.map_or(0.0, |(_, variance)| variance);
            let answer = sensitivity.correlation;
            correlation_before = answer * answer * correlation_before + own;
            let [training, evaluation] = modes;
            layers.push(LayerEstimate {
                training,
                evaluation,
                correlation,
            });
        }
        layers
    }
}

/// Second moments in both modes, and how far those of the units lie apart.
struct Spread {
    means: [f64; 2],
    /// The squared standard errors of the means, relative to these.
    relative_variances: [f64; 2],
    /// The correlation, or what would be one if the means were 0, and its squared standard error.
    correlation: Option<(f64, f64)>,
}

impl Spread {
    /// Of these sums: the squares in both modes, and the products.
    fn of(units: &[[f64; SUMS]], [t, e, product]: [usize; 3]) -> Self {
        let of_squares = [t, e].map(|sum| mean_and_error(units.iter().map(|it| it[sum])));
        let means = of_squares.map(|(mean, _)| mean);
        let relative_variances = of_squares.map(|(mean, variance)| {
            if mean > 0.0 {
                variance / (mean * mean)
            } else {
                0.0
            }
        });
        let [training, evaluation] = means;
        let scale = (training * evaluation).sqrt();
        let correlation = (scale > 0.0).then(|| {
            let (products, _) = mean_and_error(units.iter().map(|it| it[product]));
            let correlation = products / scale;
            // How much each unit moves it (the delta method).
            let influences = units.iter().map(|it| {
                it[product] / scale - 0.5 * correlation * (it[t] / training + it[e] / evaluation)
            });
            (correlation, mean_and_error(influences).1)
        });
        Self {
            means,
            relative_variances,
            correlation,
        }
    }
}

/// The mean of the units' values, and its squared standard error.
fn mean_and_error(values: impl ExactSizeIterator<Item = f64> + Clone) -> (f64, f64) {
    let count = values.len() as f64;
    let mean = values.clone().sum::<f64>() / count;
    let squares: f64 = values.map(|value| (value - mean) * (value - mean)).sum();
    (mean, squares / (count * (count - 1.0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_square_of_a_means_error_is_the_unbiased_variance_over_the_count() {
        let (mean, square) = mean_and_error([1.0, 2.0, 3.0, 6.0].into_iter());
        assert_eq!((mean, square), (3.0, 14.0 / 3.0 / 4.0));
    }
}
