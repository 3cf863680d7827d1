//! Every number that the page says of the study, against the runs.

use std::path::Path;

use dropout_moments::network::{Activation, Normalisation, Rates, Split};
use dropout_moments::settings::Scaling;

use crate::grid::{Cell, DROP_PROBABILITIES, EPOCHS, SEEDS, cells};
use crate::runs::{self, Run};
use crate::summary::{Mean, scores};

/// As in `VARIANTS` and `METRICS`.
const IDENTITY: usize = 0;
const MATCHING: usize = 1;
const REESTIMATED: usize = 2;
const ACCURACY: usize = 0;
const LOSS: usize = 1;
const CALIBRATION: usize = 2;

/// With ReLU and shared rates.
const fn cell(depth: usize, normalisation: Normalisation, dropout: Option<(Scaling, f64)>) -> Cell {
    Cell {
        depth,
        normalisation,
        activation: Activation::Relu,
        dropout,
        rates: Rates::Shared,
    }
}

/// What a half of the units dropped does to the three networks of the table.
fn networks(dropout: Option<Scaling>) -> [Cell; 3] {
    [
        (1, Normalisation::None),
        (4, Normalisation::None),
        (4, Normalisation::Batch),
    ]
    .map(|(depth, normalisation)| cell(depth, normalisation, dropout.map(|rule| (rule, 0.5))))
}

struct Study(Vec<Run>);

impl Study {
    fn mean(&self, cell: Cell, variant: usize, metric: usize) -> f64 {
        let values = scores(&self.0, cell, variant, metric);
        Mean::of(&values).expect("it has been trained").value
    }

    /// By how much more the first is, seed by seed, with half of its 95 % interval.
    fn gap(&self, more: (Cell, usize), less: (Cell, usize), metric: usize) -> Mean {
        let [more, less] =
            [more, less].map(|(cell, variant)| scores(&self.0, cell, variant, metric));
        let gaps: Vec<_> = more.iter().zip(&less).map(|(a, b)| a - b).collect();
        Mean::of(&gaps).expect("both have been trained")
    }

    /// Such a difference of accuracies in points.
    fn points(&self, more: (Cell, usize), less: (Cell, usize), decimals: usize) -> String {
        let gap = self.gap(more, less, ACCURACY);
        let [gap, half] = [100.0 * gap.value, 100.0 * gap.half_width];
        format!("{gap:.decimals$} ± {half:.decimals$}")
    }

    /// What the wrong mean costs: evaluation with the factor less that without.
    fn wrong_mean(&self, cell: Cell, decimals: usize) -> String {
        self.points((cell, MATCHING), (cell, IDENTITY), decimals)
    }

    fn row(&self, name: &str, dropout: Option<Scaling>, variant: usize) -> String {
        let cells = networks(dropout).map(|cell| {
            let accuracy = 100.0 * self.mean(cell, variant, ACCURACY);
            format!(" {accuracy:.1} % {:.3}", self.mean(cell, variant, LOSS))
        });
        format!("{name}{}", cells.concat())
    }

    /// What the page has to say.
    fn claims(&self) -> Vec<String> {
        use Scaling::{Inverted, None as Unscaled, Sqrt};
        let [[flat_sqrt, sqrt, batch_sqrt], [flat_none, none, _]] =
            [Sqrt, Unscaled].map(|rule| networks(Some(rule)));
        let [_, inverted, batch_inverted] = networks(Some(Inverted));
        let quarter = |rule| cell(4, Normalisation::None, Some((rule, 0.25)));
        let [quarter_sqrt, quarter_none] = [Sqrt, Unscaled].map(quarter);
        let matched = Cell {
            rates: Rates::Matched,
            ..sqrt
        };
        let shallow_loss = self.gap((flat_none, IDENTITY), (flat_none, MATCHING), LOSS);
        let back = self.gap((batch_sqrt, REESTIMATED), (batch_sqrt, IDENTITY), ACCURACY);
        let loss = |cell, variant| format!("{:.3}", self.mean(cell, variant, LOSS));
        let calibration = |cell, variant| format!("{:.3}", self.mean(cell, variant, CALIBRATION));
        let configuration = sqrt.configuration(0);
        let digits =
            Split::digits(include_bytes!("../../../../www/digits.bin")).expect("the digits");
        vec![
            format!(
                "We trained {} small networks",
                cells().len() * SEEDS.count()
            ),
            format!("{} seeds each", SEEDS.count()),
            format!("means over {} seeds", SEEDS.count()),
            "1 layer 4 layers 4, batch norm".to_owned(),
            self.row("no dropout", None, IDENTITY),
            self.row("1/(1−p)", Some(Inverted), IDENTITY),
            self.row("1/√(1−p), evaluated as it is", Some(Sqrt), IDENTITY),
            self.row("1/√(1−p), with its factor", Some(Sqrt), MATCHING),
            self.row("none, evaluated as it is", Some(Unscaled), IDENTITY),
            self.row("none, with its factor", Some(Unscaled), MATCHING),
            format!(
                "The wrong mean costs {} points of accuracy with 1/√(1−p) and {} without rescaling. \
                 Only the loss sees it: {:.3} ± {:.3} more without rescaling.",
                self.wrong_mean(flat_sqrt, 2),
                self.wrong_mean(flat_none, 2),
                shallow_loss.value,
                shallow_loss.half_width,
            ),
            format!(
                "It costs {} and {} points; when a quarter is dropped {} and {}, with a loss of {} for \
                 {} and {} for {}.",
                self.wrong_mean(sqrt, 1),
                self.wrong_mean(none, 1),
                self.wrong_mean(quarter_sqrt, 2),
                self.wrong_mean(quarter_none, 2),
                loss(quarter_sqrt, IDENTITY),
                loss(quarter_sqrt, MATCHING),
                loss(quarter_none, IDENTITY),
                loss(quarter_none, MATCHING),
            ),
            format!(
                "it is {} points behind 1/√(1−p) with its factor, and {} even behind 1/√(1−p) without.",
                self.points((sqrt, MATCHING), (inverted, IDENTITY), 1),
                self.points((sqrt, IDENTITY), (inverted, IDENTITY), 1),
            ),
            format!(
                "at matched learning rates, 1/√(1−p) has {:.1} %, too.",
                100.0 * self.mean(matched, MATCHING, ACCURACY)
            ),
            format!(
                "The std now costs {} points, the wrong mean {}.",
                self.points((batch_sqrt, MATCHING), (batch_inverted, IDENTITY), 1),
                self.wrong_mean(batch_sqrt, 1),
            ),
            format!("gives these {:.1} back", 100.0 * back.value),
            format!(
                "takes the loss of 1/(1−p) from {} to {} and its calibration error from {} to {}, at the \
                 same accuracy.",
                loss(batch_inverted, IDENTITY),
                loss(batch_inverted, REESTIMATED),
                calibration(batch_inverted, IDENTITY),
                calibration(batch_inverted, REESTIMATED),
            ),
            format!(
                "1/√(1−p) as it is errs by {}, with its factor by {}.",
                calibration(sqrt, IDENTITY),
                calibration(sqrt, MATCHING),
            ),
            format!(
                "{} units a layer, Adam at {} for all, {EPOCHS} epochs, {} test images.",
                configuration.hidden[0],
                configuration.learning_rate,
                digits.test.len(),
            ),
        ]
    }
}

