//! What a deep network makes of the standard deviation and the mean, in training and in evaluation.

use super::Run;
use super::format::{decimals_for, duration, fixed, grouped, significant};
use super::quantities::{List, NO_VALUE, Quantity};
use super::readout::{Cursor, Readable, Reading, Table};
use super::{Measured, Sentence};
use crate::network::{LayerEstimate, ModeEstimate};
use crate::sampling::Comparison;
use crate::settings::{Activation, Depth, Initialisation, Named, Scaling, Settings};
use crate::theory::{Exact, LayerMoments, ModeMoments, Propagation};

/// A simulation of the network as far as it has come.
#[derive(Debug, Clone, Copy)]
pub struct Simulated<'a> {
    /// What the input and each layer measured.
    pub layers: &'a [LayerEstimate],
    /// How many units a layer had.
    pub width: u32,
    /// How many inputs there were.
    pub inputs: usize,
    /// How long they took, in seconds.
    pub seconds: f64,
}

/// What the figure of the layers shows: three panels over one axis.
#[derive(Debug, Clone, PartialEq)]
pub struct DepthFigure {
    /// How many layers there are.
    pub layers: u32,
    /// The std of z, its mean after the activation and dropout, and the correlation of both modes.
    pub panels: [LayerPanel; 3],
    /// By how much training exceeds evaluation at the last layer, where it does.
    pub growth: Option<String>,
    /// Where the reader points; its readings are those of the panels' series, one after the other.
    pub cursor: Option<Cursor>,
    /// What the figure shows, in words.
    pub summary: String,
    theory: Vec<LayerMoments>,
    simulated: Vec<LayerEstimate>,
}

/// One panel of the figure.
#[derive(Debug, Clone, PartialEq)]
pub struct LayerPanel {
    /// What it shows.
    pub name: &'static str,
    /// Training and evaluation, or what there is of both together.
    pub series: Vec<LayerSeries>,
    /// The values shown; their common logarithms on a logarithmic axis.
    pub range: (f64, f64),
    /// Ticks and what they are called.
    pub ticks: Vec<(f64, String)>,
}

/// One line of a panel.
#[derive(Debug, Clone, PartialEq)]
pub struct LayerSeries {
    /// What it is of, and its last value.
    pub label: String,
    /// The theory: layer and value.
    pub line: Vec<(f64, f64)>,
    /// The simulation: layer, value and the ends of two standard errors.
    pub dots: Vec<(f64, [f64; 3])>,
}

/// A value with two standard errors on each side, before any axis: value, from, to.
type Dot = [f64; 3];

/// A mean that spans more than this factor is shown on a logarithmic axis, if it can be.
const LINEAR: f64 = 20.0;

