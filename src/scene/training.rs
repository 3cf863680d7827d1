//! The comparison of the rules by networks that are trained with them.

use super::format::{fixed, significant};
use super::readout::{Cursor, Readable, Reading, Table};
use super::rules::rule_label;
use crate::network::{Comparison, End, Measurement, Progress};
use crate::settings::{
    Curve, CurveMode, Normalisation, Notation, Optimizer, Rates, Scaling, Settings, Spread,
};

/// A comparison as far as it has come.
#[derive(Debug, Clone, Copy)]
pub struct Training<'a> {
    /// What is compared.
    pub comparison: &'a Comparison,
    /// Its networks, by their number.
    pub networks: &'a [Progress],
}

/// What the figure of training shows: a curve for each rule.
#[derive(Debug, Clone, PartialEq)]
pub struct TrainingFigure {
    /// What the x axis is, and which of it is shown.
    pub x: (&'static str, (f64, f64)),
    /// What the x axis calls its numbers, where they are probabilities to drop.
    pub notation: Notation,
    /// What the y axis is, and which of it is shown.
    pub y: (String, (f64, f64)),
    /// In the order in which their names are written.
    pub curves: Vec<TrainingCurve>,
    /// What the figure says where there is no curve.
    pub empty: &'static str,
    /// Where the reader points.
    pub cursor: Option<Cursor>,
    /// What the figure shows, in words.
    pub summary: String,
    table: Table,
}

/// One rule's curve.
#[derive(Debug, Clone, PartialEq)]
pub struct TrainingCurve {
    /// The rule.
    pub name: &'static str,
    /// `None` for no dropout.
    pub rule: Option<Scaling>,
    /// From left to right.
    pub points: Vec<(f64, f64)>,
    /// How far the band reaches from each of the points, up and down; empty where there is none.
    pub halves: Vec<f64>,
}

/// The tables of what trained networks say.
#[derive(Debug, Clone, PartialEq)]
pub struct TrainingTables {
    /// The test part's scores.
    pub scores: Table,
    /// What each layer's units get in training and in evaluation.
    pub layers: Table,
}

/// Student's two-sided 95 % quantiles for 1 degree of freedom and more.
const QUANTILES: [f64; 19] = [
    12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160,
    2.145, 2.131, 2.120, 2.110, 2.101, 2.093,
];

/// What the last epoch's and the test's numbers are measured in.
const EVALUATIONS: [&str; 2] = ["as it is", "× its factor"];

/// The name of the axis that p is on.
const PROBABILITY: &str = "p";

impl TrainingFigure {
    /// A figure of these curves, with their data as a table.
    #[must_use]
    pub fn new(
        x: (&'static str, (f64, f64)),
        y: (&str, (f64, f64)),
        curves: Vec<TrainingCurve>,
        table: Table,
    ) -> Self {
        let mut summary = format!("{}, against the {}.", y.0, x.0);
        for curve in &curves {
            if let Some((_, last)) = curve.points.last() {
                let last = significant(*last, 3);
                summary.extend([" ", curve.name, ": at last ", &last, "."]);
            }
        }
        Self {
            x,
            notation: Notation::Drop,
            y: (y.0.to_owned(), y.1),
            curves,
            empty: "no curve yet: press Start",
            cursor: None,
            summary,
            table,
        }
    }

    /// What the settings say that the curves are of: the mean over the seeds. Of one p it is shown
    /// after each epoch, or layer by layer; of several against p.
    pub(super) fn of(training: Option<Training<'_>>, settings: &Settings) -> Self {
        let (view, notation) = (settings.training, settings.notation);
        let x = Axis::of(training, settings);
        let mut curves = Vec::new();
        for rule in Comparison::RULES {
            let (mut points, mut halves) = (Vec::new(), Vec::new());
            for place in 0..x.places.len() {
                let values = training.map_or_else(Vec::new, |it| x.values(it, rule, place));
                if let Some(mean) = Mean::of(&values).filter(|mean| mean.value.is_finite()) {
                    points.push((x.places[place], mean.value));
                    halves.extend(mean.half(view.spread));
                }
            }
            // A single seed has no spread.
            if halves.len() < points.len() {
                halves.clear();
            }
            curves.push(TrainingCurve {
                name: name(rule, notation),
                rule,
                points,
                halves,
            });
        }
        let y = y_name(view.curve, view.mode);
        let range = y_range(view.curve, &curves, x.name == EPOCHS && x.places.len() > 6);
        let table = table(&x, &y, &curves, training, settings);
        let mut figure = Self::new((x.name, x.range), (&y, range), curves, table);
        if x.name == PROBABILITY {
            figure.notation = notation;
        }
        figure
    }
}

impl Readable for TrainingFigure {
    fn summary(&self) -> &str {
        &self.summary
    }

