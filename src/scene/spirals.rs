//! Two spirals as a network has learnt to tell them apart: with single masks, and in evaluation.

use super::format::{per_cent, significant};
use super::outline::Outline;
use super::readout::{Cursor, Readable, Table};
use super::rules::rule_label;
use crate::network::{SpiralProgress, Spirals};
use crate::settings::{Notation, Scaling, Settings};
use crate::theory::Rule;

/// A network in training.
#[derive(Debug, Clone, Copy)]
pub struct Learnt<'a> {
    /// How it is trained.
    pub spirals: Spirals,
    /// As far as that has come.
    pub progress: &'a SpiralProgress,
}

/// What the figure of the spirals shows.
#[derive(Debug, Clone, PartialEq)]
pub struct SpiralsFigure {
    /// The points that the network has not been trained on, and whether each is of the second spiral.
    pub points: Vec<((f64, f64), bool)>,
    /// Where each mask says that a point is of the second spiral; none before training.
    pub masks: Vec<Outline>,
    /// Where evaluation says so, as it is.
    pub evaluation: Outline,
    /// Where evaluation with the rule's factor says so, if that is not 1.
    pub matching: Option<Outline>,
    /// How far the plane reaches along both axes, to both sides of 0.
    pub reach: f64,
    /// Which mask the reader looks at: its number from 1.
    pub cursor: Option<Cursor>,
    /// What the figure shows, in words.
    pub summary: String,
    decisions: Vec<Decision>,
}

/// What is said of the points by one mask, all of them, or in evaluation.
#[derive(Debug, Clone, PartialEq)]
struct Decision {
    name: String,
    /// The share of the points that it puts right, and of those where it decides as evaluation does.
    right: f64,
    agreeing: f64,
    /// The root mean square of the difference of the logits.
    size: f64,
}

impl SpiralsFigure {
    pub(super) fn new(settings: &Settings, learnt: Option<Learnt<'_>>) -> Self {
        let spirals = learnt.map_or_else(|| Spirals::new(settings), |learnt| learnt.spirals);
        let set = spirals.points().test;
        let points: Vec<_> = set
            .iter()
            .filter_map(|(point, label)| match point {
                &[x, y] => Some(((f64::from(x), f64::from(y)), label == 1)),
                _ => None,
            })
            .collect();
        let plane = learnt.map_or(&[][..], |learnt| &learnt.progress.plane);
        let test = learnt.map_or(&[][..], |learnt| &learnt.progress.test);
        let outline = |values: &Vec<f32>| Outline::new(values, Spirals::SIDE, Spirals::REACH);
        let (evaluations, masks) = plane.split_at_checked(2).unwrap_or_default();
        let [evaluation, matching] = [0, 1].map(|way| evaluations.get(way).map(outline));
        let factor = Rule::slope(spirals.scaling, spirals.drop_probability);
        let decisions = decisions(test, &points, factor);
        Self {
            masks: masks.iter().map(outline).collect(),
            evaluation: evaluation.unwrap_or_default(),
            matching: matching.filter(|_| factor != 1.0),
            reach: Spirals::REACH,
            cursor: None,
            summary: summary(spirals, settings.notation, &decisions, factor, test),
            points,
            decisions,
        }
    }
}

/// The decisions with each mask, with the mean of all of them, and in evaluation.
fn decisions(test: &[Vec<f32>], points: &[((f64, f64), bool)], factor: f64) -> Vec<Decision> {
    let Some((evaluations, masks)) = test.split_at_checked(2) else {
        return Vec::new();
    };
    let decision = |name: String, said: &[f32]| {
        let share = |agrees: &dyn Fn(usize, bool) -> bool| {
            let count = said.iter().enumerate();
            let count = count.filter(|(index, value)| agrees(*index, **value > 0.0));
            ratio(count.count(), said.len())
        };
        let squares = said
            .iter()
            .map(|&value| f64::from(value) * f64::from(value));
        Decision {
            name,
            right: share(&|index, second| points.get(index).is_some_and(|it| it.1 == second)),
            agreeing: share(&|index, second| {
                evaluations[0]
                    .get(index)
                    .is_some_and(|it| (*it > 0.0) == second)
            }),
            size: (squares.sum::<f64>() * ratio(1, said.len())).sqrt(),
        }
    };
    let mut decisions: Vec<_> = (1_u32..)
        .zip(masks)
        .map(|(number, said)| decision(format!("mask {number}"), said))
        .collect();
    decisions.push(decision("mean over the masks".to_owned(), &mean(masks)));
    decisions.push(decision("evaluation, as it is".to_owned(), &evaluations[0]));
    if factor != 1.0 {
        let factor = significant(factor, 3);
        decisions.push(decision(format!("evaluation, × {factor}"), &evaluations[1]));
    }
    decisions
}