impl DepthFigure {
    pub(super) fn new(settings: &Settings, simulated: Option<Simulated<'_>>) -> Self {
        let layers = settings.depth.layers.get();
        let theory = propagation(settings).layers(layers);
        let simulated = simulated.map_or_else(Vec::new, |it| it.layers.to_vec());
        let modes = |of: fn(&ModeMoments) -> f64, dot: fn(&ModeEstimate) -> Dot| {
            let training = Values::new(
                "training",
                theory.iter().map(|it| of(&it.training)),
                simulated.iter().map(|it| Some(dot(&it.training))),
            );
            let evaluation = Values::new(
                "evaluation",
                theory.iter().map(|it| of(&it.evaluation)),
                simulated.iter().map(|it| Some(dot(&it.evaluation))),
            );
            vec![training, evaluation]
        };
        let std = modes(ModeMoments::standard_deviation, std_dot);
        let mean = modes(mean_of, mean_dot);
        let correlation = Values::new(
            "",
            theory.iter().map(|it| it.correlation),
            simulated
                .iter()
                .map(|it| it.correlation.map(correlation_dot)),
        );
        let spread = |values: &[Values]| {
            let all = || values.iter().flat_map(|it| it.line.iter().copied());
            let (least, most) = (
                all().fold(f64::INFINITY, f64::min),
                all().fold(0.0, f64::max),
            );
            (least > 0.0).then_some(most / least)
        };
        let is_logarithmic = spread(&mean).is_some_and(|factor| factor > LINEAR);
        let last = theory.last();
        let ratio = last
            .map(|last| last.training.standard_deviation() / last.evaluation.standard_deviation());
        let growth = ratio
            .filter(|ratio| (ratio - 1.0).abs() > 5e-4)
            .map(|ratio| {
                let law = growth_law(settings).map_or_else(String::new, |law| format!(" = {law}"));
                format!("× {}{law}", number(ratio))
            });
        let mut summary = "Standard deviation and mean in training and in evaluation, and the \
                           correlation of the two, layer by layer."
            .to_owned();
        if let Some(last) = last {
            let [training, evaluation] =
                [last.training, last.evaluation].map(|mode| number(mode.standard_deviation()));
            summary.extend([
                " After ",
                &plural(theory.len() - 1),
                ": std ",
                &training,
                " in training and ",
                &evaluation,
                " in evaluation, correlation ",
                &significant(last.correlation, 3),
                ".",
            ]);
        }
        Self {
            layers,
            panels: [
                LayerPanel::logarithmic("std of z", &std),
                if is_logarithmic {
                    LayerPanel::logarithmic("mean of what is handed on", &mean)
                } else {
                    LayerPanel::linear("mean of what is handed on", &mean, None)
                },
                LayerPanel::linear(
                    "correlation of training and evaluation",
                    &[correlation],
                    Some((0.0, 1.0)),
                ),
            ],
            growth,
            cursor: None,
            summary,
            theory,
            simulated,
        }
    }

    /// Of a layer: what the theory says, and what was simulated.
    fn values(&self, layer: usize) -> Option<[(f64, Option<Dot>); 5]> {
        let theory = self.theory.get(layer)?;
        let simulated = self.simulated.get(layer);
        let modes = [
            (theory.training, simulated.map(|it| it.training)),
            (theory.evaluation, simulated.map(|it| it.evaluation)),
        ];
        let [a, b] =
            modes.map(|(exact, dot)| (exact.standard_deviation(), dot.map(|it| std_dot(&it))));
        let [c, d] = modes.map(|(exact, dot)| (mean_of(&exact), dot.map(|it| mean_dot(&it))));
        let correlation = simulated.and_then(|it| it.correlation).map(correlation_dot);
        Some([a, b, c, d, (theory.correlation, correlation)])
    }
}

/// A series before any axis.
struct Values {
    name: &'static str,
    line: Vec<f64>,
    dots: Vec<Option<Dot>>,
}

impl Values {
    fn new(
        name: &'static str,
        line: impl Iterator<Item = f64>,
        dots: impl Iterator<Item = Option<Dot>>,
    ) -> Self {
        Self {
            name,
            line: line.collect(),
            dots: dots.collect(),
        }
    }

    /// On an axis, where everything has a place on it.
    fn on(&self, axis: impl Fn(f64) -> Option<f64>) -> LayerSeries {
        let layers = || (0..).map(f64::from);
        let last = self
            .line
            .last()
            .map_or_else(String::new, |last| number(*last));
        LayerSeries {
            label: if self.name.is_empty() {
                last
            } else {
                format!("{} {last}", self.name)
            },
            line: (layers().zip(&self.line))
                .filter_map(|(layer, value)| Some((layer, axis(*value)?)))
                .collect(),
            dots: (layers().zip(&self.dots))
                .filter_map(|(layer, dot)| {
                    let [value, from, to] = (*dot)?;
                    let value = axis(value)?;
                    // An error that reaches 0 reaches down to the foot of a logarithmic axis.
                    let from = axis(from).unwrap_or(f64::NEG_INFINITY);
                    Some((layer, [value, from, axis(to)?]))
                })
                .collect(),
        }
    }
}

