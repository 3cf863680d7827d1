//! What the long run found, as curves: the test loss of each rule against p, evaluated as it is and with
//! the rule's factor.

use super::format::significant;
use super::readout::{Cursor, Readable, Table};
use super::rules::rule_label;
use super::training::{TrainingCurve, TrainingFigure};
use crate::settings::{Named as _, Notation, Scaling, nearly};

/// What `cargo xtask study` has made of its networks with four hidden layers, ReLU and no batch
/// normalisation: lines of a rule, p, and the mean test loss by both evaluations.
const LOSSES: &str = include_str!("../../study/losses.csv");

/// The figure shows p up to the thread's largest: beyond it four layers hardly learn, and no scale has
/// room for their losses. The table has them.
const LAST: f64 = 0.5;
const TOP: f64 = 1.6;

/// What the figure of the long run shows.
#[derive(Debug, Clone, PartialEq)]
pub struct StudyFigure {
    /// As it is, and with the rule's factor.
    pub panels: [TrainingFigure; 2],
    /// What the figure shows, in words.
    pub summary: String,
    cursor: Option<Cursor>,
}

/// Which of a line's losses each panel shows, and what it is called.
const EVALUATIONS: [(usize, &str); 2] = [
    (0, "test loss, evaluated as it is"),
    (1, "test loss, with the rule’s factor"),
];

/// One line of the file.
type Loss = (Option<Scaling>, f64, [f64; 2]);

fn losses() -> Vec<Loss> {
    let lines = LOSSES.lines().skip(1);
    lines
        .filter_map(|line| {
            let mut cells = line.split(',');
            let rule = Scaling::from_name(cells.next()?).ok();
            let mut number = || nearly(cells.next()?);
            Some((rule, number()?, [number()?, number()?]))
        })
        .collect()
}

impl StudyFigure {
    pub(super) fn new(notation: Notation) -> Self {
        let losses = losses();
        let name = |rule: Option<Scaling>| match rule {
            Some(rule) => rule_label(rule, notation),
            None => "no dropout",
        };
        let mut cells = Vec::new();
        for (rule, p, losses) in &losses {
            cells.extend([name(*rule).to_owned(), significant(*p, 3)]);
            cells.extend(losses.map(|loss| significant(loss, 4)));
        }
        let table = Table {
            caption:
                "Test loss of four hidden layers without batch normalisation, mean over 20 seeds"
                    .to_owned(),
            columns: vec!["rule", "probability to drop", "as it is", "with its factor"],
            cells,
        };
        let first = losses.iter().fold(LAST, |first, it| first.min(it.1));
        let panels = EVALUATIONS.map(|(way, y)| {
            let mut curves: Vec<TrainingCurve> = Vec::new();
            for (rule, p, losses) in losses.iter().filter(|it| it.1 <= LAST) {
                let point = (*p, losses[way]);
                match curves.last_mut().filter(|curve| curve.rule == *rule) {
                    Some(curve) => curve.points.push(point),
                    None => curves.push(TrainingCurve {
                        name: name(*rule),
                        rule: *rule,
                        points: vec![point],
                        halves: Vec::new(),
                    }),
                }
            }
            let x = ("probability to drop", (first, LAST));
            TrainingFigure::new(x, (y, (0.0, TOP)), curves, table.clone())
        });
        let summaries = panels.each_ref().map(Readable::summary);
        Self {
            summary: summaries.join(" "),
            panels,
            cursor: None,
        }
    }
}

impl Readable for StudyFigure {
    fn summary(&self) -> &str {
        &self.summary
    }

    fn places(&self) -> Vec<f64> {
        self.panels[0].places()
    }

    fn point_at(&mut self, place: Option<f64>) {
        for panel in &mut self.panels {
            panel.point_at(place);
        }
        let [as_it_is, with_factor] = self.panels.each_ref().map(|panel| panel.cursor.as_ref());
        self.cursor = as_it_is.zip(with_factor).map(|(first, second)| Cursor {
            words: format!(
                "as it is, {} with the rule’s factor, {}",
                first.words, second.words
            ),
            ..first.clone()
        });
    }

    fn cursor(&self) -> Option<&Cursor> {
        self.cursor.as_ref()
    }

    fn table(&self) -> Table {
        self.panels[0].table()
    }
}