    fn places(&self) -> Vec<f64> {
        let longest = self.curves.iter().max_by_key(|curve| curve.points.len());
        longest.map_or_else(Vec::new, |curve| {
            curve.points.iter().map(|it| it.0).collect()
        })
    }

    fn point_at(&mut self, place: Option<f64>) {
        self.cursor = place.map(|place| {
            let label = significant(self.notation.of(place), 3);
            let mut words = format!("{} {label}:", self.x.0);
            let mut readings = Vec::new();
            for curve in &self.curves {
                let index = curve.points.iter().position(|point| point.0 == place);
                let value = index.map_or(f64::NAN, |index| curve.points[index].1);
                let text = index.map_or_else(|| "–".to_owned(), |index| curve.text(index, 3));
                words.extend([" ", curve.name, " ", &text, ";"]);
                readings.push(Reading {
                    value,
                    lines: vec![format!("{} {text}", curve.name)],
                });
            }
            Cursor {
                place,
                label,
                readings,
                words,
            }
        });
    }

    fn cursor(&self) -> Option<&Cursor> {
        self.cursor.as_ref()
    }

    fn table(&self) -> Table {
        self.table.clone()
    }
}

impl TrainingCurve {
    /// A point's value ± what its band is.
    fn text(&self, index: usize, digits: i32) -> String {
        let mut text = significant(self.points[index].1, digits);
        if let Some(half) = self.halves.get(index) {
            text.extend([" ± ", &significant(*half, 2)]);
        }
        text
    }
}

/// What a curve's values stand over.
struct Axis {
    name: &'static str,
    range: (f64, f64),
    places: Vec<f64>,
    curve: Curve,
    /// The place of the mode where there are three.
    mode: usize,
}

const EPOCHS: &str = "epochs";
const LAYER: &str = "layer";

impl Axis {
    fn of(training: Option<Training<'_>>, settings: &Settings) -> Self {
        let view = settings.training;
        // Before the first run it is that of the settings.
        let trained = training.map_or(view, |it| it.comparison.settings().training);
        let probabilities = training.map_or(&[][..], |it| it.comparison.probabilities());
        let (name, places): (_, Vec<_>) = if probabilities.len() > 1 {
            let all = probabilities.iter().map(|p| p.get());
            (PROBABILITY, all.collect())
        } else if is_layered(view.curve) {
            let layers = 1..=trained.hidden_layers() + 1;
            (LAYER, layers.map(f64::from).collect())
        } else {
            (EPOCHS, (1..=trained.epochs()).map(f64::from).collect())
        };
        let [first, last] = [places.first(), places.last()].map(|it| it.copied().unwrap_or(0.0));
        Self {
            name,
            range: (first, last.max(first + 0.1)),
            places,
            curve: view.curve,
            mode: match view.mode {
                CurveMode::Training => 0,
                CurveMode::Identity => 1,
                CurveMode::Matching => 2,
            },
        }
    }