impl LayerPanel {
    fn logarithmic(name: &'static str, values: &[Values]) -> Self {
        let axis = |value: f64| (value > 0.0).then(|| libm::log10(value));
        let series: Vec<_> = values.iter().map(|it| it.on(axis)).collect();
        let (low, high) = range(&series, None);
        // At least from one half to double.
        let lack = (0.6 - (high - low)).max(0.0) / 2.0;
        let (low, high) = padded((low - lack, high + lack));
        Self {
            name,
            series,
            range: (low, high),
            ticks: powers((low, high)),
        }
    }

    fn linear(name: &'static str, values: &[Values], at_least: Option<(f64, f64)>) -> Self {
        let series: Vec<_> = values.iter().map(|it| it.on(Some)).collect();
        let (mut low, mut high) = range(&series, at_least);
        if high - low < 1e-9 {
            (low, high) = (low - 0.01, high + 0.01);
        }
        let range = padded((low, high));
        Self {
            name,
            series,
            range,
            ticks: Vec::new(),
        }
    }
}

/// All that the series show, and of the errors what does not take much more.
fn range(series: &[LayerSeries], at_least: Option<(f64, f64)>) -> (f64, f64) {
    let (mut low, mut high) = at_least.unwrap_or((f64::INFINITY, f64::NEG_INFINITY));
    let mut include = |value: f64| {
        low = low.min(value);
        high = high.max(value);
    };
    for one in series {
        one.line.iter().for_each(|point| include(point.1));
        one.dots.iter().for_each(|(_, [value, ..])| include(*value));
    }
    let room = 0.2 * (high - low);
    let (least, most) = (low - room, high + room);
    for (_, [_, from, to]) in series.iter().flat_map(|it| &it.dots) {
        if from.is_finite() {
            low = low.min(from.max(least));
        }
        high = high.max(to.min(most));
    }
    if low <= high { (low, high) } else { (0.0, 1.0) }
}

fn padded((low, high): (f64, f64)) -> (f64, f64) {
    let room = 0.08 * (high - low);
    (low - room, high + room)
}

/// Ticks of a logarithmic axis: powers of ten, each so many of them, and between them 2 and 5 where
/// there are few.
fn powers((low, high): (f64, f64)) -> Vec<(f64, String)> {
    let decades = high - low;
    let multiples: &[f64] = if decades < 1.6 {
        &[1.0, 2.0, 5.0]
    } else if decades < 2.6 {
        &[1.0, 3.0]
    } else {
        &[1.0]
    };
    let step = (decades / 6.0).ceil().max(1.0);
    let mut ticks = Vec::new();
    let mut decade = (low / step).floor() * step;
    while decade <= high {
        for multiple in multiples {
            let place = decade + libm::log10(*multiple);
            if (low..=high).contains(&place) {
                ticks.push((place, *multiple, decade));
            }
        }
        decade += step;
    }
    // One axis names its ticks in one way: all of them in powers of ten, where one is long.
    let is_long = |decade: f64| !(-3.0..4.0).contains(&decade);
    let in_powers = ticks.iter().any(|&(_, _, decade)| is_long(decade));
    let named = |(place, multiple, decade): (f64, f64, f64)| {
        let name = if in_powers && decade != 0.0 {
            scientific(&significant(multiple, 1), decade)
        } else {
            significant(multiple * libm::exp10(decade), 1)
        };
        (place, name)
    };
    ticks.into_iter().map(named).collect()
}

fn std_dot(mode: &ModeEstimate) -> Dot {
    let std = mode.standard_deviation;
    let factor = libm::exp(2.0 * mode.relative_error);
    [std, std / factor, std * factor]
}

/// The mean of what the next layer gets; 0 where only rounding makes it another.
fn mean_of(mode: &ModeMoments) -> f64 {
    if mode.mean.abs() > 1e-12 * mode.second_moment.sqrt() {
        mode.mean
    } else {
        0.0
    }
}

