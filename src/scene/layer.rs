//! What a layer of ones makes of dropout: its output as a distribution and in draws, its units under
//! one draw, and the numbers around them.

use super::Scene;
use super::format::{decimals_for, fixed, grouped, share, significant, trimmed};
use super::quantities::{List, Quantity};
use super::readout::{Cursor, Readable, Reading, Table};
use crate::sampling::{Layer, LayerDraws, Survey, Unit};
use crate::settings::{Named, Notation, Scaling, Settings, Weights};
use crate::theory::{Bins, LayerOutput};

/// No more units than these are drawn one by one.
const DRAWN_UNITS: usize = 100;

/// What the figure of the layer's output shows.
#[derive(Debug, Clone, PartialEq)]
pub struct LayerFigure {
    /// The distribution of the output, in parts.
    pub bins: Bins,
    /// Whether their probabilities are exact; else they are those of a normal distribution.
    pub is_exact: bool,
    /// How many draws are in each of the parts.
    pub counts: Vec<u32>,
    /// How many draws there are.
    pub draws: u64,
    /// From one standard deviation below the mean of a single draw to one above it.
    pub single: (f64, f64),
    /// From one standard error below the mean of all draws to one above it.
    pub mean: (f64, f64),
    /// What is written at these two.
    pub span_labels: [String; 2],
    /// The output of the last draw.
    pub output: f64,
    /// How far that has fallen to its place: 1 when it lies there.
    pub fallen: f64,
    /// What evaluation gives.
    pub evaluation: f64,
    /// What is written there: what it is, and how probable it is that a draw gives the same.
    pub evaluation_labels: [String; 2],
    /// The outputs shown.
    pub range: (f64, f64),
    /// The part that the reader points at, at its middle.
    pub cursor: Option<Cursor>,
    /// What the figure shows, in words.
    pub summary: String,
}

/// What the figure of the layer's units shows.
#[derive(Debug, Clone, PartialEq)]
pub struct UnitsFigure {
    /// The first units with their weights, from left to right.
    pub units: Vec<(Unit, f64)>,
    /// The largest size of a weight among them, at least 1.
    pub heaviest: f64,
    /// What is written at the output: its value, and what it is the sum of.
    pub labels: [String; 2],
    /// The unit that the reader points at.
    pub cursor: Option<Cursor>,
    /// What the figure shows, in words.
    pub summary: String,
}

/// How far the probability of an output reaches that counts as near: a tenth of what evaluation gives.
const NEAR: f64 = 0.1;

/// Adds what the section shows to the scene: with these draws, the last of which has fallen so far, or
/// with the one that the settings name.
pub(super) fn add(scene: &mut Scene, settings: &Settings, draws: Option<(&LayerDraws, f64)>) {
    let the_one;
    let (draws, fallen) = match draws {
        Some(draws) => draws,
        None => {
            the_one = LayerDraws::new(settings);
            (&the_one, 1.0)
        }
    };
    let weights = draws.layer().weights();
    let exact = LayerOutput::new(weights, settings.drop_probability, settings.scaling);
    add_quantities(&mut scene.quantities, settings, &exact, draws);
    let units = UnitsFigure::new(settings, draws);
    scene.sentences.extend([
        ("layer.example", example(settings, &exact)),
        ("layer.spread", spread(settings, &exact)),
        ("layer.law", law(settings, &exact)),
        ("layer.draws", running(&exact, draws)),
        ("layer.loss", loss(settings, &exact, weights)),
        ("units", units.summary.clone()),
    ]);
    scene.layer = Some(LayerFigure::new(&exact, draws, fallen));
    scene.units = Some(units);
}