/// What the section says before networks are trained in it, in the notation of p as that to drop.
fn text() -> String {
    let page = include_str!("../../../../index.html");
    let (_, section) = page
        .split_once("<section id=\"training\"")
        .expect("there is a section");
    let (_, section) = section.split_once('>').expect("the tag ends");
    let (section, _) = section
        .split_once("<h3 id=\"train-here\"")
        .expect("it goes on");
    let mut pieces = section.split("<span class=\"in-keep\">");
    let mut text = pieces.next().unwrap_or_default().to_owned();
    text.extend(pieces.filter_map(|piece| Some(piece.split_once("</span>")?.1)));
    for end in ["<br>", "</td>", "</th>", "</li>", "</p>", "</caption>"] {
        text = text.replace(end, " ");
    }
    let mut tags = text.split('<');
    let mut plain = tags.next().unwrap_or_default().to_owned();
    plain.extend(tags.filter_map(|tag| Some(tag.split_once('>')?.1)));
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What is left of the section's text without its claims says no number but those of settings.
#[test]
fn every_number_of_the_page_is_that_of_the_runs() {
    let study = Path::new(env!("CARGO_MANIFEST_DIR")).join("../study");
    let study = Study(runs::read(&study).expect("the study is there"));
    let mut text = text();
    let mut missing = Vec::new();
    for claim in study.claims() {
        match text.split_once(&claim) {
            Some((before, after)) => text = [before, after].concat(),
            None => missing.push(claim),
        }
    }
    assert!(
        missing.is_empty(),
        "the page should say {missing:#?}, and says: {text}"
    );
    let formulas = [
        "5Does it matter?",
        "at p = 0.5 unless said otherwise",
        "half of their 95 % interval",
        "1/(1−p)",
        "1/√(1−p)",
        "that is √(1−p)",
        "variance 2(1−p)/inputs",
        "The table goes on to p = 0.8.",
        "From p = 0.65 on, four layers hardly learn.",
        "CC BY 4.0",
    ];
    for formula in formulas {
        assert!(text.contains(formula), "{formula} is not in: {text}");
        text = text.replace(formula, "");
    }
    assert!(
        !text.contains(|it: char| it.is_ascii_digit()),
        "which test is for: {text}"
    );
}

#[test]
fn the_losses_that_the_page_draws_are_those_of_the_runs() {
    let study = Path::new(env!("CARGO_MANIFEST_DIR")).join("../study");
    let losses = crate::figures::losses(&runs::read(&study).expect("the study is there"));
    let drawn = include_str!("../../../../study/losses.csv");
    assert_eq!(losses.expect("nothing is lacking"), drawn);
}

/// A tenth of the digits would be right by chance; one layer has 97 % of them.
#[test]
fn four_layers_hardly_learn_where_the_page_says_so() {
    let study = Path::new(env!("CARGO_MANIFEST_DIR")).join("../study");
    let study = Study(runs::read(&study).expect("the study is there"));
    for p in DROP_PROBABILITIES {
        let inverted = cell(4, Normalisation::None, Some((Scaling::Inverted, p)));
        let accuracy = study.mean(inverted, IDENTITY, ACCURACY);
        assert_eq!(accuracy < 0.7, p >= 0.65, "{accuracy} at p = {p}");
    }
}