fn mean_dot(mode: &ModeEstimate) -> Dot {
    let errors = 2.0 * mode.mean_error;
    [mode.mean, mode.mean - errors, mode.mean + errors]
}

fn correlation_dot((correlation, error): (f64, f64)) -> Dot {
    [
        correlation,
        correlation - 2.0 * error,
        correlation + 2.0 * error,
    ]
}

/// A measured value, plus or minus two standard errors.
fn with_errors(dot: Dot) -> String {
    let [value, _, to] = dot;
    let errors = to - value;
    let (value, errors) = match decimals(dot) {
        Some(decimals) => (fixed(value, decimals), fixed(errors, decimals)),
        None => (number(value), number(errors)),
    };
    format!("{value} ± {errors}")
}

/// How many decimals its error deserves; none for what has no error, and for what would be long.
fn decimals([value, _, to]: Dot) -> Option<i32> {
    let errors = to - value;
    (errors > 0.0 && !is_long(value.abs().max(errors))).then(|| decimals_for(errors))
}

/// Whether a number would have many zeros.
fn is_long(value: f64) -> bool {
    value != 0.0 && !(1e-3..1e5).contains(&value.abs())
}

/// A number with four digits as a table has it: `5.95`, `1.25e7`.
fn written(value: f64) -> String {
    if !is_long(value) {
        return significant(value, 4);
    }
    let exponent = libm::log10(value.abs()).floor();
    let mantissa = significant(value / libm::exp10(exponent), 4);
    format!("{mantissa}e{}", fixed(exponent, 0))
}

/// A number with three digits, in powers of ten where it would be long: `5.95`, `1.2 × 10⁷`.
fn number(value: f64) -> String {
    if !is_long(value) {
        return significant(value, 3);
    }
    let exponent = libm::log10(value.abs()).floor();
    let mantissa = significant(value / libm::exp10(exponent), 3);
    scientific(&mantissa, exponent)
}

/// A number of this mantissa, times this power of ten.
fn scientific(mantissa: &str, exponent: f64) -> String {
    let power = format!("10{}", superscript(exponent));
    match mantissa {
        "1" => power,
        "−1" => format!("−{power}"),
        _ => format!("{mantissa} × {power}"),
    }
}

fn superscript(exponent: f64) -> String {
    let digits = fixed(exponent, 0);
    let raised = digits.chars().map(|digit| match digit {
        '1' => '¹',
        '2' => '²',
        '3' => '³',
        '−' => '⁻',
        other => char::from_u32(0x2070 + other as u32 - '0' as u32).unwrap_or(other),
    });
    raised.collect()
}

fn plural(layers: usize) -> String {
    if layers == 1 {
        "1 layer".to_owned()
    } else {
        format!("{layers} layers")
    }
}

fn propagation(settings: &Settings) -> Propagation {
    Propagation::new(settings.depth, settings.scaling, settings.drop_probability)
}

/// How the ratio of the two modes hangs on p, where it is a power of the probability to keep.
fn growth_law(settings: &Settings) -> Option<String> {
    let is_homogeneous = matches!(
        settings.depth.activation,
        Activation::Linear | Activation::Relu
    );
    let is_unbiased = matches!(settings.scaling, Scaling::Inverted | Scaling::Gaussian);
    (is_homogeneous && is_unbiased).then(|| {
        let power = superscript(f64::from(settings.depth.layers.get()));
        settings.notation.inverse_root().to_owned() + &power
    })
}

impl Readable for DepthFigure {
    fn summary(&self) -> &str {
        &self.summary
    }

    fn places(&self) -> Vec<f64> {
        (0..).map(f64::from).take(self.theory.len()).collect()
    }