impl LayerFigure {
    fn new(exact: &LayerOutput, draws: &LayerDraws, fallen: f64) -> Self {
        let bins = draws.bins().clone();
        let (mean, error) = mean_of(exact, draws);
        let deviation = exact.standard_deviation();
        let count = draws.moments().count();
        let evaluation = exact.evaluation;
        // What evaluation gives is in the figure, if it is not so far away that the rest would shrink.
        let width = bins.high() - bins.low;
        let is_near = (bins.low - 0.6 * width..bins.high() + 0.6 * width).contains(&evaluation);
        let shown = if is_near { evaluation } else { exact.mean };
        // A distribution without spread has some room around it, all the same.
        let room = if deviation > 0.0 {
            0.02 * width
        } else {
            0.05 * evaluation
        };
        let range = (bins.low.min(shown) - room, bins.high().max(shown) + room);
        let spread = format!("one draw: {}", plus_minus(exact.mean, deviation));
        let running = format!("mean of {}: {}", counted(count), plus_minus(mean, error));
        let at_evaluation = written(evaluation, 6);
        let exactly = match exact.mass(evaluation) {
            mass if mass > 0.0 => format!("exactly {at_evaluation}: {}", chance(mass)),
            _ => String::new(),
        };
        let law = if exact.is_exact() {
            "It is exact"
        } else {
            "The curve is a normal distribution with the exact mean and standard deviation"
        };
        let summary = format!(
            "Distribution of the output over all masks: mean {}, standard deviation {}; evaluation \
             gives {at_evaluation}. {law}. {}: their mean is {}, the last was {}.",
            written(exact.mean, 5),
            written(deviation, 4),
            counted(count),
            plus_minus(mean, error),
            written(draws.output(), 4),
        );
        Self {
            is_exact: exact.is_exact(),
            counts: draws.counts().to_vec(),
            draws: count,
            single: (exact.mean - deviation, exact.mean + deviation),
            mean: (mean - error, mean + error),
            span_labels: [spread, running],
            output: draws.output(),
            fallen,
            evaluation,
            evaluation_labels: [format!("without dropout: {at_evaluation}"), exactly],
            range,
            cursor: None,
            summary,
            bins,
        }
    }

    /// The share of the draws that is in one of the parts.
    #[must_use]
    pub fn share(&self, index: usize) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "at most 2³²")]
        let draws = self.draws.max(1) as f64;
        f64::from(self.counts[index]) / draws
    }

    /// The outputs in one of the parts, as text.
    fn outputs(&self, index: usize) -> String {
        let (middle, width) = (self.bins.middle(index), self.bins.width);
        let decimals = decimals_for(width);
        let text = |output: f64| trimmed(fixed(output, decimals));
        if self.bins.outcomes == 1 {
            return text(middle);
        }
        // Of countable outcomes, from the first to the last.
        #[expect(clippy::cast_precision_loss, reason = "a few hundred")]
        let step = match self.bins.outcomes {
            0 => 0.0,
            outcomes => width / outcomes as f64,
        };
        let half = 0.5 * (width - step);
        format!("{} to {}", text(middle - half), text(middle + half))
    }

    fn index(&self, place: f64) -> Option<usize> {
        (0..self.bins.masses.len()).find(|index| self.bins.middle(*index) == place)
    }
}

impl Readable for LayerFigure {
    fn summary(&self) -> &str {
        &self.summary
    }

    fn places(&self) -> Vec<f64> {
        let indices = 0..self.bins.masses.len();
        indices.map(|index| self.bins.middle(index)).collect()
    }

    fn point_at(&mut self, place: Option<f64>) {
        let pointed = place.and_then(|place| Some((place, self.index(place)?)));
        self.cursor = pointed.map(|(place, index)| {
            let outputs = self.outputs(index);
            let (mass, drawn) = (self.bins.masses[index], self.share(index));
            let probability = chance(mass);
            let words = format!(
                "Output {outputs}: probability {probability}, {} of {}.",
                grouped(self.counts[index].into()),
                counted(self.draws)
            );
            let reading = |value, line| Reading {
                value,
                lines: vec![line],
            };
            Cursor {
                place,
                label: outputs,
                readings: vec![
                    reading(mass, probability),
                    reading(drawn, format!("drawn {}", share(drawn))),
                ],
                words,
            }
        });
    }

    fn cursor(&self) -> Option<&Cursor> {
        self.cursor.as_ref()
    }

    fn table(&self) -> Table {
        let mut cells = Vec::new();
        for (index, mass) in self.bins.masses.iter().enumerate() {
            cells.push(self.outputs(index));
            cells.push(chance(*mass));
            cells.push(grouped(self.counts[index].into()));
        }
        Table {
            caption: "The layer's output: how probable, and how often drawn".to_owned(),
            columns: vec!["output", "probability", "draws"],
            cells,
        }
    }
}