    /// Over one of the places, the values of a rule's networks.
    fn values(&self, training: Training<'_>, rule: Option<Scaling>, place: usize) -> Vec<f64> {
        let is_probability = self.name == PROBABILITY;
        let networks = of(training, rule, if is_probability { place } else { 0 });
        let value = |network: &Progress| {
            if is_layered(self.curve) {
                let [trained, shown] = [0, self.mode].map(|mode| {
                    let layers = &network.end.as_ref()?.validation[mode].layers;
                    layers.get(if is_probability {
                        layers.len().saturating_sub(1)
                    } else {
                        place
                    })
                });
                let (trained, shown) = (trained?, shown?);
                return Some(match (self.curve, self.mode) {
                    (Curve::Std, 0) => shown.standard_deviation,
                    (Curve::Std, _) => shown.standard_deviation / trained.standard_deviation,
                    (_, 0) => shown.mean,
                    _ => shown.mean - trained.mean,
                });
            }
            let scores = if is_probability {
                network.end.as_ref().and(network.epochs.last())
            } else {
                network.epochs.get(place)
            };
            let [training, validation] = scores?;
            Some(match self.curve {
                Curve::TrainingLoss => training[self.mode].loss,
                Curve::TrainingAccuracy => 100.0 * training[self.mode].accuracy,
                Curve::Accuracy => 100.0 * validation[self.mode].accuracy,
                _ => validation[self.mode].loss,
            })
        };
        networks.filter_map(|(_, network)| value(network)).collect()
    }
}

fn is_layered(curve: Curve) -> bool {
    matches!(curve, Curve::Std | Curve::Mean)
}

fn y_name(curve: Curve, mode: CurveMode) -> String {
    let what = match curve {
        Curve::Loss => "validation loss",
        Curve::Accuracy => "validation accuracy in %",
        Curve::TrainingLoss => "training part’s loss",
        Curve::TrainingAccuracy => "training part’s accuracy in %",
        Curve::Std => "std",
        Curve::Mean => "mean",
    };
    let relation = match curve {
        Curve::Std => " ÷ that in training",
        Curve::Mean => " less that in training",
        _ => "",
    };
    match mode {
        CurveMode::Training => format!("{what}, in training mode"),
        CurveMode::Identity => format!("{what}, evaluated as it is{relation}"),
        CurveMode::Matching => format!("{what}, evaluated × its factor{relation}"),
    }
}

/// Which part of the y axis is shown.
fn y_range(curve: Curve, curves: &[TrainingCurve], of_many_epochs: bool) -> (f64, f64) {
    // What the first epochs of many are worth says little.
    let skipped = if of_many_epochs { 2 } else { 0 };
    let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
    for curve in curves {
        for (index, point) in curve.points.iter().enumerate().skip(skipped) {
            let half = curve.halves.get(index).copied().unwrap_or(0.0);
            low = low.min(point.1 - half);
            high = high.max(point.1 + half);
        }
    }
    let is_empty = low > high;
    match curve {
        Curve::Accuracy | Curve::TrainingAccuracy if is_empty => (80.0, 100.0),
        Curve::Accuracy | Curve::TrainingAccuracy => ((low - 1.0).clamp(0.0, 95.0), 100.0),
        _ if is_empty => (0.0, 1.0),
        Curve::Std => (0.0, 1.1 * high),
        Curve::Mean => {
            let room = 0.1 * (high.max(0.0) - low.min(0.0)).max(0.1);
            (low.min(0.0) - room, high.max(0.0) + room)
        }
        _ => (0.0, (1.1 * high).min(3.0)),
    }
}

/// The networks of a rule and a p, each with the place of its seed.
fn of(
    training: Training<'_>,
    rule: Option<Scaling>,
    probability: usize,
) -> impl Iterator<Item = (usize, &Progress)> {
    let numbered = training.networks.iter().enumerate();
    numbered.filter_map(move |(number, network)| {
        let it = training.comparison.contender(number);
        let is_of = it.rule == rule && (rule.is_none() || it.probability == probability);
        is_of.then_some((it.seed, network))
    })
}

fn name(rule: Option<Scaling>, notation: Notation) -> &'static str {
    rule.map_or("no dropout", |rule| rule_label(rule, notation))
}

/// The mean over some seeds.
struct Mean {
    value: f64,
    /// Its standard error, and Student's quantile for it, where there is more than one seed.
    error: Option<(f64, f64)>,
}

impl Mean {
    fn of(values: &[f64]) -> Option<Self> {
        #[expect(clippy::cast_precision_loss, reason = "a few seeds")]
        let count = values.len() as f64;
        let value = values.iter().sum::<f64>() / count;
        let squares: f64 = values.iter().map(|it| (it - value) * (it - value)).sum();
        let quantile = values.len().checked_sub(2).and_then(|it| QUANTILES.get(it));
        (!values.is_empty()).then(|| Self {
            value,
            error: quantile.map(|it| ((squares / (count - 1.0) / count).sqrt(), *it)),
        })
    }

    /// How far a band reaches.
    fn half(&self, spread: Spread) -> Option<f64> {
        let (error, quantile) = self.error?;
        match spread {
            Spread::Error => Some(error),
            Spread::Interval => Some(error * quantile),
            Spread::None => None,
        }
    }

