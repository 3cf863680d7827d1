//! Means with their 95 % intervals over the seeds, and paired comparisons.

use std::fmt::Write;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use dropout_moments::network::Rates;
use dropout_moments::settings::Scaling;
use statrs::distribution::{ContinuousCDF, StudentsT};

use crate::grid::{Cell, cells};
use crate::runs::{METRICS, Run, VARIANTS, rounded};

/// A mean over the seeds.
#[derive(Debug, Clone, Copy)]
pub struct Mean {
    pub value: f64,
    /// Half the width of the 95 % interval.
    pub half_width: f64,
    /// The two-sided p-value of "it is 0", by Student's t-test.
    pub p_value: f64,
}

impl Mean {
    /// The mean of these numbers; `None` of fewer than two, or where one is not finite.
    pub fn of(values: &[f64]) -> Option<Self> {
        #[expect(clippy::cast_precision_loss, reason = "a few seeds")]
        let count = values.len() as f64;
        if values.len() < 2 || !values.iter().all(|value| value.is_finite()) {
            return None;
        }
        let mean = values.iter().sum::<f64>() / count;
        let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
        let error = (squares / (count - 1.0) / count).sqrt();
        let student = StudentsT::new(0.0, 1.0, count - 1.0).ok()?;
        let p_value = if error > 0.0 {
            2.0 * student.sf((mean / error).abs())
        } else if mean == 0.0 {
            1.0
        } else {
            0.0
        };
        Some(Self {
            value: mean,
            half_width: student.inverse_cdf(0.975) * error,
            p_value,
        })
    }
}

/// Of one cell's networks, one metric of one variant, in the order of the seeds.
pub fn scores(runs: &[Run], cell: Cell, variant: usize, metric: usize) -> Vec<f64> {
    let of_cell = runs.iter().filter(|run| run.cell == cell);
    of_cell.map(|run| run.scores[variant][metric]).collect()
}

/// The cell that another is compared with: inverted dropout of the same network at shared rates.
pub fn reference(cell: Cell) -> Option<Cell> {
    let (_, p) = cell.dropout?;
    Some(Cell {
        dropout: Some((Scaling::Inverted, p)),
        rates: Rates::Shared,
        ..cell
    })
}

/// Writes `summary.csv`: for each cell, variant and metric the mean, and how it differs, seed by seed,
/// from inverted dropout evaluated as it is, and from the same network evaluated with its factor.
pub fn write(runs: &[Run], folder: &Path) -> Result<()> {
    let mut text = format!(
        "{},evaluation,metric,mean,half of its 95 % interval",
        Cell::COLUMNS
    );
    for other in ["inverted dropout", "evaluation with the factor"] {
        let _ = write!(
            text,
            ",difference from {other},half of its 95 % interval,p-value"
        );
    }
    text.push('\n');
    for cell in cells() {
        for (variant, name) in VARIANTS.iter().enumerate() {
            for (metric, what) in METRICS.iter().enumerate() {
                let values = scores(runs, cell, variant, metric);
                let _ = write!(text, "{},{name},{what}", cell.key());
                add(&mut text, Mean::of(&values), false);
                let inverted = reference(cell).map(|cell| (cell, 0));
                for other in [inverted, Some((cell, 1))] {
                    let difference = other.and_then(|(cell, variant)| {
                        let others = scores(runs, cell, variant, metric);
                        let gaps = values.iter().zip(&others).map(|(a, b)| a - b);
                        Mean::of(&gaps.collect::<Vec<_>>())
                    });
                    add(&mut text, difference, true);
                }
                text.push('\n');
            }
        }
    }
    fs::write(folder.join("summary.csv"), text).context("can't write summary.csv")
}

fn add(text: &mut String, mean: Option<Mean>, with_p_value: bool) {
    let numbers = mean.map(|mean| [mean.value, mean.half_width, mean.p_value]);
    for index in 0..if with_p_value { 3 } else { 2 } {
        text.push(',');
        if let Some(numbers) = numbers {
            let _ = write!(text, "{}", rounded(numbers[index]));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use dropout_moments::network::Activation;

    #[test]
    fn intervals_are_students() {
        // Mean 2, standard error 1/√3, t = 3.464, and the quantile for two degrees of freedom is 4.303.
        let mean = Mean::of(&[1.0, 2.0, 3.0]).unwrap();
        assert!((mean.value - 2.0).abs() < 1e-12);
        assert!((mean.half_width - 4.302_652_73 / 3.0_f64.sqrt()).abs() < 1e-6);
        assert!((mean.p_value - 0.074_179_9).abs() < 1e-6);
        assert!(Mean::of(&[1.0]).is_none());
        assert!(Mean::of(&[1.0, f64::NAN]).is_none());
    }

    #[test]
    fn a_rule_is_compared_with_inverted_dropout_of_the_same_network() {
        let compared = cells().into_iter().filter_map(reference);
        for reference in compared {
            assert!(cells().contains(&reference));
            let selu = reference.activation == Activation::Selu;
            assert!(reference.rates == Rates::Shared || !selu);
        }
    }
}