impl UnitsFigure {
    fn new(settings: &Settings, draws: &LayerDraws) -> Self {
        let layer = draws.layer();
        let mut weights = layer.weights().iter().copied();
        let mut units = Vec::new();
        let mut kept = 0_u32;
        layer.units(draws.last(), |unit| {
            kept += u32::from(unit.kept);
            if units.len() < DRAWN_UNITS {
                units.push((unit, weights.next().unwrap_or(0.0)));
            }
        });
        let all = settings.units.get();
        let output = written(draws.output(), 4);
        let draw = grouped(u64::from(draws.last()) + 1);
        let happened = if settings.scaling == Scaling::Gaussian {
            format!("{}, none dropped", of_units(all))
        } else {
            format!("{} of {} kept", grouped(kept.into()), of_units(all))
        };
        let only = if units.len() < all as usize {
            format!(" The first {DRAWN_UNITS} of them are drawn.")
        } else {
            String::new()
        };
        Self {
            heaviest: units
                .iter()
                .map(|(_, weight)| weight.abs())
                .fold(1.0, f64::max),
            units,
            labels: [output.clone(), format!("draw {draw}: {happened}")],
            cursor: None,
            summary: format!("Draw {draw}: {happened}; the output is {output}.{only}"),
        }
    }
}

impl Readable for UnitsFigure {
    fn summary(&self) -> &str {
        &self.summary
    }

    /// The units' numbers.
    fn places(&self) -> Vec<f64> {
        (1..).map(f64::from).take(self.units.len()).collect()
    }

    fn point_at(&mut self, place: Option<f64>) {
        self.cursor = place.and_then(|place| {
            let mut units = (1..).map(f64::from).zip(&self.units);
            let (_, (unit, weight)) = units.find(|(number, _)| *number == place)?;
            let label = written(place, 3);
            let fate = if unit.kept { "kept" } else { "dropped" };
            let [d, weight, part] =
                [unit.d, *weight, unit.d * weight].map(|value| written(value, 3));
            Some(Cursor {
                place,
                words: format!(
                    "Unit {label} is {fate}: 1 before, {d} after; times its weight {weight} that is \
                     {part} of the output."
                ),
                readings: vec![Reading {
                    value: 0.0,
                    lines: vec![format!("unit {label}: {d} × {weight} = {part}")],
                }],
                label,
            })
        });
    }

    fn cursor(&self) -> Option<&Cursor> {
        self.cursor.as_ref()
    }

    fn table(&self) -> Table {
        let mut cells = Vec::new();
        for (number, (unit, weight)) in (1..).zip(&self.units) {
            cells.push(grouped(number));
            cells.push(if unit.kept { "kept" } else { "dropped" }.to_owned());
            for value in [unit.d, *weight, unit.d * weight] {
                cells.push(written(value, 4));
            }
        }
        Table {
            caption: "The layer's units under this draw".to_owned(),
            columns: vec!["unit", "mask", "after", "weight", "part of the output"],
            cells,
        }
    }
}

/// The mean of the draws, and its standard error.
fn mean_of(exact: &LayerOutput, draws: &LayerDraws) -> (f64, f64) {
    let moments = draws.moments();
    #[expect(clippy::cast_precision_loss, reason = "at most 2³²")]
    let count = moments.count().max(1) as f64;
    let error = exact.standard_deviation() / count.sqrt();
    (moments.mean().unwrap_or(exact.mean), error)
}

/// A value to as many digits as its error allows, with that.
fn plus_minus(value: f64, error: f64) -> String {
    if error > 0.0 {
        let decimals = decimals_for(error);
        let text = |value: f64| match decimals {
            ..=0 => written(value.round(), 6),
            _ => fixed(value, decimals),
        };
        format!("{} ± {}", text(value), text(error))
    } else {
        written(value, 5)
    }
}

/// As [`significant`], with its thousands set apart.
fn written(value: f64, digits: i32) -> String {
    let whole = value.round();
    if !(10_000.0..1e15).contains(&whole) {
        return significant(value, digits);
    }
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a whole number below 10¹⁵"
    )]
    grouped(whole as u64)
}

/// A probability: in per cent, or where that would be a row of zeros, by its power of ten; never rounded
/// to 0 or to 1.
fn chance(probability: f64) -> String {
    const SUPERSCRIPTS: [char; 10] = ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'];
    if probability >= 1e-6 || probability <= 0.0 {
        return match share(probability).as_str() {
            "100 %" if probability < 1.0 - 1e-12 => "nearly 100 %".to_owned(),
            text => text.to_owned(),
        };
    }
    let (mut mantissa, mut power) = (probability, 0_usize);
    while mantissa < 0.995 {
        mantissa *= 10.0;
        power += 1;
    }
    let digits = power.to_string();
    let power: String = (digits.bytes())
        .map(|digit| SUPERSCRIPTS[usize::from(digit - b'0')])
        .collect();
    format!("{} · 10⁻{power}", written(mantissa, 2))
}

