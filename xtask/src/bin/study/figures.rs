//! Figures of the study: the loss of each rule against p, by the page's own chart.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};
use dropout_moments::charts::{Palette, Picture, draw_training};
use dropout_moments::network::{Activation, Normalisation, Rates};
use dropout_moments::scene::{Table, TrainingCurve, TrainingFigure};
use dropout_moments::settings::{Named as _, Scaling};

use crate::grid::{Cell, DROP_PROBABILITIES};
use crate::runs::{Run, rounded};
use crate::summary::{Mean, scores};

/// CSS pixels.
const SIZE: (u32, u32) = (560, 330);

/// The rules with ReLU.
const RULES: [(Option<Scaling>, &str); 5] = [
    (None, "no dropout"),
    (Some(Scaling::None), "none"),
    (Some(Scaling::Inverted), "1/(1−p)"),
    (Some(Scaling::Sqrt), "1/√(1−p)"),
    (Some(Scaling::Gaussian), "Gaussian"),
];

/// What the page draws: of the deep networks without normalisation the mean test loss by both evaluations.
pub fn write_losses(runs: &[Run], folder: &Path) -> Result<()> {
    fs::write(folder.join("losses.csv"), losses(runs)?).context("can't write losses.csv")
}

pub fn losses(runs: &[Run]) -> Result<String> {
    let mut text = "rule,p,as it is,with its factor\n".to_owned();
    for (rule, _) in RULES {
        for p in DROP_PROBABILITIES {
            let cell = Cell {
                depth: 4,
                normalisation: Normalisation::None,
                activation: Activation::Relu,
                dropout: rule.map(|rule| (rule, p)),
                rates: Rates::Shared,
            };
            let name = rule.map_or("no dropout", Scaling::name);
            let losses = [0, 1].map(|variant| Mean::of(&scores(runs, cell, variant, 1)));
            let [Some(as_it_is), Some(with_factor)] = losses else {
                bail!("the runs lack {}", cell.key());
            };
            let [as_it_is, with_factor] = [as_it_is, with_factor].map(|it| rounded(it.value));
            text += &format!("{name},{p},{as_it_is},{with_factor}\n");
        }
    }
    Ok(text)
}

/// For each network and both evaluations a file: the test loss against p. What lies above the top is
/// drawn there.
pub fn draw(runs: &[Run], folder: &Path) -> Result<()> {
    let networks = [
        ("shallow", 1, Normalisation::None, 0.3),
        ("deep", 4, Normalisation::None, 1.6),
        ("deep-normalised", 4, Normalisation::Batch, 1.6),
    ];
    for (network, depth, normalisation, top) in networks {
        for (variant, evaluation) in ["as-it-is", "with-its-factor"].into_iter().enumerate() {
            let curves = RULES.map(|(rule, name)| {
                let points = DROP_PROBABILITIES.iter().filter_map(|&p| {
                    let cell = Cell {
                        depth,
                        normalisation,
                        activation: Activation::Relu,
                        dropout: rule.map(|rule| (rule, p)),
                        rates: Rates::Shared,
                    };
                    let losses = scores(runs, cell, variant, 1);
                    Some((p, Mean::of(&losses)?.value.min(top)))
                });
                TrainingCurve {
                    name,
                    rule,
                    points: points.collect(),
                    halves: Vec::new(),
                }
            });
            let table = Table {
                caption: String::new(),
                columns: Vec::new(),
                cells: Vec::new(),
            };
            let figure = TrainingFigure::new(
                ("probability p to drop", (0.1, 0.8)),
                ("test loss", (0.0, top)),
                curves.into(),
                table,
            );
            let picture = Picture::draw(SIZE, &Palette::LIGHT, |area, palette| {
                draw_training(area, &figure, palette)
            })?;
            let name = format!("loss-{network}-{evaluation}.svg");
            fs::write(folder.join(&name), picture.file(Some(&Palette::LIGHT)))
                .with_context(|| format!("can't write {name}"))?;
        }
    }
    Ok(())
}