/// Point by point, the mean over the masks.
fn mean(masks: &[Vec<f32>]) -> Vec<f32> {
    #[expect(clippy::cast_precision_loss, reason = "a dozen")]
    let count = masks.len() as f32;
    let points = 0..masks.first().map_or(0, Vec::len);
    points
        .map(|index| masks.iter().map(|mask| mask[index]).sum::<f32>() / count)
        .collect()
}

/// How far a point's masks lie from their mean: the root mean square over all points and masks.
fn spread(masks: &[Vec<f32>]) -> f64 {
    let mean = mean(masks);
    let gaps = masks.iter().flat_map(|mask| mask.iter().zip(&mean));
    let squares = gaps.map(|(value, mean)| f64::from(value - mean) * f64::from(value - mean));
    let count = masks.len() * mean.len();
    (squares.sum::<f64>() * ratio(1, count)).sqrt()
}

fn ratio(count: usize, of: usize) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "a few thousand")]
    let ratio = count as f64 / of.max(1) as f64;
    ratio
}

fn summary(
    spirals: Spirals,
    notation: Notation,
    decisions: &[Decision],
    factor: f64,
    test: &[Vec<f32>],
) -> String {
    let Some((masks, others)) = decisions.split_at_checked(Spirals::MASKS) else {
        return "Two spirals of points, and no network that has learnt them yet.".to_owned();
    };
    let [mean, evaluation, ..] = others else {
        return String::new();
    };
    let right = masks.iter().map(|mask| mask.right);
    let (least, most) = right.fold((1.0_f64, 0.0_f64), |(least, most), it| {
        (least.min(it), most.max(it))
    });
    let p = significant(spirals.drop_probability.shown(notation), 6);
    let rule = match spirals.scaling {
        Scaling::None => " and no rescaling".to_owned(),
        Scaling::Gaussian => " and Gaussian noise".to_owned(),
        Scaling::Alpha => " and alpha dropout".to_owned(),
        scaling => format!(" and the rule {}", rule_label(scaling, notation)),
    };
    let with_factor = match others.get(2) {
        Some(matching) => format!(
            ", {} with the rule’s factor {}",
            whole_per_cent(matching.right),
            significant(factor, 3)
        ),
        None => String::new(),
    };
    format!(
        "Trained with p = {p}{rule}, single masks put {} to {} of the points right, the mean over \
         {} masks {}, and evaluation {} as it is{with_factor}. What decides at a point is typically \
         {} in size in evaluation and {} on average over the masks, around which they spread with a \
         std of {}.",
        super::fixed(100.0 * least, 0),
        whole_per_cent(most),
        masks.len(),
        whole_per_cent(mean.right),
        whole_per_cent(evaluation.right),
        significant(evaluation.size, 2),
        significant(mean.size, 2),
        significant(spread(&test[2..]), 2),
    )
}

/// Of a few points, a share is no more exact.
fn whole_per_cent(share: f64) -> String {
    format!("{} %", super::fixed(100.0 * share, 0))
}

impl Readable for SpiralsFigure {
    fn summary(&self) -> &str {
        &self.summary
    }

    fn places(&self) -> Vec<f64> {
        (1_u32..).take(self.masks.len()).map(f64::from).collect()
    }

    fn point_at(&mut self, place: Option<f64>) {
        self.cursor = place.and_then(|place| {
            let mut numbers = (1_u32..).map(f64::from).zip(&self.decisions);
            let (_, mask) = numbers.find(|(number, _)| *number == place)?;
            let right = whole_per_cent(mask.right);
            Some(Cursor {
                place,
                label: format!("{}: {right} right", mask.name),
                readings: Vec::new(),
                words: format!(
                    "{}: {right} of the points right, {} as evaluation decides",
                    mask.name,
                    whole_per_cent(mask.agreeing)
                ),
            })
        });
    }

    fn cursor(&self) -> Option<&Cursor> {
        self.cursor.as_ref()
    }

    fn table(&self) -> Table {
        let mut cells = Vec::new();
        for it in &self.decisions {
            cells.push(it.name.clone());
            cells.push(per_cent(it.right));
            cells.push(per_cent(it.agreeing));
            cells.push(significant(it.size, 3));
        }
        Table {
            caption: "What is said of the points that were not trained on".to_owned(),
            columns: vec![
                "by",
                "right",
                "as evaluation decides",
                "size of what decides, root mean square",
            ],
            cells,
        }
    }
}