fn counted(draws: u64) -> String {
    match draws {
        1 => "1 draw".to_owned(),
        draws => format!("{} draws", grouped(draws)),
    }
}

fn of_units(count: u32) -> String {
    match count {
        1 => "1 unit".to_owned(),
        count => format!("{} units", grouped(count.into())),
    }
}

/// Adds the section's quantities: `layer.RULE.mean`, `.std` and `.draw` for every rule;
/// `layer.evaluation`; `layer.exactly` and `layer.within`; `layer.draws`, `layer.running.mean` and
/// `.stderr`, `layer.output`; `weights.WHICH.squares`, `.bias`, `.variance` and `.loss`, under the rule
/// of the page; and `scaling.NAME`, by what the two ways to scale differ.
fn add_quantities(
    quantities: &mut Vec<Quantity>,
    settings: &Settings,
    exact: &LayerOutput,
    draws: &LayerDraws,
) {
    let mut list = List(std::mem::take(quantities));
    let p = settings.drop_probability;
    let four = |value: f64| written(value, 4);
    for scaling in Survey::RULES {
        let name = format!("layer.{}", scaling.name());
        let mut of_rule = settings.clone();
        of_rule.scaling = scaling;
        let layer = Layer::new(&of_rule);
        let output = LayerOutput::new(layer.weights(), p, scaling);
        list.push(&name, "mean", Some(output.mean), four);
        list.push(&name, "std", Some(output.standard_deviation()), four);
        list.push(&name, "draw", Some(layer.output(draws.last())), four);
    }
    let (mean, error) = mean_of(exact, draws);
    let evaluation = exact.evaluation;
    let near = (NEAR * evaluation).abs();
    let within = exact.probability(evaluation - near, evaluation + near);
    #[expect(clippy::cast_precision_loss, reason = "at most 2³²")]
    let count = draws.moments().count() as f64;
    for (name, value) in [
        ("evaluation", evaluation),
        ("exactly", exact.mass(evaluation)),
        ("within", within),
        ("output", draws.output()),
        ("draws", count),
        ("running.mean", mean),
        ("running.stderr", error),
    ] {
        list.push("layer", name, Some(value), four);
    }
    for (name, weights) in Weights::NAMES.iter().copied() {
        let mut with = settings.clone();
        with.weights = weights;
        let layer = Layer::new(&with);
        let output = LayerOutput::new(layer.weights(), p, settings.scaling);
        let squares = sum_of_squares(layer.weights());
        let bias = output.mean - output.evaluation;
        let name = format!("weights.{name}");
        for (what, value) in [
            ("squares", squares),
            ("bias", bias * bias),
            ("variance", output.variance),
            ("loss", bias * bias + output.variance),
        ] {
            list.push(&name, what, Some(value), four);
        }
    }
    let keep = p.keep();
    for (name, value) in [
        ("keep", keep),
        ("keep.squared", keep * keep),
        ("inverse", 1.0 / keep),
        ("inverse.squared", 1.0 / (keep * keep)),
        ("odds", p.get() / keep),
    ] {
        list.push("scaling", name, Some(value), four);
    }
    *quantities = list.0;
}

/// What the thread asked about: dropping, dividing, and the same again.
fn example(settings: &Settings, exact: &LayerOutput) -> String {
    let keep = settings.drop_probability.keep();
    let (units, evaluation) = (settings.units.get(), exact.evaluation);
    let weights = match settings.weights {
        Weights::Equal => "weights of one".to_owned(),
        Weights::Few | Weights::Random => format!("weights that sum to {}", grouped(units.into())),
    };
    let [sum, left] = [evaluation, keep * evaluation].map(|value| written(value, 4));
    format!(
        "A layer sums {} of one, with {weights}: that makes {sum}. Drop {} of them, and {left} is left \
         on average. Divide by {} = {}, and it is {sum} again, just as without dropout.",
        of_units(units),
        chance(settings.drop_probability.get()),
        settings.notation.keep().trim_matches(['(', ')']),
        written(keep, 4),
    )
}