    fn point_at(&mut self, place: Option<f64>) {
        self.cursor = place.and_then(|place| {
            let layer = self.places().iter().position(|it| *it == place)?;
            let values = self.values(layer)?;
            let label = layer.to_string();
            let mut words = if layer == 0 {
                "Input: ".to_owned()
            } else {
                format!("Layer {layer}: ")
            };
            let names = [
                "std in training ",
                ", in evaluation ",
                "; mean in training ",
                ", in evaluation ",
                "; correlation ",
            ];
            let mut readings = Vec::new();
            let series = self.panels.iter().flat_map(|panel| &panel.series);
            for ((name, (exact, simulated)), series) in names.into_iter().zip(values).zip(series) {
                let exact = number(exact);
                words.extend([name, &exact]);
                let mut lines = vec![exact];
                if let Some(simulated) = simulated.map(with_errors) {
                    words.extend([", simulated ", &simulated]);
                    lines.push(format!("simulated {simulated}"));
                }
                readings.push(Reading {
                    value: series.line.get(layer).map_or(f64::NEG_INFINITY, |it| it.1),
                    lines,
                });
            }
            words.push('.');
            Some(Cursor {
                place,
                label,
                readings,
                words,
            })
        });
    }

    fn cursor(&self) -> Option<&Cursor> {
        self.cursor.as_ref()
    }

    fn table(&self) -> Table {
        let exact = [
            "std, training",
            "std, evaluation",
            "mean, training",
            "mean, evaluation",
            "correlation",
        ];
        // In the order of `exact`: the simulation, and two standard errors of it.
        let simulated = [
            ["simulated std, training", "± std, training"],
            ["simulated std, evaluation", "± std, evaluation"],
            ["simulated mean, training", "± mean, training"],
            ["simulated mean, evaluation", "± mean, evaluation"],
            ["simulated correlation", "± correlation"],
        ];
        let has_simulation = !self.simulated.is_empty();
        let mut columns = vec!["layer"];
        for (exact, simulated) in exact.into_iter().zip(simulated) {
            columns.push(exact);
            if has_simulation {
                columns.extend(simulated);
            }
        }
        let mut cells = Vec::new();
        for layer in 0..self.theory.len() {
            cells.push(layer.to_string());
            for (exact, simulated) in self.values(layer).into_iter().flatten() {
                cells.push(written(exact));
                match simulated {
                    Some(dot @ [value, _, to]) => {
                        let decimals = decimals(dot);
                        cells.extend([
                            decimals.map_or_else(|| written(value), |it| fixed(value, it)),
                            written(to - value),
                        ]);
                    }
                    None if has_simulation => {
                        cells.extend([NO_VALUE.to_owned(), NO_VALUE.to_owned()]);
                    }
                    None => {}
                }
            }
        }
        let errors = if has_simulation {
            "; ± are two standard errors of the simulation"
        } else {
            ""
        };
        Table {
            caption: format!("The layers in theory and simulated{errors}"),
            columns,
            cells,
        }
    }
}

/// Adds the quantities of the section: `depth.NAME.training`, `.evaluation` and `.ratio`, the std of
/// the last layer under each initialisation and the first over the second; and `shift.exact`,
/// `.measured`, `.stderr` and `.std`, of a batch normalisation.
pub(super) fn add_quantities(
    quantities: &mut Vec<Quantity>,
    settings: &Settings,
    exact: &Exact,
    run: Option<Run<'_>>,
) {
    let mut list = List(std::mem::take(quantities));
    for (name, initialisation) in Initialisation::NAMES {
        let depth = Depth {
            initialisation: *initialisation,
            ..settings.depth
        };
        let p = settings.drop_probability;
        let layers = Propagation::new(depth, settings.scaling, p).layers(depth.layers.get());
        // The whole way, or nothing.
        let last = (layers.len() > depth.layers.get() as usize)
            .then(|| layers.last())
            .flatten();
        let [training, evaluation] = [
            last.map(|last| last.training.standard_deviation()),
            last.map(|last| last.evaluation.standard_deviation()),
        ];
        let ratio = training.zip(evaluation).map(|(a, b)| a / b);
        let prefix = format!("depth.{name}");
        for (what, value) in [
            ("training", training),
            ("evaluation", evaluation),
            ("ratio", ratio),
        ] {
            list.push(&prefix, what, value, number);
        }
    }
    let shift = exact.variance_shift(0.0, 0.0);
    let measured = measured_shift(exact, run);
    list.push("shift", "exact", shift, |it| significant(it, 4));
    list.push("shift", "std", shift.map(f64::sqrt), |it| {
        significant(it, 3)
    });
    let decimals = measured.map_or(4, |(_, error)| decimals_for(error));
    list.push("shift", "measured", measured.map(|it| it.0), |it| {
        fixed(it, decimals)
    });
    list.push("shift", "stderr", measured.map(|it| it.1), |it| {
        fixed(it, decimals)
    });
    list.push(
        "shift",
        "sum",
        exact.variance_shift(SUMMED - 1.0, CORRELATED),
        |it| significant(it, 3),
    );
    *quantities = list.0;
}