    /// The mean of these ± half of its 95 % interval.
    fn text(values: &[f64], decimals: i32) -> String {
        match Self::of(values) {
            None => "–".to_owned(),
            Some(mean) if !mean.value.is_finite() => "diverged".to_owned(),
            Some(mean) => match mean.half(Spread::Interval) {
                None => fixed(mean.value, decimals),
                Some(half) => {
                    format!(
                        "{} ± {}",
                        fixed(mean.value, decimals),
                        fixed(half, decimals)
                    )
                }
            },
        }
    }
}

/// The curves' values, each ± what its band is: a row a place, and a column a rule.
fn table(
    x: &Axis,
    y: &str,
    curves: &[TrainingCurve],
    training: Option<Training<'_>>,
    settings: &Settings,
) -> Table {
    let half = match settings.training.spread {
        Spread::Error => Some("± its standard error"),
        Spread::Interval => Some("± half of its 95 % interval"),
        Spread::None => None,
    };
    let mut columns = vec![x.name];
    columns.extend(curves.iter().map(|curve| curve.name));
    let mut cells = Vec::new();
    for &place in &x.places {
        let shown = if x.name == PROBABILITY {
            settings.notation.of(place)
        } else {
            place
        };
        cells.push(significant(shown, 3));
        for curve in curves {
            let index = curve.points.iter().position(|point| point.0 == place);
            cells.push(index.map_or_else(|| "–".to_owned(), |index| curve.text(index, 4)));
        }
    }
    let mut caption = format!("{y}: mean over the seeds");
    caption.extend(half.map(|half| [" ", half].concat()));
    caption += &described(training, settings);
    Table {
        caption,
        columns,
        cells,
    }
}

/// Of which networks something is.
fn described(training: Option<Training<'_>>, settings: &Settings) -> String {
    let Some(Training { comparison, .. }) = training else {
        return String::new();
    };
    let notation = settings.notation;
    let p = |p: &crate::settings::DropProbability| significant(p.shown(notation), 6);
    let all = comparison.probabilities();
    let p = match (all.first(), all.last()) {
        (Some(first), Some(last)) if all.len() > 1 => format!("{} to {}", p(first), p(last)),
        (first, _) => first.map_or_else(String::new, p),
    };
    let it = comparison.settings().training;
    let norm = match it.normalisation {
        Normalisation::None => "",
        Normalisation::Batch => ", batch normalisation",
    };
    let optimizer = match it.optimizer {
        Optimizer::Adam => "Adam",
        Optimizer::Momentum => "SGD",
    };
    let rates = match it.rates {
        Rates::Shared => "shared",
        Rates::Matched => "matched",
    };
    format!(
        "; p = {p}, {} × {} units{norm}, {optimizer}, {rates} rates, {} seeds, {} epochs",
        it.hidden_layers(),
        it.units(),
        comparison.seeds(),
        it.epochs(),
    )
}

/// The sentence that says which networks are shown, and whether those that are set would be others.
pub(super) fn sentence(training: Option<Training<'_>>, settings: &Settings) -> String {
    let Some(it) = training else {
        return String::new();
    };
    let begun = it.comparison.settings();
    let is_long = it.comparison.probabilities().len() > 1;
    let p = (settings.drop_probability, begun.drop_probability);
    let is_same = begun.training.same_networks(&settings.training)
        && (is_long || p.0 == p.1)
        && begun.seed == settings.seed;
    let described = described(training, settings);
    let shown = described.trim_start_matches("; ");
    let other = if is_same {
        ""
    } else {
        " These stay until you start again; what is set now is another comparison."
    };
    format!("Shown: {shown}.{other}")
}

impl TrainingTables {
    pub(super) fn of(training: Option<Training<'_>>, settings: &Settings) -> Self {
        let probabilities = training.map_or(1, |it| it.comparison.probabilities().len());
        let mut scores = Table {
            caption: "Test scores".to_owned() + &described(training, settings),
            columns: vec!["rule, and how evaluated"],
            cells: Vec::new(),
        };
        let mut layers = Table {
            caption: "Each layer’s units before their activation function, on the validation part, mean over the seeds".to_owned()
                + &described(training, settings),
            columns: vec!["rule", "layer"],
            cells: Vec::new(),
        };
        if probabilities > 1 {
            scores.columns.push(PROBABILITY);
            layers.columns.push(PROBABILITY);
        }
        scores.columns.extend([
            "networks",
            "accuracy, %",
            "less inverted’s accuracy",
            "loss",
            "less inverted’s loss",
            "calibration error",
            "less inverted’s error",
        ]);
        let trained = training.map(|it| it.comparison.settings().training);
        let has_batches = trained.is_some_and(|it| it.normalisation == Normalisation::Batch);
        if has_batches {
            scores.columns.extend([
                "estimated anew: accuracy, %",
                "estimated anew: loss",
                "estimated anew: calibration error",
            ]);
        }
        layers.columns.extend([
            "std in training",
            "std as it is",
            "as it is ÷ in training",
            "std × its factor",
            "× its factor ÷ in training",
            "mean in training",
            "mean as it is",
            "mean × its factor",
        ]);
        for probability in 0..probabilities {
            let p = training.map(|it| it.comparison.probabilities()[probability]);
            let p = p.map(|p| significant(p.shown(settings.notation), 6));
            let p = p.filter(|_| probabilities > 1);
            for rule in Comparison::RULES {
                // Without dropout all p are one.
                if rule.is_none() && probability > 0 {
                    continue;
                }
                let p = p.as_ref().map(|p| match rule {
                    None => "–".to_owned(),
                    Some(_) => p.clone(),
                });
                let networks = training.map_or_else(Vec::new, |it| ended(it, rule, probability));
                let inverted = Some(Scaling::Inverted);
                let inverted =
                    training.map_or_else(Vec::new, |it| ended(it, inverted, probability));
                let head = name(rule, settings.notation);
                for (way, evaluation) in EVALUATIONS.into_iter().enumerate() {
                    let has_factor = Comparison::has_factor(rule);
                    if way == 1 && !has_factor {
                        continue;
                    }
                    scores.cells.push(if has_factor {
                        format!("{head}, {evaluation}")
                    } else {
                        head.to_owned()
                    });
                    scores.cells.extend(p.clone());
                    scores.cells.push(networks.len().to_string());
                    for (of, decimals) in METRICS {
                        let values = networks.iter().map(|it| of(&it.1.test[way]));
                        scores
                            .cells
                            .push(Mean::text(&values.collect::<Vec<_>>(), decimals));
                        let pairs = networks.iter().filter_map(|(seed, end)| {
                            let other = inverted.iter().find(|it| it.0 == *seed)?;
                            Some(of(&end.test[way]) - of(&other.1.test[way]))
                        });
                        let pairs: Vec<_> = pairs.collect();
                        scores.cells.push(if rule == Some(Scaling::Inverted) {
                            "0".to_owned()
                        } else {
                            Mean::text(&pairs, decimals)
                        });
                    }
                    for (of, decimals) in METRICS.iter().take(if has_batches { 3 } else { 0 }) {
                        let values = networks
                            .iter()
                            .filter_map(|it| Some(of(&it.1.estimated_anew.as_ref()?[way])));
                        scores
                            .cells
                            .push(Mean::text(&values.collect::<Vec<_>>(), *decimals));
                    }
                }
                let count = trained.map_or(0, |it| it.hidden_layers() as usize + 1);
                for layer in 0..count {
                    layers.cells.push(head.to_owned());
                    layers.cells.push((layer + 1).to_string());
                    layers.cells.extend(p.clone());
                    let mean = |mode: usize, of: fn([f64; 2]) -> f64| {
                        let values = networks.iter().filter_map(|(_, end)| {
                            let it = end.validation[mode].layers.get(layer)?;
                            Some(of([it.mean, it.standard_deviation]))
                        });
                        Mean::of(&values.collect::<Vec<_>>()).map_or(f64::NAN, |it| it.value)
                    };
                    let text = |value: f64| {
                        if value.is_finite() {
                            fixed(value, 2)
                        } else {
                            "–".to_owned()
                        }
                    };
                    let stds = [0, 1, 2].map(|mode| mean(mode, |[_, std]| std));
                    let [training, identity, matching] = stds;
                    let ratios = [identity / training, matching / training];
                    layers
                        .cells
                        .extend([training, identity, ratios[0], matching, ratios[1]].map(text));
                    layers
                        .cells
                        .extend([0, 1, 2].map(|mode| text(mean(mode, |[mean, _]| mean))));
                }
            }
        }
        Self { scores, layers }
    }
}

/// A score as a table shows it, and with how many decimals.
type Metric = (fn(&Measurement) -> f64, i32);

const METRICS: [Metric; 3] = [
    (|it| 100.0 * it.accuracy, 1),
    (|it| it.loss, 3),
    (|it| it.calibration_error, 3),
];

/// The trained ones of a rule's networks, each with the place of its seed.
fn ended(training: Training<'_>, rule: Option<Scaling>, probability: usize) -> Vec<(usize, &End)> {
    let networks = of(training, rule, probability);
    networks
        .filter_map(|(seed, network)| Some((seed, network.end.as_ref()?)))
        .collect()
}