/// By how much a single draw misses what evaluation gives.
fn spread(settings: &Settings, exact: &LayerOutput) -> String {
    let evaluation = exact.evaluation;
    let deviation = exact.standard_deviation();
    if deviation == 0.0 {
        let mean = written(exact.mean, 4);
        return format!("Nothing is dropped here: every draw gives {mean}.");
    }
    let near = (NEAR * evaluation).abs();
    let ends = [evaluation, evaluation - near, evaluation + near];
    let [target, low, high] = ends.map(|value| written(value, 4));
    let about = if exact.is_exact() { "" } else { "about " };
    let within = exact.probability(evaluation - near, evaluation + near);
    let within = format!("{about}{}", chance(within));
    let near = format!("within 10 % of it, from {low} to {high},");
    let never = if settings.scaling == Scaling::Gaussian || !exact.is_exact() {
        "practically never"
    } else {
        "never"
    };
    let chances = match exact.mass(evaluation) {
        mass if mass > 0.0 => format!(
            "A single draw is exactly {target} with a probability of {}, and {near} with one of {within}.",
            chance(mass)
        ),
        _ => format!(
            "A single draw is {never} exactly {target}; {near} it is with a probability of {within}."
        ),
    };
    format!(
        "{chances} Its standard deviation is {}{}.",
        written(deviation, 4),
        formula(settings),
    )
}

/// The standard deviation as a formula, where it is a short one.
fn formula(settings: &Settings) -> String {
    let (drop, keep) = (settings.notation.drop(), settings.notation.keep());
    if settings.weights != Weights::Equal {
        return String::new();
    }
    match settings.scaling {
        Scaling::Inverted | Scaling::Gaussian => match settings.notation {
            Notation::Drop => " = √(n·p/(1−p))".to_owned(),
            Notation::Keep => " = √(n·(1−p)/p)".to_owned(),
        },
        Scaling::None => format!(" = √(n·{drop}·{keep})"),
        Scaling::Sqrt => format!(" = √(n·{drop})"),
        Scaling::Alpha => String::new(),
    }
}

/// What is exact, and why.
fn law(settings: &Settings, exact: &LayerOutput) -> String {
    let words = if exact.variance == 0.0 {
        "There is one outcome."
    } else if settings.scaling == Scaling::Gaussian {
        "The bars are exact: a sum of normal numbers is normal, whatever the weights are."
    } else if exact.is_exact() {
        "The bars are exact: the number of kept units that count is binomial."
    } else {
        "The mean and the standard deviation are exact. But nearly every mask gives an outcome of \
         its own: the dashed curve is a normal distribution with the same mean and standard \
         deviation, and the draws show how near it comes."
    };
    words.to_owned()
}

/// How the mean of the draws closes in while they don't.
fn running(exact: &LayerOutput, draws: &LayerDraws) -> String {
    let (mean, error) = mean_of(exact, draws);
    let count = draws.moments().count();
    let [output, target] = [draws.output(), exact.mean].map(|it| written(it, 4));
    if count == 1 {
        return format!("1 draw so far: {output}. The mean over all masks is {target}.");
    }
    format!(
        "{} so far: their mean is {}, the last one was {output}. The mean closes in on {target}; \
         single draws never do.",
        counted(count),
        plus_minus(mean, error)
    )
}

/// The expected squared loss, where the target is what evaluation gives.
fn loss(settings: &Settings, exact: &LayerOutput, weights: &[f64]) -> String {
    let bias = exact.mean - exact.evaluation;
    let (bias, variance) = (bias * bias, exact.variance);
    let p = settings.drop_probability;
    let odds = match settings.notation {
        Notation::Drop => "p/(1−p)",
        Notation::Keep => "(1−p)/p",
    };
    let penalty = match settings.scaling {
        Scaling::Inverted | Scaling::Gaussian => format!(
            " With x = 1 the variance is {odds} · Σw² = {} × {}.",
            written(p.get() / p.keep(), 4),
            written(sum_of_squares(weights), 4),
        ),
        _ => String::new(),
    };
    let [target, bias, variance, loss] =
        [exact.evaluation, bias, variance, bias + variance].map(|value| written(value, 4));
    format!(
        "If {target} is what the layer should give, its expected squared error in training is \
         {bias} (bias²) + {variance} (variance) = {loss}.{penalty}"
    )
}

fn sum_of_squares(weights: &[f64]) -> f64 {
    weights.iter().map(|weight| weight * weight).sum()
}