/// The text's example of a layer that aligned units share: how many, and how they are correlated.
const SUMMED: f64 = 100.0;
const CORRELATED: f64 = 0.3;

/// The variance before dropout over that after it, as the run measured it, and its standard error.
fn measured_shift(exact: &Exact, run: Option<Run<'_>>) -> Option<(f64, f64)> {
    let estimate = run?.estimate;
    let rows = Comparison::all(exact, estimate.samples(), Some(estimate));
    let row = rows.iter().find(|row| row.name == "ratio.std")?;
    let (ratio, error) = (row.measured?, row.standard_error?);
    let shift = 1.0 / (ratio * ratio);
    Some((shift, 2.0 * shift * error / ratio))
}

pub(super) fn sentences(settings: &Settings, measured: Measured<'_>) -> [Sentence; 3] {
    let layers = propagation(settings).layers(settings.depth.layers.get());
    let count = layers.len() - 1;
    let Some(last) = layers.last() else {
        return [
            ("depth", String::new()),
            ("slope", String::new()),
            ("simulation", String::new()),
        ];
    };
    let [training, evaluation] =
        [last.training, last.evaluation].map(|mode| mode.standard_deviation());
    let ratio = training / evaluation;
    let mut growth = format!(
        "After {} the std is {} in training and {} in evaluation",
        plural(count),
        number(training),
        number(evaluation)
    );
    growth.push_str(&match growth_law(settings) {
        _ if (ratio - 1.0).abs() < 5e-4 => ": the same.".to_owned(),
        Some(law) if count == settings.depth.layers.get() as usize => format!(
            ": that in training is {law} = {} times the other, a factor {} = {} a layer.",
            number(ratio),
            settings.notation.inverse_root(),
            significant(1.0 / settings.drop_probability.keep().sqrt(), 4)
        ),
        _ => format!(": that in training is {} times the other.", number(ratio)),
    });
    if count < settings.depth.layers.get() as usize {
        growth.push_str(" Further layers are beyond 10^±75, and not followed.");
    }
    let slope = format!(
        "Over all masks, a unit of the last layer is on average {} times what it is in evaluation, and \
         the two have a correlation of {}.",
        number(last.slope()),
        significant(last.correlation, 3)
    );
    let simulation = measured.simulation.map_or_else(
        || "No network has been simulated yet.".to_owned(),
        |it| {
            format!(
                "The dots are one network of {} units a layer, simulated with {} inputs in {}; the bars \
                 are two standard errors.",
                it.width,
                grouped(it.inputs as u64),
                duration(it.seconds)
            )
        },
    );
    [
        ("depth", growth),
        ("slope", slope),
        ("simulation", simulation),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_numbers_are_written_in_powers_of_ten() {
        for (value, written) in [
            (5.954, "5.95"),
            (1e5, "10⁵"),
            (-1e5, "−10⁵"),
            (-1.23e7, "−1.23 × 10⁷"),
            (2.5e-6, "2.5 × 10⁻⁶"),
        ] {
            assert_eq!(number(value), written);
        }
    }
}
